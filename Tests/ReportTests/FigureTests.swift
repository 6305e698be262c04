internal import ClusterScores
internal import Clustering
internal import Experiments
internal import Foundation
internal import Matrices
internal import Report
internal import TestSupport
internal import Testing

@Suite struct FigureTests {
  static let result = Result { try FigureSamples.sweep() }

  @Test(
    "The bytes of figures of a small sweep are those that were looked at",
    arguments: ["elbow", "silhouette", "map", "heatmap"])
  func expectedBytes(name: String) throws {
    let figures = try FigureSamples.figures(of: Self.result.get())
    let bytes = try #require(figures[name])
    _ = try XMLText(bytes)
    let expected = try String(contentsOf: FigureSamples.expected(name), encoding: .utf8)
    #expect(String(decoding: bytes, as: UTF8.self) == expected)
  }

  @Test("The elbow's dots lie where the sweep's inertias are, and its words give them")
  func elbowNumbers() throws {
    let result = try Self.result.get()
    let bytes = try #require(ElbowFigure(result)).svg()
    let description = try #require(XMLText(bytes).texts.dropFirst().first)
    let lines = FigureSamples.numbers(bytes, linesWith: "class=\"dots ")
    #expect(lines.count == 2)
    for (numbers, algorithm) in zip(lines, [Algorithm.kmeans, .ward]) {
      let runs = result.runs.filter { $0.algorithm == algorithm }
      let xy = stride(from: 0, to: numbers.count, by: 3).map { (numbers[$0], numbers[$0 + 1]) }
      #expect(xy.count == runs.count)
      let (first, last) = (runs[0], runs[runs.count - 1])
      let scale = (xy[xy.count - 1].1 - xy[0].1) / (last.model.inertia - first.model.inertia)
      #expect(scale < 0)
      for (place, run) in zip(xy, runs) {
        let y = xy[0].1 + scale * (run.model.inertia - first.model.inertia)
        #expect(abs(place.1 - y) <= 0.2)
        #expect(description.contains("\(run.clusterCount): \(Float(run.model.inertia))"))
      }
    }
    let best = result.best
    #expect(description.contains("k = \(best.clusterCount), \(best.algorithm.rawValue)"))
  }

  @Test("The silhouette's words give the sweep's means and each cluster's size and mean")
  func silhouetteNumbers() throws {
    let result = try Self.result.get()
    let bytes = try #require(SilhouetteFigure(result, names: FigureSamples.names)).svg()
    let xml = try XMLText(bytes)
    let description = try #require(xml.texts.dropFirst().first)
    for run in result.runs {
      guard let mean = run.silhouette.mean else { continue }
      #expect(description.contains("\(run.clusterCount): \(NumberText.fixed(mean, decimals: 4))"))
    }
    #expect(!description.contains("kmeans: 1:"))
    let best = result.best
    for (cluster, size) in best.model.assignment.sizes().enumerated() {
      let mean = try #require(best.silhouette.clusterMeans[cluster])
      let words = "Cluster \(cluster): \(size) rows, mean \(NumberText.fixed(mean, decimals: 3))."
      #expect(description.contains(words))
    }
    // A knife of few rows has a step for each.
    let knives = String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter {
      $0.hasPrefix("<path class=\"full c")
    }
    #expect(knives.count == best.clusterCount)
    for (knife, size) in zip(knives, best.model.assignment.sizes()) {
      #expect(knife.filter { $0 == "V" }.count == size + 1)
    }
  }

