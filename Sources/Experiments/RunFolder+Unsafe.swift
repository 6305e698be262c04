public import Catalogue
internal import Clustering
internal import Glibc
public import Matrices

/// The folder of a run: held by a lock while the run lasts, published at its end, complete when its
/// manifest is there.
public final class RunFolder {
  /// One file to publish: its name, and what makes it under a temporary path.
  public struct File: Sendable {
    /// The name inside the folder.
    public let name: String
    /// Makes the file at a path.
    public let fill: @Sendable (_ path: String) throws -> Void
    /// False for what varies between equal runs and so stays out of the manifest.
    public let isReproducible: Bool

    /// What makes the file's bytes, where that is done in memory.
    public let bytes: (@Sendable () -> [UInt8])?

    /// A file of bytes, which are made when the file is: on any thread, beside those of other files.
    public init(
      _ name: String, _ bytes: @autoclosure @escaping @Sendable () -> [UInt8],
      isReproducible: Bool = true
    ) {
      self.name = name
      self.bytes = bytes
      self.isReproducible = isReproducible
      fill = { path in try AtomicFile.writeThrough(bytes(), to: path, shown: name) }
    }

    /// A file of bytes that may not come about, made when the file is, like those above.
    public init(_ name: String, making bytes: @escaping @Sendable () throws -> [UInt8]) {
      self.name = name
      self.bytes = nil
      isReproducible = true
      fill = { path in try AtomicFile.writeThrough(bytes(), to: path, shown: name) }
    }

    /// A file that something else writes, and flushes to the disk.
    public init(
      _ name: String, isReproducible: Bool = true,
      writtenBy fill: @escaping @Sendable (_ path: String) throws -> Void
    ) {
      self.name = name
      self.fill = fill
      bytes = nil
      self.isReproducible = isReproducible
    }
  }

  /// The name of the file that says the folder is complete.
  public static let manifestName = "manifest.sha256"

  private static let lockName = ".lock"

  /// The folder as it was given.
  public let path: String
  private let descriptor: Int32
  private let madeFolders: [String]
  private var isDone = false
  private let lockSlot: Int?
  private let folderSlots: [Int?]
  private var units: RunUnits?

  /// Claims a folder for a run, making it if need be.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - replacing: true to replace a run that is there (its files, not others').
  ///   - resuming: true to take a folder with the units of an unfinished run; `units` looks whose.
  /// - Throws: `OutputError` when it cannot be made, holds something else, or is in use.
  public init(
    claiming path: String, replacing: Bool, resuming: Bool = false
  ) throws(OutputError) {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.path = path
    (madeFolders, folderSlots, descriptor, lockSlot) = try Interruption.uncut {
      () throws(OutputError) in
      let folders = try AtomicFile.makeFolders(path)
      do throws(OutputError) {
        let descriptor = try Self.lock(path)
        return (
          folders, folders.map(Interruption.register(folder:)), descriptor,
          Interruption.register(file: "\(path)/\(Self.lockName)")
        )
      } catch {
        for folder in folders.reversed() { rmdir(folder) }
        throw error
      }
    }
    UnitFolder(of: path).removeIfPublished(
      hasManifest: Self.contents(path).contains(Self.manifestName))
    do throws(OutputError) {
      try Self.checkContents(path, replacing: replacing, resuming: resuming)
    } catch {
      release(leavingNothing: true)
      throw error
    }
  }

  deinit { if !isDone { release(leavingNothing: true) } }

  /// Begins to keep what finishes, and finds what an interrupted run of the same key had finished.
  ///
  /// - Parameters:
  ///   - key: what tells this run from others.
  ///   - shape: of the rows that are fitted.
  ///   - configuration: the options of the run.
  ///   - replacing: true to delete the units of another run.
  ///   - report: hears in a sentence what is taken over.
  /// - Throws: `OutputError` when the folder holds the units of another run.
  public func units(
    of key: RunKey, shape: (rowCount: Int, columnCount: Int), configuration: RunConfiguration,
    replacing: Bool, report: @escaping @Sendable (String) -> Void
  ) throws(OutputError) -> RunUnits {
    let units = try RunUnits(
      in: path, key: key, shape: shape, configuration: configuration, replacing: replacing,
      report: report)
    self.units = units
    return units
  }

