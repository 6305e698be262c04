extension DenseCenters {
  package func among(_ points: EnginePoints, pool: WorkerPool) -> any CenterSpace {
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
