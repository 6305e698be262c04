internal import Clustering
internal import Matrices
internal import Synchronization

/// The finished fits and trees of a run that is under way: written to its folder while it goes on, taken
/// over when the same run is started again.
///
/// What has finished is written four times a second, all of it in one file, so that many short fits cost no
/// more than a few files. Only the best restart of an algorithm and k that is known by then is written in
/// full; what others leave is that they are done.
public final class RunUnits: Sendable {
  /// How many fits were made, and how many an interrupted run had made before.
  public struct Counts: Sendable, Equatable {
    /// Fits that this process made.
    public let made: Int
    /// Fits that it took over.
    public let takenOver: Int

    /// Puts the numbers together.
    public init(made: Int, takenOver: Int) {
      self.made = made
      self.takenOver = takenOver
    }
  }

  private struct State {
    var pending: [RunUnit] = []
    var best: [FitUnit.Plan: FitUnit] = [:]
    var madeCount = 0
    var usedCount = 0
    var failure: OutputError?
    var ticker: Ticker?
  }

  private struct Disk {
    var hasKey: Bool
    var nextNumber: Int
    var keptCount: Int
    var folderSlot: Int?
  }

  /// Sentences about what was found: damaged files that were set aside.
  public let warnings: [String]

  /// Hears how much of an interrupted run is taken over.
  private let report: @Sendable (String) -> Void
  private let folder: UnitFolder
  private let key: RunKey
  private let file: UnitFile
  private let keepsLabels: Bool
  private let takenFits: [FitUnit.Name: FitUnit]
  private let takenTrees: [TreeUnit]
  private let state: Mutex<State>
  private let disk: Mutex<Disk>

  /// How long a finished unit may wait before it is written.
  private static let interval = Duration.milliseconds(250)
  /// The bytes of labels and centers at which a file is full.
  private static let partByteCount = 8 << 20

  /// Begins or goes on with a run in a folder that this process holds.
  ///
  /// - Parameter replacing: true to delete the units of another run.
  /// - Throws: `OutputError` when there are units of another run, or something else is in their place.
  init(
    in runFolder: String, key: RunKey, shape: (rowCount: Int, columnCount: Int),
    configuration: RunConfiguration, replacing: Bool, report: @escaping @Sendable (String) -> Void
  ) throws(OutputError) {
    folder = UnitFolder(of: runFolder)
    self.key = key
    self.report = report
    keepsLabels = configuration.stabilityMeasure == .restarts
    file = UnitFile(
      keySHA256: key.sha256, rowCount: shape.rowCount, columnCount: shape.columnCount,
      clusterLimit: configuration.clusterCounts.max() ?? 1, keepsLabels: keepsLabels)
    try folder.check()
    folder.removeTemporaryFiles()
    var found = FoundUnits()
    let isRun = folder.content() == .run
    if isRun {
      if try Self.isSame(key, as: folder.key(), path: runFolder, replacing: replacing) {
        found = try FoundUnits(in: folder, file: file, keepsLabels: keepsLabels)
      } else {
        folder.remove()
      }
    }
    warnings = found.warnings
    takenFits = found.fits
    takenTrees = found.trees
    state = Mutex(State(best: found.best))
    let folderSlot = Interruption.uncut { [path = folder.path] in
      Interruption.register(folder: path)
    }
    disk = Mutex(
      Disk(
        hasKey: isRun && folder.content() == .run, nextNumber: folder.nextNumber(),
        keptCount: found.fits.count + found.trees.count,
        folderSlot: folderSlot))
  }

  /// Whether the units that are there are of the same run; throws when they are not and must stay.
  private static func isSame(
    _ key: RunKey, as bytes: [UInt8]?, path: String, replacing: Bool
  ) throws(OutputError) -> Bool {
    guard let bytes, let other = RunKey(json: bytes) else {
      if replacing { return false }
      throw OutputError(
        kind: .cannotCreate, code: "output.exists", path: path,
        message:
          "holds an unfinished run whose \(UnitFolder.name)/\(UnitFolder.keyName) is not readable",
        hint: "choose another folder, or replace the run with --force")
    }
    let differences = key.differences(from: other)
    guard !differences.isEmpty, !replacing else { return differences.isEmpty }
    let shown = differences.prefix(4).joined(separator: "; ")
    let rest = differences.count > 4 ? "; and \(differences.count - 4) more" : ""
    throw OutputError(
      kind: .cannotCreate, code: "output.other-run", path: path,
      message: "holds an unfinished run of another command: \(shown)\(rest)",
      hint:
        "repeat that command to go on with it, choose another folder, or replace it with --force")
  }

  /// The fit of a name, when an interrupted run had finished it.
  func fit(_ name: FitUnit.Name) -> FitUnit? { takenFits[name] }

  /// The tree of a linkage, when an interrupted run had finished it.
  func tree(_ linkage: Linkage) -> TreeUnit? { takenTrees.first { $0.linkage == linkage } }

  /// Takes note of how many of the fits that the run needs were there.
  func tookOver(_ count: Int, of total: Int) {
    state.withLock { $0.usedCount = count }
    if count > 0 {
      report("\(count) of \(total) fits taken over from an interrupted run")
    }
  }

  /// Takes note of a tree that was there.
  func tookOver(_ linkage: Linkage) {
    report("the \(linkage.rawValue) tree taken over from an interrupted run")
  }

  /// The fits that were made and taken over so far.
  public var counts: Counts {
    state.withLock { Counts(made: $0.madeCount, takenOver: $0.usedCount) }
  }

