import Clustering
import Experiments
import Foundation
import Matrices
import ModelStore
import Testing
import TextFeatures

/// Files that are not whole: each must be refused or read well, and never end the process.
@Suite struct ModelFileDamageTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func isReadWhole(_ bytes: [UInt8], as model: FittedModel) throws -> Bool? {
    do {
      return try ModelFile.read(path: try folder.file(bytes)) == model
    } catch is StoreError {
      return nil
    }
  }

  @Test func filesMadeByH5pyAreReadOrRefusedByName() throws {
    let golden = try GoldenFiles("model.json")
    #expect(golden.cases.count > 85)
    for item in golden.cases {
      let path = try folder.file(golden.bytes(of: item))
      do {
        let model = try ModelFile.read(path: path)
        #expect(item.code.isEmpty, "\(item.name) was read")
        #expect(model.rowNumbers == [1, 2, 4, 5])
        #expect(model.titles == ["A", "", "Amélie", "月"])
        #expect(model.assignment.labels == [0, 1, 1, 0])
        #expect(model.scores.map(\.value) == [nil, 0.25])
        #expect(model.featureModel?.terms == ["moon", "sea", "żółw"])
      } catch {
        #expect(error.kind == .malformed && error.file == path)
        #expect(error.code == "model.\(item.code)", "\(item.name): \(error.message)")
        #expect(
          item.words.isEmpty || error.message.contains(item.words), "\(item.name): \(error.message)"
        )
      }
    }
  }

  @Test func truncatedFileIsRefused() throws {
    let model = try SampleModels.latent()
    try ModelFile.write(model, to: folder.path("whole"))
    let whole = try folder.bytes("whole")
    for length in Array(1..<100) + Array(stride(from: 100, to: whole.count, by: 97))
      + [whole.count - 1]
    {
      let path = try folder.file(Array(whole.prefix(length)))
      let error = #expect(throws: StoreError.self, "\(length) bytes") {
        try ModelFile.read(path: path)
      }
      #expect(error?.code == "model.truncated")
    }
  }

  @Test(arguments: 0..<200) func flippedBitsAreFoundOrHarmless(seed: Int) throws {
    let model = seed % 2 == 0 ? try SampleModels.latent() : try SampleModels.sparse(titles: [])
    try ModelFile.write(model, to: folder.path("whole"))
    let whole = try folder.bytes("whole")
    var generator = CounterGenerator(seed: UInt64(seed))
    for _ in 0..<10 {
      var bytes = whole
      for _ in 0...generator.nextIndex(below: 3) {
        bytes[generator.nextIndex(below: bytes.count)] ^= 1 << UInt8(generator.nextIndex(below: 8))
      }
      // What is read in spite of the damage is the model itself: the bits lay between the parts.
      #expect(try isReadWhole(bytes, as: model) != false)
    }
  }

  @Test func headersRewrittenWithTheirChecksumsNeverEndTheProcess() throws {
    let model = try SampleModels.latent()
    try ModelFile.write(model, to: folder.path("whole"))
    let whole = try folder.bytes("whole")
    let headers = HeaderForger.headers(in: whole)
    #expect(headers.count > 30)
    var refusalCount = 0
    for header in headers {
      for position in stride(from: header.lowerBound, to: header.upperBound, by: Self.forgeryStep) {
        for value in [0, whole[position] ^ 0x02, 0xFF] where value != whole[position] {
          var bytes = whole
          bytes[position] = value
          HeaderForger.sign(&bytes, header)
          if try isReadWhole(bytes, as: model) == nil { refusalCount += 1 }
        }
      }
    }
    #expect(refusalCount > 1_000)
  }

  /// Every how many bytes of a header are forged; 1 takes two minutes.
  private static let forgeryStep = 7
}
