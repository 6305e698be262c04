import Foundation
import Glibc

/// Runs the command with its streams on a terminal.
struct PseudoTerminal {
  var currentFolder: URL
  var columns: UInt16 = 80
  /// Set for the command; a terminal that knows colors unless said otherwise.
  var environment: [String: String] = [:]

  /// Which of the streams are the terminal; the others go nowhere, or are read from nothing.
  enum Streams { case both, output, words, input }

  /// What the command wrote to the terminal, with LF line ends, and its exit code.
  ///
  /// - Parameter interruption: a signal that the command gets once it has written some text.
  func run(
    _ arguments: [String], on streams: Streams = .both,
    interruption: (signal: Int32, text: String)? = nil, timeLimitInSeconds: Double = 60
  ) throws -> (text: String, exitCode: Int32) {
    var size = winsize(ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    var (ours, theirs): (Int32, Int32) = (-1, -1)
    guard openpty(&ours, &theirs, nil, nil, &size) == 0 else {
      throw CocoaError(.fileReadUnknown)
    }
    defer { close(ours) }
    let terminal = FileHandle(fileDescriptor: theirs, closeOnDealloc: true)
    let process = Process()
    process.executableURL = try CommandRunner.executable()
    process.arguments = arguments
    process.currentDirectoryURL = currentFolder
    var inherited = ProcessInfo.processInfo.environment
    for name in ["NO_COLOR", "COLUMNS"] { inherited[name] = nil }
    process.environment = inherited.merging(["TERM": "xterm-256color"]) { $1 }
      .merging(environment) { $1 }
    let isOutput = streams == .both || streams == .output
    let isWords = streams == .both || streams == .words || streams == .input
    process.standardOutput = isOutput ? terminal : FileHandle.nullDevice
    process.standardError = isWords ? terminal : FileHandle.nullDevice
    process.standardInput = streams == .input ? terminal : FileHandle.nullDevice
    try CommandRunner.withoutBlockedSignals { try process.run() }
    try terminal.close()

    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let start = ContinuousClock.now
    var waitsForText = interruption != nil
    while true {
      var waiting = pollfd(fd: ours, events: Int16(POLLIN), revents: 0)
      _ = poll(&waiting, 1, 100)
      if waiting.revents & Int16(POLLIN) != 0 {
        let count = read(ours, &buffer, buffer.count)
        if count <= 0 { break }
        bytes += buffer[..<count]
        if let interruption, waitsForText,
          String(decoding: bytes, as: UTF8.self).contains(interruption.text)
        {
          waitsForText = false
          kill(process.processIdentifier, interruption.signal)
        }
      } else if waiting.revents != 0 {
        break
      }
      if (ContinuousClock.now - start) / .seconds(1) > timeLimitInSeconds {
        kill(process.processIdentifier, SIGKILL)
        throw CommandRunner.Failure.timedOut(
          arguments: arguments, seconds: Int(timeLimitInSeconds))
      }
    }
    process.waitUntilExit()
    let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
    let text = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
    return (text, process.terminationStatus + signal)
  }
}
