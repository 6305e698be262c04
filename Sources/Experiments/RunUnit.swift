package import Clustering

/// A finished piece of a run, as it is kept until the run is published.
package enum RunUnit: Sendable, Equatable {
  /// A restart of K-Means.
  case fit(FitUnit)
  /// The tree of a linkage.
  case tree(TreeUnit)
}

/// A finished restart of one algorithm and k.
package struct FitUnit: Sendable, Equatable {
  /// What was fitted.
  package struct Name: Sendable, Hashable {
    package let plan: Plan
    package let restart: Int

    package init(plan: Plan, restart: Int) {
      self.plan = plan
      self.restart = restart
    }
  }

  /// An algorithm and k, of whose restarts the best is kept in full.
  package struct Plan: Sendable, Hashable {
    package let algorithm: Algorithm
    package let clusterCount: Int

    package init(algorithm: Algorithm, clusterCount: Int) {
      self.algorithm = algorithm
      self.clusterCount = clusterCount
    }
  }

  package let name: Name
  package let inertia: Double
  /// The labels, n of them, where they are wanted and there is no model; else none.
  package let labels: [Int32]
  /// The whole fit, for the best restart that was known; nil for those that another has beaten.
  package let model: KMeansModel?

  package init(name: Name, inertia: Double, labels: [Int32], model: KMeansModel?) {
    self.name = name
    self.inertia = inertia
    self.labels = labels
    self.model = model
  }

  /// The order of restarts: the least inertia wins, and the lowest restart among equals.
  func beats(_ other: FitUnit) -> Bool {
    (inertia, name.restart) < (other.inertia, other.name.restart)
  }

  /// The same fit without what only a winner needs.
  func beaten(keepingLabels: Bool) -> FitUnit {
    FitUnit(
      name: name, inertia: inertia,
      labels: keepingLabels ? model?.assignment.labels ?? labels : [], model: nil)
  }
}

/// A finished tree.
package struct TreeUnit: Sendable, Equatable {
  package let linkage: Linkage
  package let tree: LinkageTree
  /// The leaf of each row, n of them; nil when row i is leaf i.
  package let leafOfRow: [Int32]?

  package init(linkage: Linkage, tree: LinkageTree, leafOfRow: [Int32]?) {
    self.linkage = linkage
    self.tree = tree
    self.leafOfRow = leafOfRow
  }
}
