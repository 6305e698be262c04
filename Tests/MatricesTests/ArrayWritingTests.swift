internal import Matrices
internal import Testing

@Suite("Arrays that a closure writes")
struct ArrayWritingTests {
  @Test("They hold what was written, in memory of the length that was asked for", arguments: 0..<20)
  func elements(capacity: Int) {
    for written in 0...capacity {
      let made = [Int](writing: capacity) { memory, count in
        #expect(memory.count == capacity)
        for index in 0..<written { memory.initializeElement(at: index, to: 3 * index) }
        count = written
      }
      #expect(made == (0..<written).map { 3 * $0 })
    }
  }

  @Test("Empty ones have memory of their own: the library's is shared by all threads")
  func empty() {
    let shared = [Float]().withUnsafeBufferPointer { $0.baseAddress }
    let made = [Float](writing: 0) { _, _ in }
    #expect(made.isEmpty)
    #expect(made.withUnsafeBufferPointer { $0.baseAddress } != shared)
  }
}
