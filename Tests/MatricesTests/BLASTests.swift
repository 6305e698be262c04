internal import Matrices
internal import Testing

@Suite("BLAS")
struct BLASTests {
  @Test("The linked BLAS multiplies as a plain loop does")
  func knownAnswer() {
    #expect(BLAS.knownAnswerFailure() == nil)
    #expect(!BLAS.coreName.isEmpty)
    #expect(!BLAS.buildDescription.isEmpty)
  }
}
