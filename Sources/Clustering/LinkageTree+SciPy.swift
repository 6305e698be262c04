extension LinkageTree {
  /// The merges as SciPy's matrix Z: left, right, height and size of each, `(n−1)×4`, row-major.
  ///
  /// - Complexity: O(n).
  public func linkageMatrix() -> [Double] {
    merges.flatMap { [Double($0.left), Double($0.right), $0.height, Double($0.size)] }
  }

  /// Takes over a matrix Z of SciPy, `(n−1)×4`, row-major.
  ///
  /// - Throws: `ClusteringError.malformedTree` when it is no tree.
  /// - Complexity: O(n).
  public init(linkageMatrix elements: [Double]) throws(ClusteringError) {
    guard elements.count % 4 == 0 else {
      throw .malformedTree(
        merge: elements.count / 4, reason: "a row has 4 numbers, the last one has fewer")
    }
    var merges: [Merge] = []
    merges.reserveCapacity(elements.count / 4)
    for start in stride(from: 0, to: elements.count, by: 4) {
      var numbers: [Int] = []
      for (name, place) in [("left", 0), ("right", 1), ("size", 3)] {
        let value = elements[start + place]
        guard let number = Int(exactly: value), number >= 0, number <= Int(Int32.max) else {
          throw .malformedTree(
            merge: start / 4, reason: "\(name) is \(value), not a whole number of rows or clusters")
        }
        numbers.append(number)
      }
      merges.append(
        Merge(
          left: numbers[0], right: numbers[1], height: elements[start + 2], size: numbers[2]))
    }
    try self.init(leafCount: merges.count + 1, merges: merges)
  }
}
