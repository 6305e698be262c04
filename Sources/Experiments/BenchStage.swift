internal import Matrices

/// A part of a run, or a limit of the machine, whose speed `Bench` measures.
package enum BenchStage: String, Sendable, CaseIterable {
  /// Bytes in memory to records, or to a matrix.
  case read
  /// Texts to TF-IDF rows, the vocabulary included.
  case features
  /// The latent dimensions, and the rows in them.
  case lsa
  /// The start centers of one restart.
  case seeding
  /// One full pass that labels every row with its nearest center.
  case assignment
  /// Lloyd's iterations from given starts, ten at most.
  case lloyd
  /// Mini-batch K-Means from given starts, one pass over the rows.
  case minibatch
  /// The silhouette of one clustering.
  case silhouette
  /// A product of two matrices by BLAS: the limit of arithmetic.
  case matrixProduct = "matrix-product"
  /// A copy of memory: the limit of bandwidth.
  case copy

  /// Whether more threads can make it faster.
  var isParallel: Bool { self != .read }

  /// The limit that the stage's rate is compared with; a limit's own is itself.
  var limit: BenchStage? {
    switch self {
    case .read, .features, .copy: .copy
    case .assignment, .lloyd, .matrixProduct: .matrixProduct
    case .lsa, .seeding, .minibatch, .silhouette: nil
    }
  }
}

/// What one run of a stage does, and how much of it.
struct BenchWork {
  /// What a stage's rate counts.
  enum Amount: Sendable, Equatable {
    /// Floating-point operations that the plain algorithm needs.
    case operations(Double)
    /// Bytes.
    case bytes(Double)
  }

  /// The rows that one run takes in, each pass over them counted; nil where rows do not count.
  var rows: Int?
  var amount: Amount?
  /// The bytes that a row has before and after the stage; nil for stages that keep the rows.
  var bytesPerRow: BenchMeasurement.BytesPerRow?
  /// What must be done before each run and is not measured.
  var prepare: (WorkerPool) throws -> Void = { _ in }
  let run: (WorkerPool) throws -> Void
}
