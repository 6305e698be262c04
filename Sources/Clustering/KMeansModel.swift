public import Matrices

/// A fitted K-Means clustering: whole, immutable, its parts in agreement with each other.
public struct KMeansModel: Sendable, Equatable {
  /// What one iteration did.
  public struct Iteration: Sendable, Equatable {
    /// The sum of squared distances of the rows to the centers that the iteration began with.
    public let inertia: Double

    /// The sum of squared distances that the centers moved; nil for a batch, which does not tell.
    public let centerShift: Double?

    /// The number of rows whose label changed; nil for a batch, which does not tell.
    public let changedLabelCount: Int?

    /// Records an iteration.
    public init(inertia: Double, centerShift: Double?, changedLabelCount: Int?) {
      self.inertia = inertia
      self.centerShift = centerShift
      self.changedLabelCount = changedLabelCount
    }
  }

  /// The centers, `k×d`, row-major.
  public let centroids: DenseMatrix

  /// The cluster of each training row: its nearest center, the lowest index among equals.
  public let assignment: Assignment

  /// The sum of squared distances of the rows to their centers.
  public let inertia: Double

  /// The iterations of the winning restart; for mini-batch one entry a step.
  public let iterations: [Iteration]

  /// True when the fit stopped by its own rule and not at the iteration limit.
  public let didConverge: Bool

  /// The restart that won, from 0.
  public let winningRestart: Int

  /// Puts a model together.
  public init(
    centroids: DenseMatrix, assignment: Assignment, inertia: Double, iterations: [Iteration],
    didConverge: Bool, winningRestart: Int
  ) {
    self.centroids = centroids
    self.assignment = assignment
    self.inertia = inertia
    self.iterations = iterations
    self.didConverge = didConverge
    self.winningRestart = winningRestart
  }
}
