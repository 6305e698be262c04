import Dispatch
import Foundation

/// What one run of the `kindred` command gave.
struct CommandResult: Sendable, CustomStringConvertible {
  /// As a shell would show it: 128 + the signal's number when a signal ended the run.
  let exitCode: Int32
  let output: String
  let errors: String
  let arguments: [String]

  /// A signal of the processor or of the runtime, or what the last resort makes of one.
  var didCrash: Bool { [70, 132, 133, 134, 136, 139].contains(exitCode) }

  var description: String {
    "kindred \(arguments.joined(separator: " ")): exit \(exitCode)\nstdout: \(output)\nstderr: \(errors)"
  }
}

/// Runs the `kindred` executable that was built together with these tests.
struct CommandRunner {
  enum Failure: Error, CustomStringConvertible {
    case notBuilt(searched: [String])
    case timedOut(arguments: [String], seconds: Int)

    var description: String {
      switch self {
      case .notBuilt(let searched):
        "no kindred executable in \(searched.joined(separator: ", ")); run swift build first"
      case .timedOut(let arguments, let seconds):
        "kindred \(arguments.joined(separator: " ")): still running after \(seconds) s"
      }
    }
  }

  /// The folder that relative paths in arguments start from.
  var currentFolder: URL
  /// Added to the environment of the tests.
  var environment: [String: String] = [:]
  var timeLimitInSeconds = 60
  /// A command that starts the executable, such as `prlimit --fsize=100`.
  var launcher: [String] = []

  /// Runs the command to its end.
  ///
  /// Output goes through files, so that a run that writes much never waits for a reader.
  ///
  /// - Parameters:
  ///   - sink: takes what the command prints, instead of the result's `output`.
  ///   - interruption: a signal for a run that is not done, and whether to send it after some seconds.
  func run(
    _ arguments: [String], input: Data = Data(), sink: FileHandle? = nil,
    interruption: (signal: Int32, isDue: (_ seconds: Double) -> Bool)? = nil
  ) throws -> CommandResult {
    try withTemporaryFolder { scratch in
      let process = Process()
      let executable = try Self.executable()
      process.executableURL = launcher.isEmpty ? executable : URL(filePath: "/usr/bin/env")
      process.arguments = launcher.isEmpty ? arguments : launcher + [executable.path] + arguments
      process.currentDirectoryURL = currentFolder
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }

      let inputFile = scratch.appending(path: "stdin")
      try input.write(to: inputFile)
      process.standardInput = try FileHandle(forReadingFrom: inputFile)
      let output = try OutputFile(scratch.appending(path: "stdout"))
      let errors = try OutputFile(scratch.appending(path: "stderr"))
      process.standardOutput = sink ?? output.handle
      process.standardError = errors.handle

      let ended = DispatchSemaphore(value: 0)
      process.terminationHandler = { _ in ended.signal() }
      try Self.withoutBlockedSignals { try process.run() }
      if let interruption {
        let start = ContinuousClock.now
        while process.isRunning {
          if interruption.isDue((ContinuousClock.now - start) / .seconds(1)) {
            kill(process.processIdentifier, interruption.signal)
            break
          }
          usleep(1_000)
        }
      }
      guard ended.wait(timeout: .now() + .seconds(timeLimitInSeconds)) == .success else {
        kill(process.processIdentifier, SIGKILL)
        ended.wait()
        throw Failure.timedOut(arguments: arguments, seconds: timeLimitInSeconds)
      }
      let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
      return CommandResult(
        exitCode: process.terminationStatus + signal, output: try output.text(),
        errors: try errors.text(), arguments: arguments)
    }
  }

  /// Calls `body` with no signal blocked: a process inherits that, and threads of tests block them all.
  static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }

  /// The executable beside the test bundle, or in the package's build folder of the same
  /// configuration.
  static func executable() throws -> URL {
    #if DEBUG
      let configuration = "debug"
    #else
      let configuration = "release"
    #endif
    let folders = [
      Bundle.main.bundleURL,
      packageFolder.appending(path: ".build/\(configuration)"),
    ]
    let candidates = folders.map { $0.appending(path: "kindred") }
    guard
      let found = candidates.first(where: {
        FileManager.default.isExecutableFile(atPath: $0.path)
      })
    else { throw Failure.notBuilt(searched: folders.map(\.path)) }
    return found
  }
}

/// The root of this package, three levels above this file.
let packageFolder = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Calls `body` with an empty folder of its own and removes the folder afterwards.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "kindred-test-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// The contents of every file below a folder by relative path; folders end in `/` and are empty.
func snapshot(of folder: URL) throws -> [String: Data] {
  var contents: [String: Data] = [:]
  for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
    let file = folder.appending(path: path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder) else {
      contents[path] = Data("broken link".utf8)
      continue
    }
    if isFolder.boolValue {
      contents[path + "/"] = Data()
    } else {
      contents[path] = try Data(contentsOf: file)
    }
  }
  return contents
}

/// A file that a process writes to and the test reads afterwards.
private struct OutputFile {
  let handle: FileHandle
  private let location: URL

  init(_ location: URL) throws {
    self.location = location
    try Data().write(to: location)
    handle = try FileHandle(forWritingTo: location)
  }

  func text() throws -> String {
    try handle.close()
    return String(decoding: try Data(contentsOf: location), as: UTF8.self)
  }
}
