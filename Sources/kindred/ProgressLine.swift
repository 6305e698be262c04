internal import Catalogue
internal import Clustering
internal import Experiments
internal import Matrices
internal import Synchronization

/// One line on standard error that tells how far the work is: redrawn on a terminal, and otherwise a new
/// line every ten seconds.
///
///     sweep 117/290  ━━━━━━━━───────────  k=23  eta 0:41
///
/// A thread of its own redraws it, so that it lives while the work has nothing to tell. Which k is best is
/// not among what it tells: inertias of different k do not compare, and the scores of all k are made in
/// one pass at the end.
final class ProgressLine: Sendable {
  private struct State {
    var label: String
    var detail = ""
    /// The share of the work under way that is done, 0...1; nil when nothing tells.
    var share: Double?
    /// When the work under way began, and when a line was written last.
    var start = ContinuousClock.now
    var last = ContinuousClock.now
  }

  private static let widestBar = 24
  private let command: String
  private let isInteractive = Terminal.Stream.words.isTerminal
  private let state: Mutex<State>
  private let ticker: Mutex<Ticker?>

  /// Starts to tell of a command's work, unless nobody wants to hear.
  init(_ command: String, isShown: Bool) {
    self.command = command
    state = Mutex(State(label: command))
    ticker = Mutex(nil)
    guard isShown else { return }
    let interval: Duration = isInteractive ? .milliseconds(200) : .milliseconds(500)
    ticker.withLock { $0 = Ticker(every: interval) { [weak self] in self?.tell() } }
  }

  /// A stopwatch that tells this line which phase begins.
  var stopwatch: PhaseSeconds {
    PhaseSeconds { [weak self] phase in self?.begin(phase) }
  }

  private func begin(_ phase: PhaseSeconds.Phase) {
    let label =
      switch phase {
      case .read: "reading"
      case .features: "turning texts into numbers"
      case .seed: "choosing start centers"
      case .fit: command
      case .score: "scoring"
      case .write: "writing"
      }
    state.withLock { state in
      // Phases of the same name follow each other in pieces.
      guard state.label != label else { return }
      state.label = label
      state.detail = ""
      state.share = nil
      state.start = .now
    }
  }

  /// Tells of finished fits; may be called on any thread.
  func show(_ step: Sweep.Progress) {
    state.withLock { state in
      let label = step.purpose ?? command
      if !state.label.hasPrefix(label) { state.start = .now }
      state.label = "\(label) \(step.finishedCount)/\(step.totalCount)"
      state.detail = "k=\(step.clusterCount)"
      state.share = step.share
    }
  }

  /// Tells how far a tree has come; the work left goes with the square of the clusters left.
  func show(_ progress: LinkageProgress) {
    let left = Double(progress.remainingCount) / Double(progress.rowCount)
    state.withLock { state in
      if state.label != "tree" { state.start = .now }
      state.label = "tree"
      state.detail = "\(VisibleText.grouped(progress.remainingCount)) clusters left"
      state.share = 1 - left * left
    }
  }

  /// Stops, and clears the line.
  func finish() {
    let running = ticker.withLock { ticker in
      defer { ticker = nil }
      return ticker
    }
    running?.stop()
    Terminal.eraseStatus()
  }

  /// Writes the line when it is time for one.
  private func tell() {
    let now = ContinuousClock.now
    // A line that wraps could not be written over.
    let columns = Terminal.columns(of: .words) - 1
    let line = state.withLock { state -> String? in
      guard isInteractive || now - state.last >= .seconds(10) else { return nil }
      state.last = now
      return Self.line(
        state, elapsed: (now - state.start) / .seconds(1), columns: isInteractive ? columns : nil)
    }
    guard let line else { return }
    if isInteractive {
      Terminal.showStatus(DisplayWidth.cutting(line, to: columns))
    } else {
      Terminal.note(line)
    }
  }

  /// The line, with a bar of what is left of the columns where there are any.
  private static func line(_ state: State, elapsed: Double, columns: Int?) -> String {
    var parts = [state.label, state.detail]
    if let share = state.share.map({ min($0, 1) }), share > 0 {
      parts.append("eta \(clock(elapsed / share * (1 - share)))")
      let taken = parts.reduce(0) { $0 + DisplayWidth.of($1) + 2 }
      let width = min(widestBar, (columns ?? 0) - taken)
      if width > 4 {
        let done = Int((Double(width) * share).rounded(.down))
        parts.insert(
          String(repeating: "━", count: done) + String(repeating: "─", count: width - done), at: 1)
      }
    } else {
      parts.append(clock(elapsed))
    }
    return parts.filter { !$0.isEmpty }.joined(separator: "  ")
  }

  /// Seconds as `0:41` or `1:02:03`.
  private static func clock(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 3_599_999).rounded())
    let (hours, minutes) = (whole / 3_600, whole / 60 % 60)
    let two = { (number: Int) in number < 10 ? "0\(number)" : String(number) }
    return hours > 0
      ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
  }
}
