internal import Catalogue
internal import Clustering
internal import Experiments
internal import Glibc
internal import Matrices
internal import ModelStore

/// Files of finished work.
enum StoreTargets {
  @Sendable static func model(_ bytes: [UInt8]) {
    withFile(signed(bytes)) { path in
      do throws(StoreError) {
        let model = try ModelFile.read(path: path)
        // Writing checks that all parts agree, and traps where they do not.
        try withFile([]) { (copy) throws(StoreError) in
          try ModelFile.write(model, to: copy)
          let again = try ModelFile.read(path: copy)
          law(
            again.assignment == model.assignment && again.titles == model.titles,
            "another model than was written")
        }
      } catch {
        law(!error.message.isEmpty, "a complaint without words")
      }
    }
  }

  @Sendable static func runs(_ bytes: [UInt8]) {
    withFile(signed(bytes)) { path in
      do throws(StoreError) {
        for (algorithm, clusterCount) in try RunsFile.contents(path: path).prefix(8) {
          let run = try RunsFile.read(
            algorithm: algorithm, clusterCount: clusterCount, path: path)
          law(run?.assignment.clusterCount == clusterCount, "another run than was asked for")
        }
      } catch {
        law(!error.message.isEmpty, "a complaint without words")
      }
    }
  }

  /// A file of HDF5 with checksums that fit its superblock and object headers: they are no secret, and
  /// nothing behind them would ever be reached else.
  private static func signed(_ bytes: [UInt8]) -> [UInt8] {
    var file = bytes
    guard file.count > 48 else { return file }
    HeaderForger.sign(&file, 0..<44)
    for start in 48..<file.count where file[start...].starts(with: "OHDR".utf8) {
      // Signature, version, flags, times, numbers of attributes, then the size of the messages.
      guard start + 34 < file.count else { break }
      let flags = file[start + 5]
      var place = start + 6 + (flags & 32 == 0 ? 0 : 16) + (flags & 16 == 0 ? 0 : 4)
      let width = 1 << Int(flags & 3)
      guard place + width <= file.count else { break }
      let size = (0..<width).reduce(UInt64(0)) {
        $0 | UInt64(file[place + $1]) << (8 * UInt64($1))
      }
      place += width
      guard size <= UInt64(file.count - place), place + Int(size) + 4 <= file.count else {
        continue
      }
      HeaderForger.sign(&file, start..<place + Int(size))
    }
    return file
  }

  /// The run that units are of; small, so that sizes fit by chance.
  static let unitFile = UnitFile(
    keySHA256: "k1", rowCount: 5, columnCount: 3, clusterLimit: 4, keepsLabels: false)

  /// The last four bytes, the checksum, are put right: it is no secret, and nothing lies behind it else.
  @Sendable static func units(_ bytes: [UInt8]) {
    _ = try? unitFile.units(bytes)
    let content = Array(bytes.dropLast(4))
    var out = UnitBytes()
    out.append(all: content)
    out.append(Checksum.crc32(content))
    do throws(UnitFault) {
      let units = try unitFile.units(out.bytes)
      let again = try unitFile.units(unitFile.bytes(units))
      law(again.count == units.count, "other units than were written")
      for case .tree(let tree) in units { check(tree.tree) }
    } catch {
      law(!error.reason.isEmpty, "a complaint without words")
    }
  }

  /// SciPy's matrix Z, and names of the rows behind it.
  @Sendable static func tree(_ bytes: [UInt8]) {
    let elements = bytes.prefix(bytes.count / 8 * 8).indices.filter { $0 % 8 == 0 }.map { start in
      Double(
        bitPattern: (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << (8 * UInt64($1)) })
    }
    if let tree = try? LinkageTree(linkageMatrix: elements) { check(tree) }
    check(grown(from: bytes))
  }

  /// A tree made of any bytes: each merges two of the clusters that are left.
  private static func grown(from bytes: [UInt8]) -> LinkageTree {
    let leafCount = 1 + bytes.count / 3
    var left = Array(0..<leafCount)
    var sizes = [Int](repeating: 1, count: leafCount)
    var merges: [LinkageTree.Merge] = []
    for place in 0..<leafCount - 1 {
      let a = left.remove(at: Int(bytes[3 * place]) % left.count)
      let b = left.remove(at: Int(bytes[3 * place + 1]) % left.count)
      sizes.append(sizes[a] + sizes[b])
      left.append(leafCount + place)
      merges.append(
        LinkageTree.Merge(
          left: min(a, b), right: max(a, b), height: Double(bytes[3 * place + 2]) / 7,
          size: sizes[a] + sizes[b]))
    }
    guard let tree = try? LinkageTree(leafCount: leafCount, merges: merges) else {
      fatalError("a tree was refused")
    }
    return tree
  }

  private static func check(_ tree: LinkageTree) {
    for count in Set([1, 2, tree.leafCount / 2, tree.leafCount]) where count >= 1 {
      guard let cut = try? tree.assignment(clusterCount: min(count, tree.leafCount)) else {
        fatalError("a cut was refused")
      }
      law(Set(cut.labels).count == min(count, tree.leafCount), "a cut of another k")
    }
    _ = tree.assignment(height: 1)
    let names = (0..<tree.leafCount).map { ["it's", "a,b", "", "(c);", "\n"][$0 % 5] + "\($0)" }
    let reading = NewickText(Array(tree.newick(names: names).utf8))
    law(
      reading.names.sorted() == names.map { $0.replacing("\n", with: " ") }.sorted(),
      "other names than were written")
    law(reading.lengths.count == max(0, 2 * tree.leafCount - 2), "a branch without a length")
  }

  /// Calls a body with the path of a file in memory that holds bytes.
  private static func withFile<Failure: Error>(
    _ bytes: [UInt8], _ body: (_ path: String) throws(Failure) -> Void
  ) throws(Failure) {
    let path = "\(folder)/kindred-fuzz-\(getpid())-\(bytes.isEmpty ? "copy" : "file")"
    let descriptor = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
    law(descriptor >= 0, "no room for a file in \(folder)")
    law(write(descriptor, bytes, bytes.count) == bytes.count, "no room for a file in \(folder)")
    close(descriptor)
    defer { unlink(path) }
    try body(path)
  }

  /// Where files are in memory; the folder for temporary ones where there is none.
  private static let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/var/tmp"
}