  /// Publishes the files of a finished run in their order, on all threads; the manifest comes last, and after
  /// it the units go.
  ///
  /// - Throws: `OutputError`; the folder then has no manifest, and so does not pass for complete.
  public func publish(
    _ files: [File], pool: WorkerPool = WorkerPool(threadCount: 1)
  ) throws(OutputError) {
    try units?.finish()
    do throws(OutputError) {
      try write(files, pool: pool)
    } catch {
      throw units?.explaining(error) ?? error
    }
    if let units { units.remove() } else { UnitFolder(of: path).remove() }
    release(leavingNothing: false)
  }

  private func write(_ files: [File], pool: WorkerPool) throws(OutputError) {
    for stale in Self.contents(path) where Self.isTemporary(stale) { unlink("\(path)/\(stale)") }
    let present = Self.contents(path)
    unlink("\(path)/\(Self.manifestName)")
    // A file that only the replaced run had, finished or not, would pass for one of this run.
    for name in present
    where present.contains("run.json") && Self.isOfRun(name)
      && !files.contains(where: { $0.name == name })
    {
      unlink("\(path)/\(name)")
    }
    let folder = path
    let writers = WorkerPool(threadCount: min(pool.threadCount, Self.writerLimit))
    var manifest: [(name: String, line: String)] = []
    // What varies, such as the peak of the memory, tells of the others, and so comes after them.
    for part in [files.filter(\.isReproducible), files.filter { !$0.isReproducible }] {
      let lines = writers.map(part.count) { place in
        Result { () throws(OutputError) in try Self.publish(part[place], in: folder) }
      }
      for (file, line) in zip(part, lines) { manifest.append((file.name, try line.get())) }
    }
    // Every name is on the disk before the one that says so.
    try AtomicFile.synchronizeFolder(of: "\(path)/\(Self.manifestName)")
    try UnitFolder(of: path).markPublished()
    let text = manifest.sorted { $0.name < $1.name }.map(\.line).joined()
    try AtomicFile.write(
      Array(text.utf8), to: "\(path)/\(Self.manifestName)", replacing: true)
  }

  /// The most files that are under way at once: what a signal takes away has its limit.
  private static let writerLimit = 8

  /// Puts a file into its place and returns its line of the manifest.
  private static func publish(_ file: File, in folder: String) throws(OutputError) -> String {
    var checksum = ""
    try AtomicFile.publish(
      to: "\(folder)/\(file.name)", replacing: true, flushesFolder: false
    ) { temporary in
      try file.fill(temporary)
      if file.isReproducible { checksum = try Self.checksum(temporary) }
    }
    return file.isReproducible ? "\(checksum)  \(file.name)\n" : ""
  }

  /// Gives the folder back without publishing; removes it if this run made it.
  public func abandon() { release(leavingNothing: true) }

  private func release(leavingNothing: Bool) {
    guard !isDone else { return }
    isDone = true
    units?.abandon()
    // A signal after that would take the lock from whoever has claimed the folder since.
    Interruption.uncut {
      unlink("\(path)/\(Self.lockName)")
      Interruption.forget(file: lockSlot)
      if leavingNothing {
        for folder in madeFolders.reversed() { rmdir(folder) }
      }
      for slot in folderSlots { Interruption.forget(folder: slot) }
    }
    close(descriptor)
  }

