internal import Dispatch

/// Does a piece of work again and again beside the workers, on one thread at a time, until it is stopped.
///
/// For what waits on a disk or a clock; work that computes belongs to a `WorkerPool`.
package final class Ticker: @unchecked Sendable {
  private let queue = DispatchQueue(label: "kindred.ticker")
  private let timer: any DispatchSourceTimer

  /// Starts; the first call of `body` comes after one interval.
  package init(every interval: Duration, _ body: @escaping @Sendable () -> Void) {
    let microseconds = max(1, Int(interval / .microseconds(1)))
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(
      deadline: .now() + .microseconds(microseconds), repeating: .microseconds(microseconds))
    timer.setEventHandler(handler: body)
    timer.resume()
  }

  /// Stops, and waits for a call that is under way.
  package func stop() {
    timer.cancel()
    queue.sync {}
  }
}
