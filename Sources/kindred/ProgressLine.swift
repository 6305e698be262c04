internal import Catalogue
internal import Clustering
internal import Experiments
internal import Synchronization

/// One line on standard error that tells how far the work is: rewritten on a terminal, and otherwise a
/// new line every ten seconds.
final class ProgressLine: Sendable {
  private struct State {
    var last: ContinuousClock.Instant
    var isDrawn = false
  }

  private let isShown: Bool
  private let isInteractive = Terminal.isInteractive
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  init(isShown: Bool) {
    self.isShown = isShown
    state = Mutex(State(last: ContinuousClock.now))
  }

  /// Tells of finished work, of which some was done `before` the start; may be called on any thread.
  func show(finished: Int, total: Int, before: Int = 0, label: String) {
    show(
      "fit \(finished)/\(total)  \(label)",
      share: Double(finished - before) / Double(total - before))
  }

  /// Tells of work that is done by a share of 0...1; may be called on any thread.
  func show(_ text: String, share: Double) {
    guard isShown, share > 0 else { return }
    let now = ContinuousClock.now
    let pause: Duration = isInteractive ? .milliseconds(100) : .seconds(10)
    state.withLock { state in
      guard now - state.last >= pause else { return }
      state.last = now
      let elapsed = (now - start) / .seconds(1)
      let left = Int(min(elapsed / share * (1 - share), 359_999).rounded())
      let seconds = left % 60 < 10 ? "0\(left % 60)" : "\(left % 60)"
      let line = "\(text)  \(left / 60):\(seconds) to go"
      if isInteractive {
        Terminal.status(line)
        state.isDrawn = true
      } else {
        Terminal.note(line)
      }
    }
  }

  /// Clears the line.
  func finish() {
    state.withLock { state in
      if state.isDrawn { Terminal.status("") }
      state.isDrawn = false
    }
  }
}

extension ProgressLine {
  /// Tells how far a tree has come; the work left goes with the square of the clusters left.
  func show(_ progress: LinkageProgress) {
    let left = Double(progress.remainingCount) / Double(progress.rowCount)
    show(
      "tree  \(VisibleText.grouped(progress.remainingCount)) clusters left", share: 1 - left * left)
  }
}
