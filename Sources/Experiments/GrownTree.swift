public import Clustering
internal import Matrices

/// A tree of a run, over its rows or over small clusters of them.
public struct GrownTree: Sendable {
  /// The linkage.
  public let linkage: Linkage

  /// The tree; its leaves are rows, or micro-clusters.
  public let tree: LinkageTree

  /// How it was built.
  public let plan: Agglomerative.Plan

  /// The leaf of each row, n of them; nil when row i is leaf i.
  public let leafOfRow: [Int32]?

  /// The number of rows.
  public let rowCount: Int

  /// Puts a tree together.
  public init(
    linkage: Linkage, tree: LinkageTree, plan: Agglomerative.Plan, leafOfRow: [Int32]?,
    rowCount: Int
  ) {
    self.linkage = linkage
    self.tree = tree
    self.plan = plan
    self.leafOfRow = leafOfRow
    self.rowCount = rowCount
  }

  /// The rows' clusters when the leaves have these, numbered by their lowest row.
  ///
  /// - Complexity: O(n).
  public func assignment(ofLeaves leaves: Assignment) -> Assignment {
    guard let leafOfRow else { return leaves }
    return Self.assignment(ofLeaves: leaves, leafOfRow: leafOfRow)
  }

  /// The same for rows that belong to given leaves.
  ///
  /// - Complexity: O(n).
  public static func assignment(ofLeaves leaves: Assignment, leafOfRow: [Int32]) -> Assignment {
    var number = [Int32](repeating: -1, count: leaves.clusterCount)
    var count: Int32 = 0
    let labels = leafOfRow.map { leaf in
      let cluster = Int(leaves.labels[Int(leaf)])
      if number[cluster] < 0 {
        number[cluster] = count
        count += 1
      }
      return number[cluster]
    }
    return Assignment(trusted: labels, clusterCount: Int(count))
  }

  /// A cut as a clustering with the means of its clusters.
  ///
  /// - Complexity: O(stored elements + k·d).
  func model(
    _ assignment: Assignment, of points: FeatureMatrix, pool: WorkerPool
  ) -> KMeansModel {
    model(assignment, of: points, prepared: EnginePoints(points, pool: pool), pool: pool)
  }

  /// The same for points that have been brought into the engine's form, which several cuts can share.
  func model(
    _ assignment: Assignment, of points: FeatureMatrix, prepared: EnginePoints, pool: WorkerPool
  ) -> KMeansModel {
    let means = ClusterMeans.means(of: assignment, points: points)
    let distances = CenterAssignment(of: prepared, to: means, labels: assignment, pool: pool)
    return KMeansModel(
      centroids: means, assignment: assignment, inertia: distances.inertia, iterations: [],
      didConverge: true, winningRestart: 0)
  }
}
