import Clustering
import Experiments
import Foundation
import Matrices
import ModelStore
import Testing

/// Runs files that are not whole: each must be refused or read well, and never end the process.
@Suite struct RunsFileDamageTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func smallRuns() throws -> [RunRecord] {
    [
      try SampleRuns.run("kmeans", 2, density: 1), try SampleRuns.run("kmeans", 3, density: 0.1),
      try SampleRuns.run("minibatch", 3, density: 0.1, silhouettes: []),
    ]
  }

  /// How many of the runs are read as they were written; nil where one is read as another.
  private func wholeCount(_ bytes: [UInt8], of runs: [RunRecord]) throws -> Int? {
    let path = try folder.file(bytes)
    var count = 0
    for run in runs {
      do {
        let copy = try RunsFile.read(
          algorithm: run.algorithm, clusterCount: run.assignment.clusterCount, path: path)
        guard copy == run else { return nil }
        count += 1
      } catch {
        continue
      }
    }
    return count
  }

  @Test func filesMadeByH5pyAreReadOrRefusedByName() throws {
    let golden = try GoldenFiles("runs.json")
    #expect(golden.cases.count > 30)
    for item in golden.cases {
      let path = try folder.file(golden.bytes(of: item))
      do {
        let run = try RunsFile.read(algorithm: "kmeans", clusterCount: 2, path: path)
        #expect(item.code.isEmpty, "\(item.name) was read")
        #expect(run?.assignment.labels == [0, 1, 1, 0])
        #expect(
          run?.centroids.elements == [0.5, 0, 0, 0, 0, 0, 0, 0.25, 0, 0, 0, 1, 0, 0, 0, 0])
        #expect(run?.scores.map(\.value) == [nil, 0.25])
        #expect(run?.inertia == 1.5 && run?.iterationCount == 7 && run?.didConverge == true)
        let other = try RunsFile.read(algorithm: "minibatch", clusterCount: 3, path: path)
        #expect((other == nil) == (item.name == "name of another run"))
        #expect(try RunsFile.contents(path: path).count == 2)
      } catch {
        #expect(error.kind == .malformed && error.file == path)
        #expect(error.code == "runs.\(item.code)", "\(item.name): \(error.message)")
        #expect(
          item.words.isEmpty || error.message.contains(item.words), "\(item.name): \(error.message)"
        )
      }
    }
  }

  @Test func groupThatSaysItIsAnotherRunIsRefused() throws {
    let golden = try GoldenFiles("runs.json")
    let item = try #require(golden.cases.first { $0.name == "name of another run" })
    let path = try folder.file(golden.bytes(of: item))
    let error = #expect(throws: StoreError.self) {
      try RunsFile.read(algorithm: "minibatch", clusterCount: 4, path: path)
    }
    #expect(error?.message == "'minibatch-k0004' says that it is minibatch with 3 clusters")
  }

  @Test func truncatedFileIsRefused() throws {
    try RunsFile.write(try smallRuns(), to: folder.path("whole"))
    let whole = try folder.bytes("whole")
    for length in Array(1..<100) + Array(stride(from: 100, to: whole.count, by: 97))
      + [whole.count - 1]
    {
      let path = try folder.file(Array(whole.prefix(length)))
      let reading = #expect(throws: StoreError.self, "\(length) bytes") {
        try RunsFile.read(algorithm: "kmeans", clusterCount: 2, path: path)
      }
      #expect(reading?.code == "runs.truncated")
      let listing = #expect(throws: StoreError.self) { try RunsFile.contents(path: path) }
      #expect(listing?.code == "runs.truncated")
    }
  }

  @Test(arguments: 0..<100) func flippedBitsAreFoundOrHarmless(seed: Int) throws {
    let runs = try smallRuns()
    try RunsFile.write(runs, to: folder.path("whole"))
    let whole = try folder.bytes("whole")
    var generator = CounterGenerator(seed: UInt64(seed))
    for _ in 0..<10 {
      var bytes = whole
      for _ in 0...generator.nextIndex(below: 3) {
        bytes[generator.nextIndex(below: bytes.count)] ^= 1 << UInt8(generator.nextIndex(below: 8))
      }
      #expect(try wholeCount(bytes, of: runs) != nil)
    }
  }

  @Test func everyFlippedBitOfTheRootIsFound() throws {
    let runs = try smallRuns()
    try RunsFile.write(runs, to: folder.path("whole"))
    let whole = try folder.bytes("whole")
    for position in 0..<400 {
      var bytes = whole
      bytes[position] ^= 1 << UInt8(position % 8)
      let count = try wholeCount(bytes, of: runs)
      // The superblock and the root's header; byte 11 are flags that mean nothing when reading.
      #expect(count == 0 || position == 11 && count == 3, "byte \(position)")
    }
  }

  @Test func headersRewrittenWithTheirChecksumsNeverEndTheProcess() throws {
    let runs = Array(try smallRuns().prefix(2))
    try RunsFile.write(runs, to: folder.path("whole"))
    let whole = try folder.bytes("whole")
    let headers = HeaderForger.headers(in: whole)
    #expect(headers.count > 15)
    var refusalCount = 0
    for header in headers {
      for position in stride(from: header.lowerBound, to: header.upperBound, by: Self.forgeryStep) {
        for value in [0, whole[position] ^ 0x02, 0xFF] where value != whole[position] {
          var bytes = whole
          bytes[position] = value
          HeaderForger.sign(&bytes, header)
          if try wholeCount(bytes, of: runs) != runs.count { refusalCount += 1 }
        }
      }
    }
    #expect(refusalCount > 300)
  }

  /// Every how many bytes of a header are forged.
  private static let forgeryStep = 7
}
