internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Trees beside SciPy")
struct LinkageTreeGoldenTests {
  struct Golden: Decodable {
    let unit: Float
    let sets: [PointSet]
  }

  struct PointSet: Decodable {
    let name: String
    let sparse: Bool
    let columns: Int
    let units: [Int]
    let trees: [Tree]

    func points(unit: Float) -> FeatureMatrix {
      let matrix = DenseMatrix(
        rowCount: units.count / columns, columnCount: columns,
        elements: units.map { Float($0) / unit })
      return sparse ? .sparse(matrix.sparse()) : .dense(matrix)
    }
  }

  struct Tree: Decodable {
    struct HeightCut: Decodable {
      let height: Double
      let labels: [Int32]
    }

    struct CountCut: Decodable {
      let count: Int
      let labels: [Int32]
    }

    let method: String
    let metric: String
    let z: [Double]
    let leaves: [Int]
    let tied: Bool
    let optimalSum: Double
    let sumOfSciPy: Double
    let correlation: Double
    let cuts: [HeightCut]
    let counts: [CountCut]
  }

  @Test("Leaf orders, cuts and correlations of SciPy's trees are those of SciPy")
  func operations() throws {
    let golden = try GoldenFile.read("linkage_tree.json", as: Golden.self)
    let pool = WorkerPool(threadCount: 2)
    var treeCount = 0
    for set in golden.sets {
      let points = set.points(unit: golden.unit)
      for expected in set.trees {
        treeCount += 1
        let metric = try #require(LinkageMetric(rawValue: expected.metric))
        let tree = try LinkageTree(linkageMatrix: expected.z)
        #expect(tree.linkageMatrix() == expected.z)
        #expect(tree.leafOrder() == expected.leaves)
        for cut in expected.cuts {
          #expect(tree.assignment(height: cut.height).labels == cut.labels)
        }
        for cut in expected.counts {
          #expect(try tree.assignment(clusterCount: cut.count).labels == cut.labels)
        }
        let order = try tree.optimalLeafOrder(of: points, metric: metric, pool: pool)
        let sum = zip(order, order.dropFirst()).reduce(0) {
          $0 + SampleTrees.distance(points, $1.0, $1.1, metric: metric)
        }
        // Rows of length 1 are rounded to single precision.
        let isRounded = metric == .cosine
        #expect(isClose(sum, expected.optimalSum, relative: isRounded ? 1e-6 : 1e-12))
        #expect(sum <= expected.sumOfSciPy * (1 + 1e-6))
        let correlation = try #require(
          tree.copheneticCorrelation(with: points, metric: metric, pool: pool))
        #expect(isClose(correlation, expected.correlation, relative: 2e-6))
      }
    }
    #expect(treeCount == 30)
  }

  @Test("Trees built here have SciPy's merges and heights")
  func building() throws {
    let golden = try GoldenFile.read("linkage_tree.json", as: Golden.self)
    for set in golden.sets {
      let points = set.points(unit: golden.unit)
      for expected in set.trees {
        var settings = Agglomerative(linkage: try #require(Linkage(rawValue: expected.method)))
        settings.metric = try #require(LinkageMetric(rawValue: expected.metric))
        let tree = try settings.tree(of: points, pool: WorkerPool(threadCount: 2))
        let other = try LinkageTree(linkageMatrix: expected.z)
        for (merge, wanted) in zip(tree.merges, other.merges) {
          #expect(isClose(merge.height, wanted.height, relative: 1e-5, absolute: 1e-6))
          guard !expected.tied else { continue }
          #expect((merge.left, merge.right, merge.size) == (wanted.left, wanted.right, wanted.size))
        }
      }
    }
  }
}
