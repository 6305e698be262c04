internal import Experiments
internal import Matrices

extension RunReport {
  /// The places on a side of the map.
  private static let mapSide = 2_000.0

  /// Where rows and centers lie on the plane.
  var map: [(String, JSONValue)] {
    guard clusters.count > 1 else { return [] }
    let map = figures.map
    let places = { (axis: Int) in
      rows.rows.map { Self.scaled(Double(map.rows[$0, axis]), by: Self.mapSide) }
    }
    return [
      (
        "map",
        .object([
          ("side", .number(Self.mapSide)),
          ("x", .string(PackedNumbers.text(places(0)))),
          ("y", .string(PackedNumbers.text(places(1)))),
          (
            "centers",
            .array(
              clusters.map { cluster in
                .array([
                  .int(cluster),
                  .int(Self.scaled(Double(map.centers[cluster, 0]), by: Self.mapSide)),
                  .int(Self.scaled(Double(map.centers[cluster, 1]), by: Self.mapSide)),
                ])
              })
          ),
        ])
      )
    ]
  }
}
