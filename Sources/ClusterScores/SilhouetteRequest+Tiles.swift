internal import Clustering
internal import Matrices

/// Adds each tile to the sums of its columns and, off the diagonal, of its rows.
private struct PairSums: TileReducer {
  let sums: LabelSums

  func reduce(_ tile: DistanceTile) {
    sums.addToColumns(tile)
    if tile.rows != tile.columns { sums.addToRows(tile) }
  }
}

/// Adds each tile to the sums of its columns.
private struct QuerySums: TileReducer {
  let sums: LabelSums

  func reduce(_ tile: DistanceTile) { sums.addToColumns(tile) }
}

extension SilhouetteRequest {
  /// Euclidean silhouettes from all pairs of rows.
  func samplesFromTiles(of indices: [Int]) -> [[Double]] {
    let targetPoints = TilePoints(targets, level: tuning.level, pool: pool)
    guard targetPoints.fitsTiles else { return samplesFromExactDistances(of: indices) }
    guard isMember else {
      let queries = TilePoints(rows, matching: targetPoints, pool: pool)
      guard queries.fitsTiles else { return samplesFromExactDistances(of: indices) }
      return samplesOfQueries(queries, targetPoints, indices)
    }
    var samples: [[Double]] = []
    for group in groups(of: indices) {
      let sumCount = group.reduce(0) { $0 + assignments[$1].clusterCount } * rows.rowCount
      samples +=
        sumCount > tuning.sumLimit
        ? samplesOfQueries(targetPoints, targetPoints, group)
        : samplesOfMembers(targetPoints, group)
    }
    return samples
  }

  /// The clusterings in groups whose sums may be kept at once; one that is too large stands alone.
  private func groups(of indices: [Int]) -> [[Int]] {
    var groups: [[Int]] = []
    var room = 0
    for index in indices {
      let size = assignments[index].clusterCount * rows.rowCount
      if size > room || groups.isEmpty {
        groups.append([])
        room = tuning.sumLimit
      }
      groups[groups.count - 1].append(index)
      room -= size
    }
    return groups
  }

  /// Every pair once, with the sums of all rows kept.
  private func samplesOfMembers(_ points: TilePoints, _ indices: [Int]) -> [[Double]] {
    let runs = SilhouetteRuns(assignments, indices: indices)
    let all = 0..<rows.rowCount
    let sums = LabelSums(of: all, labels: runs.labels, level: tuning.level)
    let offset = DistanceTiles.offset(points, points)
    DistanceTiles.reducePairs(of: points, pool: pool) { PairSums(sums: sums) }
    let blocks = pool.map(all.pieceCount(size: Self.chunkSize), makeScratch: {}) { chunk, _ in
      runs.block(
        all.piece(chunk, size: Self.chunkSize), assignments: rowAssignments, isMember: true
      ) { row, target in sums.copySums(of: row, offset: offset, to: target) }
    }
    return Self.joined(blocks, runCount: indices.count)
  }

  /// Every query against every target, with the sums of one block of queries kept by each thread.
  private func samplesOfQueries(
    _ queries: TilePoints, _ targets: TilePoints, _ indices: [Int]
  ) -> [[Double]] {
    let runs = SilhouetteRuns(assignments, indices: indices)
    let offset = DistanceTiles.offset(queries, targets)
    let blocks = DistanceTiles.reduceBlocks(of: queries, against: targets, pool: pool) { block in
      QuerySums(sums: LabelSums(of: block, labels: runs.labels, level: tuning.level))
    } finish: { reducer, block in
      runs.block(block, assignments: rowAssignments, isMember: isMember) { row, target in
        reducer.sums.copySums(of: row, offset: offset, to: target)
      }
    }
    return Self.joined(blocks, runCount: indices.count)
  }
}