  @Test("The map has a dot for each row, in the place that the layout gives it")
  func mapDots() throws {
    let result = try Self.result.get()
    let map = try FigureSamples.map(result.best)
    let figure = MapFigure(map, of: result.best, names: FigureSamples.names)
    let numbers = FigureSamples.numbers(figure.svg(), linesWith: "class=\"dots ").flatMap { $0 }
    let drawn = stride(from: 0, to: numbers.count, by: 3).map { (numbers[$0], numbers[$0 + 1]) }
    #expect(drawn.count == 30)
    // Sorted by x, both lists name the same rows.
    let rows = (0..<30).map { (Double(map.rows[$0, 0]), Double(map.rows[$0, 1])) }
    let (left, right) = (rows.sorted { $0.0 < $1.0 }, drawn.sorted { $0.0 < $1.0 })
    let scale = (right[29].0 - right[0].0) / (left[29].0 - left[0].0)
    for (place, dot) in zip(left, right) {
      #expect(abs(dot.0 - right[0].0 - scale * (place.0 - left[0].0)) <= 0.2)
    }
    let (low, high) = (left.map(\.1).min() ?? 0, right.map(\.1).min() ?? 0)
    let heights = zip(left.map(\.1).sorted(), right.map(\.1).sorted())
    for (place, dot) in heights { #expect(abs(dot - high - scale * (place - low)) <= 0.2) }
  }

  @Test("The heat map writes the cosines of the centers")
  func heatMapNumbers() throws {
    let best = try Self.result.get().best
    let similarity = try FigureSamples.similarity(best)
    let k = best.clusterCount
    #expect(similarity.order.sorted() == Array(0..<k))
    let centers = best.model.centroids
    func product(_ a: Int, _ b: Int) -> Double {
      zip(centers.row(a), centers.row(b)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    var texts: [String] = []
    for (row, a) in similarity.order.enumerated() {
      for (column, b) in similarity.order.enumerated() {
        let cosine = product(a, b) / (product(a, a) * product(b, b)).squareRoot()
        #expect(abs(similarity.cosines[row][column] - cosine) < 1e-12)
        if row != column {
          texts.append(
            NumberText.fixed(cosine, decimals: 2).replacing("0.", with: ".", maxReplacements: 1)
              .replacing("-", with: "−"))
        }
      }
    }
    let bytes = HeatMapFigure(similarity, names: []).svg()
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .filter { $0.hasPrefix("<text class=\"value") }
    #expect(lines.count == texts.count)
    for (line, text) in zip(lines, texts) { #expect(line.hasSuffix(">\(text)</text>")) }
  }

  @Test("Like clusters stand side by side")
  func blocks() throws {
    // Two families of three directions, mixed.
    let rows: [[Float]] = [
      [1, 0.1, 0], [0, 0.1, 1], [1, 0.2, 0.1], [0.1, 0.1, 1], [1, 0, 0.1], [0.1, 0.2, 1],
    ]
    let similarity = try ClusterSimilarity(
      centroids: DenseMatrix(rowCount: 6, columnCount: 3, elements: rows.flatMap { $0 }),
      sizes: [1, 1, 1, 1, 1, 1], pool: WorkerPool(threadCount: 1))
    let families = similarity.order.map { $0 % 2 }
    #expect(zip(families, families.dropFirst()).filter { $0 != $1 }.count == 1)
  }

  @Test("Hostile names are text in every figure")
  func hostileText() throws {
    let name = "</text><script>a(1)</script>]]>\u{0}\u{202E}\u{1B}[31m &amp; \"x\""
    let names = [String](repeating: name, count: 3)
    let known: Set = ["svg", "title", "desc", "style", "rect", "path", "text", "circle"]
    for (figure, bytes) in try FigureSamples.figures(of: Self.result.get(), names: names) {
      let xml = try XMLText(bytes)
      #expect(Set(xml.elements).isSubset(of: known), "\(figure)")
      if figure != "elbow" {
        #expect(xml.texts.contains { $0.hasPrefix("</text><script>") }, "\(figure)")
      }
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!text.contains("\u{202E}") && !text.contains("\u{1B}") && !text.contains("href"))
    }
  }

  @Test("A cluster has one color in all figures, also when there are more clusters than colors")
  func colors() throws {
    let points = FeatureMatrix.dense(
      RandomPoints.blobs(seed: 4, rowCount: 400, columnCount: 6, blobCount: 9))
    let run = try FigureSamples.sweep(points, k: [9, 10], algorithms: [.kmeans], restarts: 1)
    let map = try FigureSamples.map(run.best, of: points)
    let colors = ClusterColors(map, sizes: run.best.model.assignment.sizes())
    #expect(Set(colors.places) == Set(0..<6))
    func classes(_ bytes: [UInt8], _ first: String) -> [String] {
      String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
        line.contains("class=\"\(first) c")
          ? String(line.split(separator: "\"")[1].dropFirst(first.count + 1)) : nil
      }
    }
    let expected = colors.places.map { "c\($0)" }
    #expect(classes(MapFigure(map, of: run.best, names: []).svg(), "disc") == expected)
    let knives = try #require(SilhouetteFigure(run, names: [], colors: colors))
    #expect(classes(knives.svg(), "full") == expected)
    // The nearest cluster on the map has another color.
    for (cluster, color) in colors.places.enumerated() {
      func distance(_ other: Int) -> Float {
        let dx = map.centers[cluster, 0] - map.centers[other, 0]
        let dy = map.centers[cluster, 1] - map.centers[other, 1]
        return dx * dx + dy * dy
      }
      let nearest = colors.places.indices.filter { $0 != cluster }
        .min { distance($0) < distance($1) }
      #expect(colors.places[try #require(nearest)] != color)
    }
  }

  @Test("One k has no elbow, one cluster neither silhouette nor heat map, and both have a map")
  func fewClusters() throws {
    let one = try FigureSamples.sweep(k: [3], algorithms: [.kmeans])
    #expect(ElbowFigure(one) == nil)
    let knives = try #require(SilhouetteFigure(one, names: [])).svg()
    #expect(try XMLText(knives).texts[0] == "Silhouettes of the rows, k = 3 (kmeans)")
    let whole = try FigureSamples.sweep(k: [1], algorithms: [.kmeans])
    #expect(SilhouetteFigure(whole, names: []) == nil)
    #expect(try FigureSamples.similarity(whole.best).order == [0])
    let map = MapFigure(try FigureSamples.map(whole.best), of: whole.best, names: []).svg()
    #expect(try XMLText(map).texts[0] == "30 rows in 1 cluster")
  }

  @Test("Figures of many rows and clusters stay small and say what they leave out")
  func manyRows() throws {
    let points = FeatureMatrix.dense(
      RandomPoints.blobs(seed: 2, rowCount: 10_000, columnCount: 6, blobCount: 80))
    let result = try FigureSamples.sweep(points, k: [70, 80], algorithms: [.kmeans], restarts: 1)
    let figures = try FigureSamples.figures(of: result, points: points, names: [])
    #expect(figures.count == 4)
    for (name, bytes) in figures {
      #expect(bytes.count < 150_000, "\(name)")
      _ = try XMLText(bytes)
    }
    let map = try #require(figures["map"])
    #expect(
      String(decoding: map, as: UTF8.self).components(separatedBy: "h0").count - 1 == 4_000)
    #expect(try XMLText(map).texts.contains { $0.contains("4,000 of 10,000 rows are drawn") })
    for (name, count) in [("silhouette", 60), ("heatmap", 45)] {
      let texts = try XMLText(#require(figures[name])).texts
      #expect(texts.contains { $0.contains("the \(count) largest of \(result.best.clusterCount)") })
    }
  }
}
