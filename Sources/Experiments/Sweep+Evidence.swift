internal import ClusterScores
internal import Clustering
internal import Matrices

/// What is known of the runs beyond their own fits: agreement with classes, and other fits.
extension Sweep {
  /// What the random numbers of other fits are for.
  enum Purpose {
    static let samples: UInt64 = 0x53_414d
    static let secondFit: UInt64 = 0x32_4e44
  }

  /// Adds to runs what was asked for.
  ///
  /// - Complexity: 20 fits of every run for stability by samples, B for the gap, one for held-out rows.
  func adding(
    evidenceTo scored: [ScoredRun], points: FeatureMatrix, heldOut: FeatureMatrix?,
    progress: (@Sendable (Progress) -> Void)?
  ) throws(ClusteringError) -> [ScoredRun] {
    var runs = scored
    if let truth {
      for index in runs.indices {
        runs[index].truth = truth.scores(runs[index].model.assignment)
      }
    }
    // A cut at a height has no k that other rows could be cut at.
    guard configuration.cutHeight == nil else { return runs }
    if configuration.stabilityMeasure == .samples {
      let agreements = try sampleAgreements(of: runs, points: points, progress: progress)
      for index in runs.indices { runs[index].stability = agreements[index] }
    }
    if let count = configuration.gapReferenceCount {
      let gaps = try self.gaps(of: runs, points: points, referenceCount: count, progress: progress)
      for index in runs.indices { runs[index].gap = gaps[index] }
    }
    if let heldOut, configuration.heldOutShare != nil {
      let agreements = try secondFitAgreements(
        of: runs, points: points, heldOut: heldOut, progress: progress)
      for index in runs.indices { runs[index].heldOut?.stability = agreements[index] }
    }
    return runs
  }

  /// The best fits of other rows at the k of some runs, by their algorithms; nil where there are too few rows.
  func refit(
    _ runs: [ScoredRun], to points: FeatureMatrix, seed: UInt64, purpose: String,
    progress: (@Sendable (Progress) -> Void)?
  ) throws(ClusteringError) -> [KMeansModel?] {
    var configuration = configuration
    configuration.seed = seed
    // Restarts' labels are not needed again.
    configuration.stability = nil
    configuration.selection = .silhouette
    let sweep = Sweep(
      configuration: configuration, liveLimit: liveLimit, treeMemoryLimit: treeMemoryLimit,
      pool: pool)
    var models = [KMeansModel?](repeating: nil, count: runs.count)
    let fitting = runs.indices.filter { runs[$0].clusterCount <= points.rowCount }
    let flat = fitting.filter { runs[$0].algorithm.linkage == nil }
    let plans = flat.map { index in
      let (algorithm, k) = (runs[index].algorithm, runs[index].clusterCount)
      return (algorithm, configuration.kMeans(algorithm, clusterCount: k))
    }
    if let first = plans.first {
      var seconds = PhaseSeconds()
      let prepared = try first.1.prepare(points, initialCenters: nil, pool: pool)
      let fits = try sweep.fit(
        plans, points: points, prepared: prepared, seconds: &seconds,
        progress: progress.map { report in
          { @Sendable step in
            var step = step
            step.purpose = purpose
            report(step)
          }
        })
      for (index, fit) in zip(flat, fits) { models[index] = fit.model }
    }
    for linkage in configuration.algorithms.compactMap(\.linkage) {
      let own = fitting.filter { runs[$0].algorithm == Algorithm(linkage) }
      guard !own.isEmpty else { continue }
      let grown = try TreeGrower(
        configuration: configuration, linkage: linkage, memoryLimit: treeMemoryLimit
      ).grow(points, pool: pool)
      for index in own where runs[index].clusterCount <= grown.tree.leafCount {
        let cut = try grown.tree.assignment(clusterCount: runs[index].clusterCount)
        models[index] = grown.model(
          grown.assignment(ofLeaves: cut), of: points, pool: pool)
      }
    }
    return models
  }

  /// The agreement of held-out rows' labels with those of a second fit from another seed; nil for trees,
  /// which no seed changes.
  private func secondFitAgreements(
    of runs: [ScoredRun], points: FeatureMatrix, heldOut: FeatureMatrix,
    progress: (@Sendable (Progress) -> Void)?
  ) throws(ClusteringError) -> [Double?] {
    var generator = CounterGenerator(seed: configuration.seed, purpose: Purpose.secondFit)
    let flat = runs.indices.filter { runs[$0].algorithm.linkage == nil }
    let models = try refit(
      flat.map { runs[$0] }, to: points, seed: generator.next(), purpose: "second fit",
      progress: progress)
    var agreements = [Double?](repeating: nil, count: runs.count)
    for (index, model) in zip(flat, models) {
      guard let model, let first = runs[index].heldOut else { continue }
      let second = try CenterAssignment(of: heldOut, to: model.centroids, pool: pool)
      agreements[index] = first.assignment.assignment.adjustedRandIndex(
        comparedTo: second.assignment)
    }
    return agreements
  }
}
