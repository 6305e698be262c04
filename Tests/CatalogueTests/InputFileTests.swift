internal import Catalogue
internal import Foundation
import Testing

struct InputFileTests {
  private struct Golden: Decodable {
    let gzip: [String: String]
    let gzipText: String
  }

  private func packed(_ name: String) throws -> [UInt8] {
    let all = try golden("catalogue_tables.json", as: Golden.self).gzip
    return try bytes(#require(all[name]))
  }

  @Test(arguments: ["whole", "twoMembers", "zeroPadded"])
  func expandsGzip(which: String) throws {
    let text = try golden("catalogue_tables.json", as: Golden.self).gzipText
    for name in ["x.csv.gz", "x.csv", "standard input"] {
      let file = try InputFile(name: name, storedBytes: packed(which))
      #expect(file.bytes == Array(text.utf8))
      #expect(file.format == .csv && file.wasCompressed && !file.holdsMatrix)
      #expect(file.sha256 == SHA256.hex(of: try packed(which)))
      #expect(try CatalogueTable(reading: file).rowCount == 200)
    }
  }

  @Test func refusesDamagedGzip() throws {
    func refuse(_ which: String, limit: Int = InputFile.defaultByteLimit) throws -> InputError {
      let stored = try packed(which)
      return try complaint {
        _ = try InputFile(name: "films.csv.gz", storedBytes: stored, byteLimit: limit)
      }
    }
    #expect(
      try refuse("truncated").description
        == "films.csv.gz: compressed data ends early after 300 bytes")
    #expect(try refuse("noTrailer").code == "gzip.truncated")
    #expect(try refuse("badChecksum").code == "gzip.checksum")
    #expect(try refuse("broken").kind == .malformed)
    #expect(try refuse("trailing").code == "gzip.damaged")
    let bomb = try refuse("bomb", limit: 1 << 20)
    #expect(bomb.message == "expands beyond the limit of 1 MiB" && bomb.kind == .malformed)
    let text = try complaint {
      _ = try InputFile(name: "x.csv.gz", storedBytes: Array("show_id,title".utf8))
    }
    #expect(text.message == "not gzip data (starts with \"show\")")
  }

  @Test func everyCutOfGzipIsRefused() throws {
    let whole = try packed("whole")
    for count in 2..<whole.count {
      let error = try complaint {
        _ = try InputFile(name: "x.gz", storedBytes: Array(whole[..<count]))
      }
      #expect(error.code == "gzip.truncated", "after \(count) bytes")
    }
  }

  @Test func readsFiles() throws {
    try withFolder { folder in
      let path = folder.appending(path: "films.csv").path
      try Data("id,plot\n1,x\n".utf8).write(to: URL(filePath: path))
      let file = try InputFile.read(path: path)
      #expect(file.name == "films.csv" && file.bytes.count == 12)
      #expect(
        file.sha256 == "f07200035600508f22ccc662b661a6ab97353f4a72cc0a78bb4ffeec230e3345")
      let missing = try complaint {
        _ = try InputFile.read(path: folder.appending(path: "films.cvs").path)
      }
      #expect(missing.kind.exitCode == 66)
      #expect(missing.description == "films.cvs: no such file; did you mean films.csv?")
      let other = try complaint {
        _ = try InputFile.read(path: folder.appending(path: "zebra.tsv").path)
      }
      #expect(other.message == "no such file" && other.hint != nil)
      let under = try complaint { _ = try InputFile.read(path: path + "/x.csv") }
      #expect(under.kind == .missing)
      let inFolder = try complaint { _ = try InputFile.read(path: folder.path) }
      #expect(inFolder.code == "input.folder" && inFolder.kind == .missing)
      #expect(inFolder.message == "is a folder, expected a file")
      let large = try complaint { _ = try InputFile.read(path: path, byteLimit: 11) }
      #expect(large.kind == .resource && large.message == "larger than the limit of 11 bytes")
      #expect(try InputFile.read(path: path, byteLimit: 12).bytes.count == 12)
      try Data().write(to: URL(filePath: path))
      let empty = try complaint { _ = try InputFile.read(path: path) }
      #expect(empty.description == "films.csv: empty file" && empty.kind == .empty)
    }
  }

  @Test func namesPermissionTrouble() {
    let error = FileBytes.failure(EACCES, path: "/x/films.csv", name: "films.csv")
    #expect(error.kind.exitCode == 77 && error.message == "permission denied")
    #expect(FileBytes.failure(EIO, path: "x", name: "x").kind.exitCode == 74)
  }

  @Test func readsPipes() throws {
    try withFolder { folder in
      let path = folder.appending(path: "pipe").path
      #expect(mkfifo(path, 0o600) == 0)
      let sent = Data("id,plot\n".utf8) + Data(String(repeating: "1,x\n", count: 700_000).utf8)
      let writer = Thread {
        let handle = FileHandle(forWritingAtPath: path)
        try? handle?.write(contentsOf: sent)
        try? handle?.close()
      }
      writer.start()
      let file = try InputFile.read(path: path)
      #expect(file.bytes.count == sent.count)
      #expect(try CatalogueTable(reading: file).rowCount == 700_000)
    }
  }

  @Test(arguments: [
    ("a.csv", "x", InputFile.Format.csv), ("a.TSV", "x", .tsv), ("a.ndjson", "x", .jsonl),
    ("a.npy", "x", .npy), ("a.npz", "x", .npz), ("a.mtx", "x", .matrixMarket),
    ("-", "{\"a\":1}", .jsonl), ("-", "a,b\tc", .csv), ("-", "a\tb\n1,2", .tsv),
    ("-", "%%MatrixMarket matrix", .matrixMarket), ("data.txt", "PK\u{3}\u{4}", .npz),
    ("-", "\u{FEFF}\n [", .jsonl),
  ])
  func guessesFormats(name: String, text: String, format: InputFile.Format) throws {
    let file = try InputFile(name: name, storedBytes: Array(text.utf8))
    #expect(file.format == format)
  }

  @Test func refusesTheOtherSortOfFile() throws {
    let matrix = try InputFile(name: "x.npy", storedBytes: [1])
    #expect(try complaint { _ = try CatalogueTable(reading: matrix) }.kind == .usage)
    let text = try InputFile(name: "x.csv", storedBytes: [0x61])
    #expect(try complaint { _ = try MatrixFile.read(text) }.kind == .usage)
  }
}
