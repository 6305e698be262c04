internal import Catalogue
internal import Clustering
internal import ClusterScores
internal import Matrices
internal import TextFeatures

/// A fit that the stages after seeding start from; the same for any number of threads.
struct BenchFit {
  let settings: KMeans
  let ready: PreparedPoints
  let seeds: [Int]
  let model: KMeansModel

  /// The passes over the rows of the fit: one more than iterations, since the last labels the rows
  /// with the published centers.
  var passCount: Int { model.iterations.count + 1 }

  init(_ input: BenchInput, pool: WorkerPool) throws {
    settings = Self.settings(.kmeans, input)
    ready = try settings.prepare(input.points, initialCenters: nil, pool: pool)
    seeds = settings.startRows(restart: 0, points: ready.points, pool: pool)
    model = try settings.fitRestart(0, prepared: ready, seeds: seeds, pool: pool)
  }

  /// A fit whose length does not depend on when it converges.
  static func settings(_ algorithm: Algorithm, _ input: BenchInput) -> KMeans {
    var settings = input.configuration.kMeans(algorithm, clusterCount: input.clusterCount)
    settings.restartCount = 1
    settings.relativeTolerance = 0
    settings.iterationLimit = 10
    if case .miniBatch(var batch) = settings.variant {
      batch.noImprovementLimit = nil
      settings.variant = .miniBatch(batch)
      settings.iterationLimit = 1
    }
    return settings
  }
}

extension BenchInput {
  /// What a stage does with this input, and how much it is.
  ///
  /// - Parameter fit: made when the first stage needs it.
  func work(
    for stage: BenchStage, fit: inout BenchFit?, pool: WorkerPool
  ) throws -> BenchWork {
    switch stage {
    case .read: return readWork()
    case .features: return featuresWork()
    case .lsa: return latentWork()
    case .matrixProduct:
      let probe = ProductProbe()
      return BenchWork(amount: .operations(probe.operations)) { probe.run($0) }
    case .copy:
      let probe = CopyProbe()
      return BenchWork(amount: .bytes(probe.bytesMoved)) { probe.run($0) }
    case .seeding, .assignment, .lloyd, .minibatch, .silhouette:
      let made = try fit ?? BenchFit(self, pool: pool)
      fit = made
      return fitWork(stage, made)
    }
  }

  private func perRow(_ bytes: Int) -> Double { Double(bytes) / Double(rowCount) }

  private func readWork() -> BenchWork {
    let bytesRead = file.bytes.count
    let bytesMade = texts?.bytes.count ?? terms.byteCount
    return BenchWork(
      rows: rowCount, amount: .bytes(Double(bytesRead)),
      bytesPerRow: .init(input: perRow(bytesRead), output: perRow(bytesMade))
    ) { _ in
      if file.holdsMatrix {
        _ = try MatrixFile.read(file)
      } else {
        _ = try CatalogueRows(file, configuration: configuration)
      }
    }
  }

  private func featuresWork() -> BenchWork {
    guard let texts else { preconditionFailure("a matrix has no texts to make features of") }
    var options = configuration.features
    options.latentDimensionCount = nil
    return BenchWork(
      rows: rowCount, amount: .bytes(Double(texts.bytes.count)),
      bytesPerRow: .init(input: perRow(texts.bytes.count), output: perRow(terms.byteCount))
    ) { [options] pool in
      _ = try TextFeatureModel.fit(texts, options: options, pool: pool)
    }
  }

  private func latentWork() -> BenchWork {
    guard let latentCount else { preconditionFailure("too few rows or columns for LSA") }
    let seed = configuration.features.seed
    let latentBytes = rowCount * latentCount * MemoryLayout<Float>.stride
    return BenchWork(
      rows: rowCount,
      bytesPerRow: .init(input: perRow(terms.byteCount), output: perRow(latentBytes))
    ) { pool in
      let decomposition = try TruncatedSVD.fit(
        terms, componentCount: latentCount, seed: seed, pool: pool)
      _ = TruncatedSVD.project(
        terms, onto: decomposition.basis, unitRows: true, pool: pool)
    }
  }

  private func fitWork(_ stage: BenchStage, _ fit: BenchFit) -> BenchWork {
    // Two operations for each stored element and center: what one plain pass needs.
    let pass = 2 * Double(points.storedCount) * Double(clusterCount)
    switch stage {
    case .seeding:
      return BenchWork(rows: rowCount) { pool in
        _ = fit.settings.startRows(restart: 0, points: fit.ready.points, pool: pool)
      }
    case .assignment:
      let space = fit.ready.points.space(
        clusterCount: clusterCount, kernel: fit.settings.kernel)
      let standings = Standings(rowCount: rowCount)
      return BenchWork(
        rows: rowCount, amount: .operations(pass),
        // New centers make the space forget what it knows of the rows: each pass is a full one.
        prepare: { pool in space.setCenters(fit.model.centroids, pool: pool) },
        run: { pool in space.assign(into: standings, pool: pool) })
    case .lloyd:
      return BenchWork(
        rows: rowCount * fit.passCount, amount: .operations(pass * Double(fit.passCount))
      ) { pool in
        _ = try fit.settings.fitRestart(0, prepared: fit.ready, seeds: fit.seeds, pool: pool)
      }
    case .minibatch:
      let settings = BenchFit.settings(.minibatch, self)
      // Whole batches that make up one pass, and the pass that labels the rows at the end.
      let batch = min(configuration.batchRowCount, rowCount)
      return BenchWork(rows: rowCount / batch * batch + rowCount) { pool in
        _ = try settings.fitRestart(0, prepared: fit.ready, seeds: fit.seeds, pool: pool)
      }
    case .silhouette:
      return BenchWork(rows: rowCount) { pool in
        _ = Silhouette.score(
          points, [fit.model.assignment], metric: configuration.metric, pool: pool)
      }
    default: preconditionFailure("\(stage.rawValue) does not start from a fit")
    }
  }
}
