internal import Clustering
internal import Matrices

extension Sweep {
  /// Hands the fits of an interrupted run to the keeper, leaves the others in `tasks`, and returns how many
  /// there were.
  func takeOver(
    _ tasks: inout [(plan: Int, restart: Int)], plans: [(algorithm: Algorithm, clusterCount: Int)],
    into keeper: BestKeeper
  ) -> Int {
    guard let units else { return 0 }
    let total = tasks.count
    tasks.removeAll { task in
      let plan = FitUnit.Plan(
        algorithm: plans[task.plan].algorithm, clusterCount: plans[task.plan].clusterCount)
      guard let fit = units.fit(FitUnit.Name(plan: plan, restart: task.restart)) else {
        return false
      }
      keeper.restore(fit, plan: task.plan)
      return true
    }
    units.tookOver(total - tasks.count, of: total)
    return total - tasks.count
  }
}

extension TreeGrower {
  /// The tree that an interrupted run had built, as this one would have built it.
  func tree(
    of unit: TreeUnit, over points: FeatureMatrix
  ) throws(ClusteringError) -> GrownTree {
    GrownTree(
      linkage: unit.linkage, tree: unit.tree, plan: try plan(points), leafOfRow: unit.leafOfRow,
      rowCount: points.rowCount)
  }
}
