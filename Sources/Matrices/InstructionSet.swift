internal import CKernels

/// The instruction-set levels that the kernels are compiled for.
///
/// The level changes how many numbers a register holds and so the last bits of single-precision
/// scores; labels do not depend on it, because near-ties are decided again in double precision.
public enum InstructionSet: Int32, Sendable, CaseIterable, Comparable {
  /// What every processor of the architecture runs.
  case baseline = 0

  /// AVX2 with fused multiply-add.
  case avx2 = 1

  /// AVX-512 with its F, VL, DQ and BW parts.
  case avx512 = 2

  /// The highest level that this processor runs.
  public static let best = InstructionSet(rawValue: kindred_best_level()) ?? .baseline

  /// The name that reports use.
  public var name: String {
    switch self {
    case .baseline: "baseline"
    case .avx2: "avx2"
    case .avx512: "avx512"
    }
  }

  /// Orders levels by what they include.
  public static func < (left: InstructionSet, right: InstructionSet) -> Bool {
    left.rawValue < right.rawValue
  }
}
