/// How far a fit has come.
public struct FitProgress: Sendable, Equatable {
  /// The restart, from 0.
  public let restart: Int

  /// The iteration of the restart, from 0.
  public let iteration: Int

  /// The sum of squared distances at the iteration's start, in single precision's digits.
  public let inertia: Double
}

/// Hears of progress between iterations, on the thread that called the fit.
public typealias ProgressHandler = @Sendable (FitProgress) -> Void
