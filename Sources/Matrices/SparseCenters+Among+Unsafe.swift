extension SparseCenters {
  package func among(_ points: EnginePoints) -> any CenterSpace {
    guard case .sparse(let points) = points, points.columnCount == columnCount else {
      preconditionFailure("centers move only among rows of the same points")
    }
    precondition(panel.count == columnCount * stride, "only whole lanes move among other rows")
    let space = SparseCenters(
      points, clusterCount: clusterCount, kernel: kernel, instructionSet: instructionSet,
      panel: panel)
    for cluster in 0..<clusterCount {
      space.sumNorms.base[cluster] = sumNorms.base[cluster]
      space.setLane(
        cluster, scale: exactScale.base[cluster], isIdle: isIdle.base[cluster])
    }
    space.sizes.copy(from: sizes)
    space.updateGreatestNorm()
    return space
  }
}

extension DenseCenters {
  package func among(_ points: EnginePoints) -> any CenterSpace {
    guard case .dense(let points) = points, points.matrix.columnCount == columnCount else {
      preconditionFailure("centers move only among rows of the same points")
    }
    let space = DenseCenters(points, clusterCount: clusterCount, instructionSet: instructionSet)
    space.centers.copy(from: centers)
    for cluster in 0..<clusterCount { space.setLane(cluster, isIdle: isIdle.base[cluster]) }
    space.sizes.copy(from: sizes)
    return space
  }
}
