import Clustering
import Experiments
import Foundation
import Matrices
import ModelStore
import Testing
import TextFeatures

@Suite struct ModelFileTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func roundTrip(_ model: FittedModel) throws -> FittedModel {
    try ModelFile.write(model, to: folder.path())
    return try ModelFile.read(path: folder.path())
  }

  @Test func sparseModelComesBack() throws {
    let model = try SampleModels.sparse()
    let copy = try roundTrip(model)
    #expect(copy == model)
    // Strings are equal when they look equal; the bytes must be equal too.
    #expect(copy.titles.map { Array($0.utf8) } == model.titles.map { Array($0.utf8) })
  }

  @Test func modelWithoutTitlesComesBack() throws {
    let model = try SampleModels.sparse(titles: [])
    #expect(try roundTrip(model) == model)
  }

  @Test func latentModelComesBack() throws {
    let model = try SampleModels.latent()
    #expect(try roundTrip(model) == model)
  }

  @Test func matrixModelComesBack() throws {
    let model = try SampleModels.matrixOnly()
    #expect(try roundTrip(model) == model)
  }

  @Test func longAndEmptyTextsComeBack() throws {
    var model = try SampleModels.sparse()
    model.provenance.options = #"{"words":""# + String(repeating: "wörter ", count: 20_000) + #""}"#
    model.provenance.inputName = ""
    model.provenance.textColumns = []
    model.algorithm = "odd\0name"
    #expect(try roundTrip(model) == model)
  }

  @Test func modelOfNoRowsComesBack() throws {
    var model = try SampleModels.matrixOnly()
    model.features = .dense(DenseMatrix(zeros: 0, 4))
    model.assignment = try .init(labels: [], clusterCount: 3)
    model.rowNumbers = []
    model.rowIdentifiers = []
    #expect(try roundTrip(model) == model)
  }

  @Test func oneLongTitleCostsItsOwnLength() throws {
    var titles = SampleModels.titles
    titles[0] = String(repeating: "x", count: 1 << 20)
    let model = try SampleModels.sparse(titles: titles)
    #expect(try roundTrip(model) == model)
    #expect(try folder.bytes().count < 1 << 20 + 1 << 16)
  }

  @Test(arguments: 0..<3) func sameModelGivesSameBytes(kind: Int) throws {
    let make = [{ try SampleModels.sparse() }, SampleModels.latent, SampleModels.matrixOnly][kind]
    try ModelFile.write(try make(), to: folder.path("first"))
    // Times in the file, if there were any, are in seconds.
    Thread.sleep(forTimeInterval: 1.1)
    try ModelFile.write(try make(), to: folder.path("second"))
    #expect(try folder.bytes("first") == folder.bytes("second"))
  }

  @Test func severalThreadsTakeTurns() async throws {
    let model = try SampleModels.latent()
    let folder = self.folder
    let paths = (0..<8).map { folder.path("\($0).h5") }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for path in paths {
        group.addTask {
          try ModelFile.write(model, to: path)
          return try ModelFile.read(path: path) == model
        }
      }
      for try await isSame in group { #expect(isSame) }
    }
  }

  @Test func writingReplacesAFile() throws {
    _ = try folder.file([UInt8](repeating: 7, count: 1 << 20))
    let model = try SampleModels.sparse()
    #expect(try roundTrip(model) == model)
  }

  @Test func lockedFileIsRead() throws {
    let model = try SampleModels.sparse()
    try ModelFile.write(model, to: folder.path())
    let other = try FileHandle(forUpdating: URL(fileURLWithPath: folder.path()))
    try #require(flock(other.fileDescriptor, LOCK_EX) == 0)
    #expect(try ModelFile.read(path: folder.path()) == model)
    try other.close()
  }

  @Test func writingWhereThereIsNoFolderThrows() throws {
    let model = try SampleModels.sparse()
    let error = #expect(throws: StoreError.self) {
      try ModelFile.write(model, to: folder.path("none/model.h5"))
    }
    #expect(error?.kind == .cannotCreate)
  }

  @Test(.enabled(if: access("/dev/full", W_OK) == 0, "needs /dev/full"))
  func fullDiskThrowsAndLaterWritesWork() throws {
    let model = try SampleModels.sparse()
    // The link is what gets removed on failure.
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("full"), withDestinationPath: "/dev/full")
    let error = #expect(throws: StoreError.self) {
      try ModelFile.write(model, to: folder.path("full"))
    }
    #expect(error?.kind == .writeFailed)
    #expect(error?.hint == "free space and run again")
    #expect(!FileManager.default.fileExists(atPath: folder.path("full")))
    #expect(try roundTrip(model) == model)
  }

  @Test func disagreeingModelIsABrokenContract() async {
    await #expect(processExitsWith: .failure) {
      var model = try SampleModels.sparse()
      model.rowIdentifiers.removeLast()
      try ModelFile.write(model, to: "/dev/null")
    }
  }

  @Test func unreadablePathsThrow() throws {
    let missing = #expect(throws: StoreError.self) {
      try ModelFile.read(path: folder.path("none"))
    }
    #expect(missing?.kind == .missing)
    let isFolder = #expect(throws: StoreError.self) { try ModelFile.read(path: folder.path("")) }
    #expect(isFolder?.kind == .missing)
    let empty = #expect(throws: StoreError.self) {
      try ModelFile.read(path: try folder.file([], "empty"))
    }
    #expect(empty?.kind == .empty)
    try #require(mkfifo(folder.path("pipe"), 0o600) == 0)
    let pipe = #expect(throws: StoreError.self) { try ModelFile.read(path: folder.path("pipe")) }
    #expect(pipe?.code == "model.not-a-file")
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may read everything"))
  func forbiddenFileThrows() throws {
    let path = try folder.file([1])
    try #require(chmod(path, 0) == 0)
    let error = #expect(throws: StoreError.self) { try ModelFile.read(path: path) }
    #expect(error?.kind == .permission)
  }
}
