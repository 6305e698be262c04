internal import CKernels
internal import Foundation
internal import Matrices
internal import Testing

/// Faults that `Scripts/sanitize` asks for by name, one at a time, to see that a sanitizer finds them.
private let planted = ProcessInfo.processInfo.environment["KINDRED_PLANTED_FAULT"]

@Suite("Planted faults", .enabled(if: planted != nil, "Scripts/sanitize plants them"))
struct PlantedFaultTests {
  @Test("A race of two workers", .enabled(if: planted == "race"))
  func race() {
    let meeting = Meeting()
    let count = Buffer<Int>(count: 1, repeating: 0)
    WorkerPool(threadCount: 2).forEach(2) { _ in
      guard meeting.arrive() else { return }
      for _ in 0..<1_000 { count[0] += 1 }
    }
    #expect(count[0] > 0)
  }

  @Test("A race in a kernel, 64 bytes at once", .enabled(if: planted == "kernel-race"))
  func kernelRace() {
    let meeting = Meeting()
    let ones = Buffer<Float>(count: 16, repeating: 1)
    let twos = Buffer<Float>(count: 16, repeating: 2)
    let rise = Buffer<Float>(count: 16, repeating: 0)
    WorkerPool(threadCount: 2).forEach(2) { _ in
      guard meeting.arrive() else { return }
      var span: Float = 0
      for _ in 0..<1_000 {
        kindred_drift_term(
          kindred_best_level(), ones.base, twos.base, ones.base, ones.base, 16, 0, rise.base, &span)
      }
    }
    #expect(rise[15] > 0)
  }

  @Test("A read behind a buffer's end", .enabled(if: planted == "bounds"))
  func bounds() {
    let numbers = Buffer<Float>(count: 17, repeating: 1)
    #expect(numbers.base[numbers.count] != 0.123)
  }

  @Test("A read behind an array's end in a kernel", .enabled(if: planted == "kernel-bounds"))
  func kernelBounds() {
    let numbers = [Float](repeating: 1, count: 16)
    let distance = kindred_squared_difference(
      kindred_best_level(), numbers, numbers, Int64(numbers.count + 64))
    #expect(distance != 0.123)
  }
}
