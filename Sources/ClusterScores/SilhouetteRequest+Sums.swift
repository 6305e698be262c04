internal import Clustering
internal import Matrices

extension SilhouetteRequest {
  /// The sums that a panel of clusters may hold: 512 MiB.
  static let panelLimit = 1 << 26

  /// A sum of squared distances below this share of its terms is rounding, and becomes 0.
  private static let roundingShare = 1e-12

  /// Silhouettes by squared Euclidean or cosine distance, which need only the sums of the clusters.
  ///
  /// With S the sum of a cluster C of m rows: Σ ‖x − y‖² = m·‖x‖² + Σ ‖y‖² − 2⟨x, S⟩, and for rows
  /// of norm 1 Σ (1 − ⟨x, y⟩) = m − ⟨x, S⟩.
  func samplesFromSums(of indices: [Int]) -> [[Double]] {
    var samples: [[Double]] = []
    var group: [Int] = []
    var size = 0
    for index in indices {
      let more = assignments[index].clusterCount * max(1, targets.columnCount)
      if !group.isEmpty, size + more > Self.panelLimit {
        samples += samplesFromPanel(of: group)
        group = []
        size = 0
      }
      group.append(index)
      size += more
    }
    return samples + samplesFromPanel(of: group)
  }

  private func samplesFromPanel(of indices: [Int]) -> [[Double]] {
    let runs = SilhouetteRuns(assignments, indices: indices)
    let isCosine = metric == .cosine
    let center = isCosine ? nil : denseCenter()
    let targetNorms = squaredNorms(of: targets, center: center)
    let norms = isMember ? targetNorms : squaredNorms(of: rows, center: center)
    let weight = { @Sendable (norm: Double) -> Double in
      isCosine ? (norm > 0 ? 1 / norm.squareRoot() : 0) : 1
    }
    let panel = LabelPanel(
      targets, weights: targetNorms.map(weight), center: center, labels: runs.labels, pool: pool)
    let normSums = runs.labels.sums(of: targetNorms)
    let queries = rows.stored(as: targets)
    let all = 0..<rows.rowCount
    let slots = 0..<runs.labels.slotCount
    let blocks = pool.map(all.pieceCount(size: Self.chunkSize), makeScratch: {}) { chunk, _ in
      runs.block(
        all.piece(chunk, size: Self.chunkSize), assignments: rowAssignments, isMember: isMember
      ) { row, sums in
        panel.writeProducts(of: row, in: queries, weight: weight(norms[row]), to: sums)
        if isCosine {
          if norms[row] == 0, isMember { removeOwnDistance(row, runs, from: sums) }
          for slot in slots {
            let sum = runs.sizes[slot] - sums[slot]
            sums[slot] = sum > Self.roundingShare * runs.sizes[slot] ? sum : 0
          }
        } else {
          for slot in slots {
            let terms = runs.sizes[slot] * norms[row] + normSums[slot]
            let sum = terms - 2 * sums[slot]
            sums[slot] = sum > Self.roundingShare * terms ? sum : 0
          }
        }
      }
    }
    return Self.joined(blocks, runCount: indices.count)
  }

  /// A row of zeros has cosine 0 with itself too, but its distance to itself does not count: its
  /// products become those of a row that has cosine 1 with itself.
  private func removeOwnDistance(_ row: Int, _ runs: SilhouetteRuns, from products: Buffer<Double>)
  {
    for run in runs.summed {
      products[run.slotOfCluster[Int(rowAssignments[run.index].labels[row])]] += 1
    }
  }

  /// The mean of dense rows; subtracting it keeps distances and saves digits.
  private func denseCenter() -> [Double]? {
    guard case .dense(let matrix) = targets else { return nil }
    return matrix.columnMeans().map { Double($0) }
  }

  private func squaredNorms(of points: FeatureMatrix, center: [Double]?) -> [Double] {
    let points = points.stored(as: targets)
    return (0..<points.rowCount).map { row in
      guard let center, case .dense(let matrix) = points else { return points.squaredNorm(of: row) }
      return zip(matrix.row(row), center).reduce(0) { sum, pair in
        let difference = Double(pair.0) - pair.1
        return sum + difference * difference
      }
    }
  }
}