  /// Opens the folder's lock file and takes the lock, or says that another process has it.
  private static func lock(_ path: String) throws(OutputError) -> Int32 {
    let name = "\(path)/\(lockName)"
    for _ in 0..<16 {
      let descriptor = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else {
        throw AtomicFile.systemError(errno, path: path, doing: "creating a file in it")
      }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        close(descriptor)
        throw OutputError(
          kind: .inUse, code: "output.in-use", path: path,
          message: "another run holds this folder",
          hint: "wait until it is done, or choose another folder")
      }
      // The holder before us may have removed the file that we just locked.
      var held = stat()
      var present = stat()
      if fstat(descriptor, &held) == 0, stat(name, &present) == 0,
        held.st_ino == present.st_ino, held.st_dev == present.st_dev
      {
        return descriptor
      }
      close(descriptor)
    }
    throw OutputError(
      kind: .inUse, code: "output.in-use", path: path,
      message: "other runs keep taking this folder", hint: "choose another folder")
  }

  /// Refuses a folder that holds something, unless it is a run and may be replaced.
  private static func checkContents(
    _ path: String, replacing: Bool, resuming: Bool
  ) throws(OutputError) {
    let units = UnitFolder(of: path).content()
    let names = contents(path).filter { name in
      name != lockName && !isTemporary(name) && !(name == UnitFolder.name && units == .nothing)
    }
    guard !names.isEmpty, !replacing else { return }
    if resuming, units == .run, !names.contains(manifestName) { return }
    let isRun = names.contains("run.json") || units == .run
    throw OutputError(
      kind: .cannotCreate, code: "output.exists", path: path,
      message: isRun
        ? names.contains(manifestName)
          ? "holds a finished run already" : "holds an unfinished run"
        : "is not empty and holds no run (found '\(names[0])')",
      hint: units == .run && !names.contains(manifestName)
        ? "repeat its command to go on with it, choose another folder, or replace it with --force"
        : isRun
          ? "look at \(path)/result.txt, choose another folder, or replace the run with --force"
          : "choose another folder, or write into this one with --force")
  }

  static func isTemporary(_ name: String) -> Bool {
    name.hasPrefix(".") && name.hasSuffix(".tmp")
  }

  /// The names in a folder, sorted.
  static func contents(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Whether a run may have written a file of this name.
  public static func isOfRun(_ name: String) -> Bool {
    let names = [
      "clusters.csv", "clusters.json", "elbow.png", "elbow.svg", "heatmap.png", "heatmap.svg",
      "heldout.csv", "labels.csv", "labels.npy", "map.png", "map.svg", "model.h5",
      "no_of_clusters.txt", "result.txt", "runs.h5", "silhouette.png", "silhouette.svg",
      "sweep.csv", "sweep.json", "truth.csv",
    ]
    let patterns = [
      ("linkage", ".npy"), ("tree", ".nwk"), ("leaves", ".csv"), ("heights", ".csv"),
      ("dendrogram", ".svg"), ("dendrogram", ".png"),
    ]
    return names.contains(name)
      || patterns.contains { stem, ending in
        let rest = name.dropFirst(stem.count).dropLast(ending.count)
        return name.hasPrefix(stem) && name.hasSuffix(ending)
          && (rest.isEmpty || Linkage(rawValue: String(rest.dropFirst())) != nil)
      }
  }

  /// The checksums of a finished run's files by name, as its manifest has them.
  private static func manifest(_ path: String) throws(InputError) -> [String: String] {
    let file = try InputFile.read(path: "\(path)/\(manifestName)", byteLimit: 1 << 20)
    var checksums: [String: String] = [:]
    for line in String(decoding: file.bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2 else { continue }
      checksums[String(parts[1].drop(while: { $0 == " " }))] = String(parts[0])
    }
    return checksums
  }

  /// Reads a file of a finished run, and makes sure that it is the one that the run wrote.
  ///
  /// - Throws: `InputError` when it is not there, not the run's, or not what the manifest says.
  public static func read(_ name: String, of folder: String) throws(InputError) -> InputFile {
    let checksums = try manifest(folder)
    let file = try InputFile.read(path: "\(folder)/\(name)")
    guard checksums[name] == file.sha256 else {
      throw InputError(
        kind: .malformed, code: "run.changed", file: "\(folder)/\(name)",
        message: "is not what the run wrote: it differs from \(manifestName)",
        hint: "make the run again, or restore the file")
    }
    return file
  }

  /// The checksum of a file that has just been written.
  private static func checksum(_ path: String) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw AtomicFile.systemError(errno, path: path, doing: "reading back")
    }
    defer { close(descriptor) }
    var digest = SHA256()
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = block.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw AtomicFile.systemError(errno, path: path, doing: "reading back")
      }
      if count == 0 { return digest.finalize() }
      digest.update(block[..<count])
    }
  }
}
