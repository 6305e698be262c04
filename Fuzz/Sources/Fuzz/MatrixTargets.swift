internal import Catalogue
internal import Matrices

/// Matrix files: what is read is finite, and comes back when it is written.
enum MatrixTargets {
  @Sendable static func matrixMarket(_ bytes: [UInt8]) { matrix(bytes, named: "a.mtx") }

  @Sendable static func array(_ bytes: [UInt8]) {
    matrix(bytes, named: "a.npy")
    if let file = try? InputFile(name: "a.npy", storedBytes: bytes) {
      _ = try? MatrixFile.readDoubles(file)
    }
  }

  @Sendable static func archive(_ bytes: [UInt8]) { matrix(bytes, named: "a.npz") }

  @Sendable static func labels(_ bytes: [UInt8]) {
    for name in ["a.npy", "a.csv", "a.jsonl"] {
      do throws(InputError) {
        let file = try InputFile(
          name: name, storedBytes: bytes, byteLimit: TableTargets.byteLimit)
        let labels = try MatrixFile.readLabels(file)
        law(!labels.isEmpty, "no labels were read")
        let written = MatrixFile.npyBytes(labels)
        let again = try MatrixFile.readLabels(InputFile(name: "b.npy", storedBytes: written))
        law(again == labels, "other labels than were written")
      } catch {
        law(!error.report.isEmpty, "a complaint without words")
      }
    }
  }

  private static func matrix(_ bytes: [UInt8], named name: String) {
    let matrix: FeatureMatrix
    do throws(InputError) {
      let file = try InputFile(name: name, storedBytes: bytes, byteLimit: TableTargets.byteLimit)
      matrix = try MatrixFile.read(file)
    } catch {
      law(!error.report.isEmpty, "a complaint without words")
      return
    }
    law(matrix.rowCount > 0 && matrix.columnCount > 0, "a matrix without elements was read")
    law(matrix.firstNonFinite() == nil, "a number that is not finite was read")
    do throws(InputError) {
      let again: FeatureMatrix
      switch matrix {
      case .dense(let dense):
        again = try MatrixFile.read(
          InputFile(name: "b.npy", storedBytes: MatrixFile.npyBytes(dense)))
      case .sparse(let sparse):
        law(!sparse.values.contains(0), "a zero was stored")
        again = try MatrixFile.read(
          InputFile(name: "b.npz", storedBytes: MatrixFile.npzBytes(sparse)))
      }
      law(again == matrix, "another matrix than was written")
    } catch {
      fatalError("what was written cannot be read: \(error.report)")
    }
  }
}
