internal import Catalogue
internal import Experiments
internal import Glibc

/// `--png`: every figure as PNG too, drawn by the program `rsvg-convert`, which is started without a shell.
struct PictureConverter: Sendable {
  private static let name = "rsvg-convert"

  /// The program's path.
  let program: String

  /// Finds the program where the shell would.
  ///
  /// - Throws: `Complaint` when it is not installed.
  init() throws {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    let places = path.split(separator: ":").map { "\($0)/\(Self.name)" }
    guard let found = places.first(where: { access($0, X_OK) == 0 }) else {
      throw Complaint(
        code: "png.no-converter", exitCode: 64,
        message: "--png needs the program \(Self.name), which is not installed",
        hint: "apt-get install librsvg2-bin, or leave --png out: figures are SVG files anyway")
    }
    program = found
  }

  /// The files with a PNG beside each SVG; these depend on the fonts of the machine, and so stay out of the
  /// manifest.
  func adding(to files: [RunFolder.File]) -> [RunFolder.File] {
    files
      + files.filter { $0.name.hasSuffix(".svg") }.map { figure in
        let name = figure.name.dropLast(3) + "png"
        return RunFolder.File(String(name), isReproducible: false) { target in
          let source = "\(target).svg.tmp"
          try AtomicFile.withScratchFile(source) {
            try figure.fill(source)
            try convert(source, to: target, shown: String(name))
          }
        }
      }
  }

  /// Runs the program and waits for it.
  private func convert(_ source: String, to target: String, shown name: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Names may begin with a hyphen, so the source comes in as standard input.
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, source, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    let words = [Self.name, "--zoom=2", "--format=png", "--output=\(target)"]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    arguments.append(nil)
    // An empty environment: nothing of it may change a picture.
    let environment: [UnsafeMutablePointer<CChar>?] = [nil]
    var process = pid_t()
    let failure = posix_spawn(&process, program, &actions, nil, arguments, environment)
    guard failure == 0 else {
      throw complaint(name, "\(program): \(String(cString: strerror(failure)).lowercased())")
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { throw complaint(name, "\(program) was lost") }
    }
    guard status == 0 else { throw complaint(name, "\(program) failed on the SVG file") }
    let descriptor = open(target, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0, fsync(descriptor) == 0, close(descriptor) == 0 else {
      throw complaint(name, "the picture could not be flushed")
    }
  }

  private func complaint(_ name: String, _ message: String) -> OutputError {
    OutputError(
      kind: .writeFailed, code: "output.png", path: name, message: message,
      hint: "free space, or leave --png out")
  }
}
