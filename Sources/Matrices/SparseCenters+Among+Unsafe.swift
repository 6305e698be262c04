extension SparseCenters {
  package func among(_ points: EnginePoints, pool: WorkerPool) -> any CenterSpace {
    guard case .sparse(let points) = points, points.columnCount == columnCount else {
      preconditionFailure("centers move only among rows of the same points")
    }
    let space = SparseCenters(
      points, clusterCount: clusterCount, kernel: kernel, instructionSet: instructionSet,
      panelOf: self, pool: pool)
    space.rareTerms.copyCells(of: rareTerms)
    for cluster in 0..<clusterCount {
      space.sumNorms.base[cluster] = sumNorms.base[cluster]
      space.setLane(cluster, scale: exactScale.base[cluster], isIdle: isIdle.base[cluster])
    }
    space.sizes.copy(from: sizes)
    space.updateGreatestNorm()
    return space
  }
}
