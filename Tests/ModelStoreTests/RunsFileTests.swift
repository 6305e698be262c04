import Clustering
import Experiments
import Foundation
import Matrices
import ModelStore
import Testing

@Suite struct RunsFileTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func read(_ algorithm: String, _ clusterCount: Int) throws -> RunRecord? {
    try RunsFile.read(algorithm: algorithm, clusterCount: clusterCount, path: folder.path())
  }

  private func names() throws -> [String] {
    try RunsFile.contents(path: folder.path()).map { "\($0.algorithm) \($0.clusterCount)" }
  }

  @Test func everyRunComesBack() throws {
    let runs = try SampleRuns.mixed()
    try RunsFile.write(runs, to: folder.path())
    #expect(
      try names() == ["kmeans 1", "kmeans 2", "kmeans 12", "kmeans 12345", "mini_batch-2 2"])
    for run in runs {
      let copy = try #require(try read(run.algorithm, run.assignment.clusterCount))
      #expect(copy == run)
    }
  }

  @Test func negativeZeroAndTinyNumbersKeepTheirBits() throws {
    var run = try SampleRuns.run("kmeans", 2, density: 0)
    var elements = run.centroids.elements
    elements[7] = -0.0
    elements[79] = .leastNonzeroMagnitude
    run.centroids = DenseMatrix(rowCount: 2, columnCount: 40, elements: elements)
    try RunsFile.write([run], to: folder.path())
    let copy = try #require(try read("kmeans", 2))
    #expect(copy.centroids.elements.map(\.bitPattern) == elements.map(\.bitPattern))
  }

  @Test func absentRunIsNil() throws {
    try RunsFile.write(try SampleRuns.mixed(), to: folder.path())
    #expect(try read("kmeans", 3) == nil)
    #expect(try read("minibatch", 2) == nil)
    #expect(try read("kmeans", 0) == nil)
    #expect(try read("kmeans", -12) == nil)
    #expect(try read("", 2) == nil)
    #expect(try read("./kmeans", 2) == nil)
    #expect(try read("kmeans-k0002/../kmeans", 2) == nil)
  }

  @Test func fileOfNoRunsIsRead() throws {
    try RunsFile.write([], to: folder.path())
    #expect(try names().isEmpty)
    #expect(try read("kmeans", 2) == nil)
  }

  @Test func runsOfNoRowsComeBack() throws {
    let run = try SampleRuns.run("kmeans", 3, rowCount: 0, density: 1)
    try RunsFile.write([run], to: folder.path())
    #expect(try read("kmeans", 3) == run)
  }

  @Test func manyRunsComeBack() throws {
    let runs = try (1...700).map { try SampleRuns.run("kmeans", $0, columnCount: 3, density: 0.5) }
    try RunsFile.write(runs, to: folder.path())
    #expect(try RunsFile.contents(path: folder.path()).map(\.clusterCount) == Array(1...700))
    #expect(try read("kmeans", 700) == runs[699])
    #expect(try read("kmeans", 65) == runs[64])
    #expect(try read("kmeans", 701) == nil)
  }

  @Test func sparseCentroidsCostTheirStoredNumbers() throws {
    try RunsFile.write(
      [try SampleRuns.run("kmeans", 30, columnCount: 50_000, density: 0.001)], to: folder.path())
    #expect(try folder.bytes().count < 30_000)
  }

  @Test func sameRunsGiveSameBytes() throws {
    try RunsFile.write(try SampleRuns.mixed(), to: folder.path("first"))
    // Times in the file, if there were any, are in seconds.
    Thread.sleep(forTimeInterval: 1.1)
    try RunsFile.write(try SampleRuns.mixed(), to: folder.path("second"))
    #expect(try folder.bytes("first") == folder.bytes("second"))
  }

  @Test func oneRunIsReadWithoutTheOthers() throws {
    let runs = try SampleRuns.mixed()
    try RunsFile.write(runs, to: folder.path())
    var bytes = try folder.bytes()
    let labels = runs[0].assignment.labels.withUnsafeBytes { Array($0) }
    let place = try #require(
      bytes.indices.dropLast(labels.count).first {
        bytes[$0..<$0 + labels.count].elementsEqual(labels)
      })
    bytes[place] ^= 1
    _ = try folder.file(bytes)
    #expect(try read("kmeans", 2) == runs[1])
    let error = #expect(throws: StoreError.self) { try read("kmeans", 12) }
    #expect(error?.code == "runs.damaged")
    #expect(error?.message.contains("'kmeans-k0012/labels' is damaged") == true)
    #expect(error?.hint == "make it again; a run writes it as runs.h5")
  }

  @Test func failuresNameTheirKind() throws {
    let runs = try SampleRuns.mixed()
    let noFolder = #expect(throws: StoreError.self) {
      try RunsFile.write(runs, to: folder.path("none/runs.h5"))
    }
    #expect(noFolder?.kind == .cannotCreate && noFolder?.code == "runs.create")
    let missing = #expect(throws: StoreError.self) { try read("kmeans", 2) }
    #expect(missing?.kind == .missing && missing?.code == "runs.missing")
    #expect(missing?.hint == "a run writes runs.h5 into the run folder")
    try ModelFile.write(try SampleModels.sparse(), to: folder.path())
    let model = #expect(throws: StoreError.self) { try names() }
    #expect(model?.code == "runs.foreign")
    try RunsFile.write(runs, to: folder.path())
    let asModel = #expect(throws: StoreError.self) { try ModelFile.read(path: folder.path()) }
    #expect(asModel?.code == "model.foreign")
  }

  @Test(.enabled(if: access("/dev/full", W_OK) == 0, "needs /dev/full"))
  func fullDiskThrows() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(), withDestinationPath: "/dev/full")
    let error = #expect(throws: StoreError.self) {
      try RunsFile.write(try SampleRuns.mixed(), to: folder.path())
    }
    #expect(error?.kind == .writeFailed && error?.code == "runs.write")
  }

  @Test func tooManyRunsThrow() throws {
    let run = try SampleRuns.run("kmeans", 1, density: 0)
    let runs = [RunRecord](repeating: run, count: RunsFile.runLimit + 1)
    let error = #expect(throws: StoreError.self) { try RunsFile.write(runs, to: folder.path()) }
    #expect(error?.code == "runs.limit")
  }

  @Test func sameRunTwiceIsABrokenContract() async {
    await #expect(processExitsWith: .failure) {
      let run = try SampleRuns.run("kmeans", 3, density: 1)
      try RunsFile.write([run, run], to: "/dev/null")
    }
  }

  @Test func runsOfDifferentRowsAreABrokenContract() async {
    await #expect(processExitsWith: .failure) {
      let runs = [
        try SampleRuns.run("kmeans", 3, density: 1),
        try SampleRuns.run("kmeans", 4, rowCount: 8, density: 1),
      ]
      try RunsFile.write(runs, to: "/dev/null")
    }
  }

  @Test func nameThatIsAPathIsABrokenContract() async {
    await #expect(processExitsWith: .failure) {
      try RunsFile.write([try SampleRuns.run("a/b", 3, density: 1)], to: "/dev/null")
    }
  }
}
