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

  /// Tells of finished work; may be called on any thread.
  func show(finished: Int, total: Int, label: String) {
    guard isShown else { return }
    let now = ContinuousClock.now
    let pause: Duration = isInteractive ? .milliseconds(100) : .seconds(10)
    state.withLock { state in
      guard now - state.last >= pause else { return }
      state.last = now
      let elapsed = (now - start) / .seconds(1)
      let left = Int((elapsed / Double(finished) * Double(total - finished)).rounded())
      let seconds = left % 60 < 10 ? "0\(left % 60)" : "\(left % 60)"
      let line = "fit \(finished)/\(total)  \(label)  \(left / 60):\(seconds) to go"
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