  /// Why units can no longer be written, when they cannot: the run must end then.
  public var failure: OutputError? { state.withLock { $0.failure } }

  /// Begins to write what finishes from now on.
  func begin() {
    state.withLock { state in
      guard state.ticker == nil else { return }
      state.ticker = Ticker(every: Self.interval) { [weak self] in self?.flush() }
    }
  }

  /// Takes a finished restart in; on any thread.
  func add(_ model: KMeansModel, algorithm: Algorithm) {
    let plan = FitUnit.Plan(
      algorithm: algorithm, clusterCount: model.assignment.clusterCount)
    let fit = FitUnit(
      name: FitUnit.Name(plan: plan, restart: model.winningRestart), inertia: model.inertia,
      labels: [], model: model)
    state.withLock { state in
      state.madeCount += 1
      if let best = state.best[plan], !fit.beats(best) {
        state.pending.append(.fit(fit.beaten(keepingLabels: keepsLabels)))
        return
      }
      // The one before, if it was not written yet, need not be written in full any more.
      for (place, unit) in state.pending.enumerated() {
        if case .fit(let other) = unit, other.name.plan == plan, other.model != nil {
          state.pending[place] = .fit(other.beaten(keepingLabels: keepsLabels))
        }
      }
      state.best[plan] = fit.beaten(keepingLabels: false)
      state.pending.append(.fit(fit))
    }
  }

  /// Takes in that a restart is beaten by one that was added before.
  func addBeaten(restart: Int, inertia: Double, algorithm: Algorithm, clusterCount: Int) {
    let plan = FitUnit.Plan(algorithm: algorithm, clusterCount: clusterCount)
    let fit = FitUnit(
      name: FitUnit.Name(plan: plan, restart: restart), inertia: inertia, labels: [], model: nil)
    state.withLock { state in
      state.madeCount += 1
      state.pending.append(.fit(fit))
    }
  }

  /// Takes a finished tree in.
  func add(_ grown: GrownTree) {
    let unit = TreeUnit(linkage: grown.linkage, tree: grown.tree, leafOfRow: grown.leafOfRow)
    state.withLock { $0.pending.append(.tree(unit)) }
  }

  /// Writes what has finished since the last time; a failure is final.
  package func flush() {
    disk.withLock { disk in
      let pending = state.withLock { state in
        defer { state.pending = [] }
        return state.failure == nil ? state.pending : []
      }
      guard !pending.isEmpty else { return }
      do throws(OutputError) {
        try write(pending, &disk)
      } catch {
        let kept = disk.keptCount
        state.withLock { $0.failure = Self.explaining(error, keptCount: kept) }
      }
    }
  }

  private func write(_ units: [RunUnit], _ disk: inout Disk) throws(OutputError) {
    if !disk.hasKey {
      try folder.make(key)
      disk.hasKey = true
    }
    // Winners first: a loser is of no use as long as the one that beat it is not there.
    var rest = (units.filter(\.isWhole) + units.filter { !$0.isWhole })[...]
    while !rest.isEmpty {
      var size = 0
      let part = rest.prefix { unit in
        defer { size += unit.byteCount }
        return size < Self.partByteCount
      }
      rest = rest.dropFirst(part.count)
      try folder.write(file.bytes(Array(part)), number: disk.nextNumber)
      disk.nextNumber += 1
      disk.keptCount += part.count
    }
  }

  /// Writes the last units and stops.
  ///
  /// - Throws: `OutputError` when units could not be written, now or before.
  func finish() throws(OutputError) {
    stop()
    disk.withLock { disk in
      // A folder that is killed while it is published must be known as this run's.
      guard !disk.hasKey, failure == nil else { return }
      do throws(OutputError) {
        try folder.make(key)
        disk.hasKey = true
      } catch {
        state.withLock { $0.failure = error }
      }
    }
    flush()
    if let failure { throw failure }
  }

  /// Stops without another look at what has finished.
  func stop() {
    let ticker = state.withLock { state in
      defer { state.ticker = nil }
      return state.ticker
    }
    ticker?.stop()
  }

  /// Stops, and deletes the folder of units if it is empty.
  func abandon() {
    stop()
    folder.removeIfEmpty()
    forgetFolder()
  }

  /// Deletes the units of a run that is published.
  func remove() {
    stop()
    folder.remove()
    forgetFolder()
  }

  private func forgetFolder() {
    disk.withLock { disk in
      Interruption.forget(folder: disk.folderSlot)
      disk.folderSlot = nil
    }
  }

  /// A complaint about writing with a word on what is safe.
  func explaining(_ error: OutputError) -> OutputError {
    Self.explaining(error, keptCount: disk.withLock { $0.keptCount })
  }

  private static func explaining(_ error: OutputError, keptCount: Int) -> OutputError {
    guard error.kind == .writeFailed, keptCount > 0 else { return error }
    var error = error
    error.message += "; \(keptCount) finished fits are kept"
    return error
  }
}

extension RunUnit {
  /// False for what is of no use without another unit.
  var isWhole: Bool {
    if case .fit(let fit) = self { fit.model != nil } else { true }
  }

  /// About how many bytes it takes.
  var byteCount: Int {
    switch self {
    case .fit(let fit):
      64 + 4 * fit.labels.count
        + (fit.model.map { 4 * ($0.assignment.labels.count + $0.centroids.elements.count) } ?? 0)
    case .tree(let unit): 32 * unit.tree.leafCount + 4 * (unit.leafOfRow?.count ?? 0)
    }
  }
}
