internal import CKernels

/// Sums of the products of k numbers with each other, k×k, of which only those on and above the diagonal count.
package struct ProductSums: Sendable {
  /// The room that k numbers need, a multiple of 8.
  package let stride: Int
  private let count: Int
  private let sums: Buffer<Double>
  private let level = InstructionSet.best.rawValue

  /// Begins at zero for `count` numbers, k.
  package init(count: Int) {
    self.count = count
    stride = (count + 7) / 8 * 8
    sums = Buffer(count: count * stride, repeating: 0)
  }

  /// Adds the products of `numbers`, `stride` of them, that are 0 but for the first `presentCount` places of
  /// `present`, ascending.
  ///
  /// - Complexity: O(presentCount²).
  package func add(_ numbers: Buffer<Double>, present: Buffer<Int32>, presentCount: Int) {
    precondition(
      numbers.count >= stride && present.count >= presentCount && presentCount <= count,
      "there are as many numbers as sums have room for")
    kindred_add_products(
      level, numbers.base, present.base, Int64(presentCount), Int64(stride), sums.base)
  }

  /// The sums, k×k, row-major; what is below the diagonal is no sum.
  package func array() -> [Double] {
    (0..<count).flatMap { sums.elements[$0 * stride..<$0 * stride + count] }
  }
}
