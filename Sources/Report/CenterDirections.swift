internal import Matrices

/// Centers about their mean, in units of the longest of them, so that no scale of the data overflows.
struct CenterDirections {
  /// The centers, `k×d`.
  let centroids: DenseMatrix

  /// The mean center, d.
  let mean: [Double]

  /// The greatest distance of a center from the mean; 1 when all are equal.
  let unit: Double

  init(_ centroids: DenseMatrix) {
    self.centroids = centroids
    let (k, d) = (centroids.rowCount, centroids.columnCount)
    var mean = [Double](repeating: 0, count: d)
    for center in 0..<k {
      for column in 0..<d { mean[column] += Double(centroids.elements[center * d + column]) }
    }
    for column in 0..<d { mean[column] /= Double(max(1, k)) }
    var greatest = 0.0
    for center in 0..<k {
      var squared = 0.0
      for column in 0..<d {
        let difference = Double(centroids.elements[center * d + column]) - mean[column]
        squared += difference * difference
      }
      greatest = max(greatest, squared)
    }
    self.mean = mean
    unit = greatest > 0 ? greatest.squareRoot() : 1
  }

  /// The product of each pair of centers, `k×k`.
  ///
  /// - Complexity: O(k²·d).
  func products() -> [Double] {
    let (k, d) = (centroids.rowCount, centroids.columnCount)
    var scaled = [Float](repeating: 0, count: k * d)
    for center in 0..<k {
      for column in 0..<d {
        let value = Double(centroids.elements[center * d + column])
        scaled[center * d + column] = Float((value - mean[column]) / unit)
      }
    }
    var products = [Float](repeating: 0, count: k * k)
    BLAS.multiplyTransposed(scaled, scaled, rows: k, columns: k, depth: d, into: &products)
    return (0..<k * k).map { Double(max(products[$0], products[$0 % k * k + $0 / k])) }
  }

  /// The direction in the space that goes with each axis of the plane: Σ (centerⱼ − mean)·placeⱼ, d numbers.
  func direction(ofAxis axis: Int, places: [Double]) -> [Double] {
    let d = centroids.columnCount
    var direction = [Double](repeating: 0, count: d)
    for center in 0..<centroids.rowCount {
      let weight = places[2 * center + axis] / unit
      for column in 0..<d {
        direction[column] +=
          (Double(centroids.elements[center * d + column]) - mean[column]) * weight
      }
    }
    return direction
  }
}
