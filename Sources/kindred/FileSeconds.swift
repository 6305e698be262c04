internal import Experiments
internal import Synchronization

/// How long each file of a run took to be made and written, for `timing.json`.
final class FileSeconds: Sendable {
  private let seconds = Mutex<[String: Double]>([:])

  /// The same files, measured while they are written.
  func measuring(_ files: [RunFolder.File]) -> [RunFolder.File] {
    files.map { file in
      RunFolder.File(file.name, isReproducible: file.isReproducible) { path in
        let start = ContinuousClock.now
        try file.fill(path)
        let spent = (ContinuousClock.now - start) / .seconds(1)
        self.seconds.withLock { $0[file.name] = spent }
      }
    }
  }

  /// The seconds of each file so far, by name, to the microsecond.
  var json: JSONValue {
    .object(
      seconds.withLock { $0 }.sorted { $0.key < $1.key }.map { name, seconds in
        (name, .number((seconds * 1e6).rounded() / 1e6))
      })
  }
}
