internal import Catalogue
internal import Glibc

/// The folder `units` of an unfinished run: the key of the run, and files of finished units.
struct UnitFolder: Sendable {
  static let name = "units"
  static let keyName = "key.json"
  /// The name of an empty file that says that the manifest was about to be published.
  private static let publishedName = "published"
  private static let damagedEnding = ".bad"

  /// What lies at the folder's place.
  enum Content {
    /// Nothing, or nothing but leftovers of a run that had no unit yet.
    case nothing
    /// The units of a run.
    case run
    /// Something that no run wrote.
    case foreign
  }

  /// The path of the folder.
  let path: String

  init(of runFolder: String) { path = "\(runFolder)/\(Self.name)" }

  /// What is there now.
  func content() -> Content {
    var status = stat()
    guard lstat(path, &status) == 0 else { return .nothing }
    guard status.st_mode & S_IFMT == S_IFDIR else { return .foreign }
    let names = RunFolder.contents(path).filter {
      !RunFolder.isTemporary($0) && $0 != Self.publishedName
    }
    if names.contains(Self.keyName) { return .run }
    return names.isEmpty ? .nothing : .foreign
  }

  /// Refuses a place at which there is no folder but something else.
  func check() throws(OutputError) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return }
    throw OutputError(
      kind: .cannotCreate, code: "output.is-file", path: path,
      message: "is a file or a link, expected a folder", hint: "choose another folder")
  }

  /// The bytes of the key, or nil when they cannot be read.
  func key() -> [UInt8]? { try? read(Self.keyName) }

  /// The names of the files of units in the order in which they were written.
  func parts() -> [String] {
    RunFolder.contents(path).compactMap { name in Self.number(of: name).map { ($0, name) } }
      .sorted { $0 < $1 }.map(\.1)
  }

  /// The number after those of all files of units, damaged ones among them.
  func nextNumber() -> Int {
    RunFolder.contents(path).compactMap { name in
      Self.number(
        of: name.hasSuffix(Self.damagedEnding)
          ? String(name.dropLast(Self.damagedEnding.count)) : name)
    }.reduce(0, max) + 1
  }

  /// The bytes of a file in the folder.
  ///
  /// - Throws: `UnitFault` when it is no file or cannot be read.
  func read(_ name: String) throws(UnitFault) -> [UInt8] {
    var status = stat()
    guard lstat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw UnitFault("is no file")
    }
    do throws(InputError) {
      return try InputFile.read(path: "\(path)/\(name)").bytes
    } catch {
      throw UnitFault(error.kind == .empty ? "is cut short" : error.message)
    }
  }

  /// Puts a file that cannot be used out of the way, and returns its new name.
  func setAside(_ name: String) throws(OutputError) -> String {
    let new = name + Self.damagedEnding
    guard rename("\(path)/\(name)", "\(path)/\(new)") == 0 else {
      throw AtomicFile.systemError(errno, path: "\(path)/\(name)", doing: "renaming")
    }
    return new
  }

  /// Makes the folder with the key in it, both on the disk when the call returns.
  func make(_ key: RunKey) throws(OutputError) {
    try Interruption.uncut { () throws(OutputError) in
      if mkdir(path, 0o777) != 0, errno != EEXIST {
        throw AtomicFile.systemError(errno, path: path, doing: "making the folder")
      }
    }
    try AtomicFile.write(key.json, to: "\(path)/\(Self.keyName)", replacing: true)
    try AtomicFile.synchronizeFolder(of: path)
  }

  /// Writes a file of units, whole or not at all.
  func write(_ bytes: [UInt8], number: Int) throws(OutputError) {
    let digits = String(number)
    let name = "part-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".res"
    try AtomicFile.write(bytes, to: "\(path)/\(name)", replacing: true)
  }

  /// Deletes what a process left that was killed while it wrote.
  func removeTemporaryFiles() {
    for name in RunFolder.contents(path) where RunFolder.isTemporary(name) {
      unlink("\(path)/\(name)")
    }
  }

  /// Notes that a manifest comes next, after which these units are of no use.
  ///
  /// No manifest is there at this time, so that the note and a manifest together tell of a finished run.
  func markPublished() throws(OutputError) {
    guard content() == .run else { return }
    try AtomicFile.write([], to: "\(path)/\(Self.publishedName)", replacing: true)
  }

  /// Deletes the units that a run left behind which was killed between its manifest and their removal.
  func removeIfPublished(hasManifest: Bool) {
    var status = stat()
    guard lstat("\(path)/\(Self.publishedName)", &status) == 0 else { return }
    if hasManifest { remove() } else { unlink("\(path)/\(Self.publishedName)") }
  }

  /// Deletes all that runs put there, then the key and the note, and the folder when nothing else is in it.
  func remove() {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
    removeTemporaryFiles()
    for name in RunFolder.contents(path) {
      let part =
        name.hasSuffix(Self.damagedEnding)
        ? String(name.dropLast(Self.damagedEnding.count)) : name
      if Self.number(of: part) != nil { unlink("\(path)/\(name)") }
    }
    unlink("\(path)/\(Self.keyName)")
    unlink("\(path)/\(Self.publishedName)")
    rmdir(path)
  }

  /// Deletes the folder when nothing is in it.
  func removeIfEmpty() { rmdir(path) }

  /// The number in the name of a file of units.
  private static func number(of name: String) -> Int? {
    guard name.hasPrefix("part-"), name.hasSuffix(".res") else { return nil }
    let digits = name.dropFirst(5).dropLast(4)
    guard 5...15 ~= digits.count, digits.allSatisfy({ "0"..."9" ~= $0 }) else { return nil }
    return Int(digits)
  }
}
