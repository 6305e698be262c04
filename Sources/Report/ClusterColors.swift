/// Which color each cluster has.
struct ClusterColors {
  private var places: [Int: Int] = [:]

  /// By number while there are colors enough; else in the order of drawing, so that neighbors differ.
  init(_ clusters: [Int?]) {
    let greatest = clusters.reduce(0) { max($0, $1 ?? 0) }
    for case let cluster? in clusters where places[cluster] == nil {
      places[cluster] = greatest < Palette.count ? cluster : places.count % Palette.count
    }
  }

  func name(of cluster: Int?) -> String {
    guard let cluster, let place = places[cluster] else { return "quiet" }
    return "c\(place)"
  }
}
