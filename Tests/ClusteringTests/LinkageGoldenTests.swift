internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Trees beside SciPy")
struct LinkageGoldenTests {
  /// What SciPy made of rows.
  struct Case: Decodable, CustomTestStringConvertible {
    let kind: String
    let seed: UInt64
    let rows: Int
    let columns: Int
    let linkage: Linkage
    let metric: LinkageMetric
    /// In rising order.
    let heights: [Double]
    /// Eight hexadecimal digits for each k from 1, dots where ties leave a choice.
    let digests: String

    var testDescription: String {
      "\(kind) \(rows)×\(columns), \(linkage.rawValue), \(metric.rawValue)"
    }

    func digest(clusterCount: Int) -> Substring {
      let start = digests.index(digests.startIndex, offsetBy: 8 * (clusterCount - 1))
      return digests[start..<digests.index(start, offsetBy: 8)]
    }
  }

  struct Golden: Decodable {
    let cases: [Case]
  }

  static let cases: [Case] = {
    do {
      return try GoldenFile.read("linkage.json", as: Golden.self).cases
    } catch {
      Issue.record(error)
      return []
    }
  }()

  @Test("There are cases of every linkage, metric and kind of rows")
  func coverage() {
    #expect(Self.cases.count == 143)
    #expect(Set(Self.cases.map { "\($0.linkage) \($0.metric)" }).count == 15)
    #expect(Set(Self.cases.map(\.kind)).count == 7)
    let withoutChoice = Self.cases.filter { !$0.digests.contains(".") }
    #expect(withoutChoice.count >= 75)
  }

  @Test("The heights, and the clusters at every k, are SciPy's", arguments: cases)
  func sameTree(item: Case) throws {
    let dense = try #require(
      RecipeRows.make(
        item.kind, seed: item.seed, rowCount: item.rows, columnCount: item.columns))
    var settings = Agglomerative(linkage: item.linkage)
    settings.metric = item.metric
    for points in [FeatureMatrix.dense(dense), .sparse(stored(dense))] {
      for memory in LinkageMemory.allCases {
        settings.memory = memory
        guard memory != .free || isFree(item, isSparse: points.isSparse) else {
          #expect(throws: ClusteringError.self) { try tree(settings, points) }
          continue
        }
        expectEqual(try tree(settings, points), item, "\(memory), sparse: \(points.isSparse)")
      }
    }
  }

  private func tree(
    _ settings: Agglomerative, _ points: FeatureMatrix
  ) throws(ClusteringError) -> LinkageTree {
    try settings.tree(of: points, pool: WorkerPool(threadCount: 2))
  }

  /// Whether the tree can be built without a matrix.
  private func isFree(_ item: Case, isSparse: Bool) -> Bool {
    switch item.linkage {
    case .single: true
    case .ward: true
    case .average: !isSparse && item.metric != .euclidean
    default: false
    }
  }

  private func expectEqual(_ tree: LinkageTree, _ item: Case, _ way: String) {
    let heights = tree.merges.map(\.height).sorted()
    #expect(heights.count == item.heights.count, "\(way)")
    let relative = item.linkage == .weighted || item.linkage == .median ? 1e-5 : 1e-6
    let absolute = item.metric == .cosine ? 1e-7 : 1e-9
    for (place, (ours, theirs)) in zip(heights, item.heights).enumerated() {
      #expect(
        isClose(ours, theirs, relative: relative, absolute: absolute), "height \(place), \(way)")
    }
    if item.linkage.isReducible { #expect(tree.isMonotonic, "\(way)") }
    for count in 1...item.rows {
      let theirs = item.digest(clusterCount: count)
      guard !theirs.hasPrefix(".") else { continue }
      do {
        let labels = try tree.assignment(clusterCount: count).labels
        #expect(digest(labels) == theirs, "k = \(count), \(way)")
      } catch {
        Issue.record(error)
      }
    }
  }

  /// The upper half of FNV-1a over the labels.
  private func digest(_ labels: [Int32]) -> String {
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    for label in labels { digest = (digest ^ UInt64(label)) &* 0x100_0000_01B3 }
    let digits = String(digest >> 32, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// The elements that are not zero.
  private func stored(_ matrix: DenseMatrix) -> CSRMatrix {
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    for row in 0..<matrix.rowCount {
      for (column, value) in matrix.row(row).enumerated() where value != 0 {
        columns.append(Int32(column))
        values.append(value)
      }
      offsets.append(columns.count)
    }
    return CSRMatrix(
      rowCount: matrix.rowCount, columnCount: matrix.columnCount, rowOffsets: offsets,
      columnIndices: columns, values: values)
  }

  @Test(
    "Where ties leave a choice, no two clusters could have been merged sooner",
    arguments: Linkage.allCases.filter(\.isReducible), ["grid", "repeated", "text", "simplex"])
  func noSoonerMerge(linkage: Linkage, kind: String) throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      let rows = try #require(
        RecipeRows.make(kind, seed: seed, rowCount: 130, columnCount: kind == "grid" ? 2 : 130))
      for metric in LinkageMetric.allCases where !linkage.isGeometric || metric == .euclidean {
        var settings = Agglomerative(linkage: linkage)
        settings.metric = metric
        for memory in LinkageMemory.allCases {
          settings.memory = memory
          guard
            (try? settings.plan(for: LinkageShape(.dense(rows)))) != nil
          else { continue }
          let tree = try tree(settings, .dense(rows))
          let audit = MergeAudit(tree: tree, rows: rows, linkage: linkage, metric: metric)
          #expect(audit.worst <= 1e-5, "seed \(seed), \(metric), \(memory)")
        }
      }
    }
  }
}
