internal import Clustering
internal import Experiments
internal import Matrices

extension RunReport {
  /// How like each other the centers are, and a tree of the run or of the centers.
  func relations() throws -> [(String, JSONValue)] {
    guard clusters.count > 1 else { return [] }
    let centers = publication.result.best.model.centroids.selecting(rows: clusters)
    var ward = Agglomerative(linkage: .ward)
    ward.memory = .stored
    let tree = try ward.tree(
      of: .dense(centers), weights: clusters.map { details.summaries[$0].rowCount }, pool: pool)
    let own = Dendrogram(
      tree,
      cut: Assignment(trusted: clusters.indices.map(Int32.init), clusterCount: clusters.count),
      leafLimit: clusters.count, sizes: clusters.map { details.summaries[$0].rowCount },
      heightLabel: "ward linkage of the centers"
    ) { name(ofCluster: clusters[$0[0]]) }
    return [
      (
        "similarity",
        .object([
          ("order", .array(tree.leafOrder().map(JSONValue.int))),
          ("cosines", .string(PackedNumbers.text(signed: cosines(of: centers)))),
        ])
      ),
      ("tree", self.tree.map { json($0, isOfCenters: false) } ?? json(own, isOfCenters: true)),
    ]
  }

  /// The cosines of each center with those before it, in hundredths; 0 with a center of zeros.
  private func cosines(of centers: DenseMatrix) -> [Int] {
    let rows = (0..<centers.rowCount).map { centers.row($0).map(Double.init) }
    let norms = rows.map { row in row.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    var cosines: [Int] = []
    for left in rows.indices {
      for right in 0..<left {
        var product = 0.0
        for (a, b) in zip(rows[left], rows[right]) { product += a * b }
        let length = norms[left] * norms[right]
        let cosine = length > 0 ? max(-1, min(1, product / length)) : 0
        cosines.append(Self.scaled(cosine, by: 100))
      }
    }
    return cosines
  }

  private func json(_ tree: Dendrogram, isOfCenters: Bool) -> JSONValue {
    .object([
      ("isOfCenters", .bool(isOfCenters)),
      ("heightLabel", .string(tree.heightLabel)),
      (
        "nodes",
        .array(
          tree.nodes.map { node in
            .object(
              [("height", .number(node.height)), ("rows", .int(node.size))]
                + (node.children.isEmpty
                  ? [
                    ("label", .string(node.label)),
                    (
                      "cluster", node.cluster.map { .int(isOfCenters ? clusters[$0] : $0) } ?? .null
                    ),
                  ] : [("children", .array(node.children.map(JSONValue.int)))]))
          })
      ),
    ])
  }
}
