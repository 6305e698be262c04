internal import Catalogue
internal import Clustering
internal import Matrices

/// The bytes of a file of finished units: a header with the key of the run and the shape of its rows, the
/// units, and the CRC-32 of all before it.
package struct UnitFile: Sendable {
  package static let formatVersion: UInt32 = 1
  private static let magic = Array("kindunit".utf8)
  private static let checksumByteCount = 4

  /// The SHA-256 of the run's key, 64 hexadecimal digits.
  let keySHA256: String
  /// The rows of the run (n).
  let rowCount: Int
  /// Their columns (d).
  let columnCount: Int
  /// The greatest k that the run can have.
  let clusterLimit: Int
  /// True when the labels of every restart are wanted.
  let keepsLabels: Bool

  /// The file of a run with a key.
  package init(
    keySHA256: String, rowCount: Int, columnCount: Int, clusterLimit: Int, keepsLabels: Bool
  ) {
    self.keySHA256 = keySHA256
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.clusterLimit = clusterLimit
    self.keepsLabels = keepsLabels
  }

  /// Puts units into bytes.
  ///
  /// - Complexity: O(bytes + k·d of each model).
  package func bytes(_ units: [RunUnit]) -> [UInt8] {
    var out = UnitBytes()
    out.append(all: Self.magic)
    out.append(Self.formatVersion)
    out.append(keySHA256)
    out.append(Int64(rowCount))
    out.append(Int64(columnCount))
    out.append(Int64(units.count))
    for unit in units {
      switch unit {
      case .fit(let fit): Self.append(fit, to: &out)
      case .tree(let tree): Self.append(tree, to: &out)
      }
    }
    out.append(Checksum.crc32(out.bytes))
    return out.bytes
  }

  /// Takes units out of bytes.
  ///
  /// - Throws: `UnitFault` when a byte is missing, changed or too many, or the units are another run's.
  package func units(_ bytes: [UInt8]) throws(UnitFault) -> [RunUnit] {
    let content = bytes.count - Self.checksumByteCount
    guard content >= 0 else { throw UnitFault("is cut short") }
    guard bytes.starts(with: Self.magic) else { throw UnitFault("is no file of units") }
    var tail = UnitCursor(bytes, content..<bytes.count)
    guard try tail.number(UInt32.self) == Checksum.crc32(Array(bytes[..<content])) else {
      throw UnitFault("is damaged: its checksum is wrong")
    }
    var cursor = UnitCursor(bytes, Self.magic.count..<content)
    let version = try cursor.number(UInt32.self)
    guard version == Self.formatVersion else {
      throw UnitFault("has format \(version), this build reads \(Self.formatVersion)")
    }
    guard try cursor.text() == keySHA256 else { throw UnitFault("belongs to another run") }
    guard try cursor.count() == rowCount, try cursor.count() == columnCount else {
      throw UnitFault("is of rows of another shape")
    }
    let count = try cursor.count()
    var units: [RunUnit] = []
    for _ in 0..<count { units.append(try unit(&cursor)) }
    guard cursor.remaining == 0 else { throw UnitFault("is too long") }
    return units
  }

  private enum Kind {
    static let fit: UInt8 = 1
    static let tree: UInt8 = 2
  }

  private func unit(_ cursor: inout UnitCursor) throws(UnitFault) -> RunUnit {
    switch try cursor.number(UInt8.self) {
    case Kind.fit: return .fit(try fit(&cursor))
    case Kind.tree: return .tree(try tree(&cursor))
    default: throw UnitFault("holds a unit of an unknown kind")
    }
  }
}

extension UnitFile {
  private static func append(_ fit: FitUnit, to out: inout UnitBytes) {
    let labels = fit.model?.assignment.labels ?? fit.labels
    out.append(Kind.fit)
    out.append(fit.name.plan.algorithm.rawValue)
    out.append(Int64(fit.name.plan.clusterCount))
    out.append(Int64(fit.name.restart))
    out.append(fit.inertia)
    out.append(UInt8(labels.isEmpty ? 0 : 1))
    append(labels, below: fit.name.plan.clusterCount, to: &out)
    out.append(UInt8(fit.model == nil ? 0 : 1))
    guard let model = fit.model else { return }
    out.append(UInt8(model.didConverge ? 1 : 0))
    out.append(Int64(model.iterations.count))
    for iteration in model.iterations {
      out.append(iteration.inertia)
      out.append(iteration.centerShift ?? .nan)
      out.append(Int64(iteration.changedLabelCount ?? -1))
    }
    switch model.centroids.compact() {
    case .dense(let matrix):
      out.append(UInt8(0))
      out.append(all: matrix.elements)
    case .sparse(let matrix):
      out.append(UInt8(1))
      out.append(Int64(matrix.storedCount))
      out.append(all: matrix.rowOffsets)
      out.append(all: matrix.columnIndices)
      out.append(all: matrix.values)
    }
  }

  private func fit(_ cursor: inout UnitCursor) throws(UnitFault) -> FitUnit {
    guard let algorithm = Algorithm(rawValue: try cursor.text()), algorithm.linkage == nil else {
      throw UnitFault("holds a fit of an unknown algorithm")
    }
    let clusterCount = try cursor.count()
    guard 1...max(1, min(clusterLimit, rowCount)) ~= clusterCount else {
      throw UnitFault("holds a fit of \(clusterCount) clusters, which this run has not")
    }
    let restart = try cursor.count()
    let inertia = try cursor.number(Double.self)
    guard inertia.isFinite else { throw UnitFault("holds an inertia that is not finite") }
    let name = FitUnit.Name(
      plan: FitUnit.Plan(algorithm: algorithm, clusterCount: clusterCount), restart: restart)
    let labels = try flag(&cursor) ? try labels(below: clusterCount, &cursor) : []
    guard try flag(&cursor) else {
      guard labels.isEmpty != keepsLabels else { throw UnitFault("holds other labels than wanted") }
      return FitUnit(name: name, inertia: inertia, labels: labels, model: nil)
    }
    guard labels.count == rowCount else { throw UnitFault("holds a model without labels") }
    let didConverge = try flag(&cursor)
    var iterations: [KMeansModel.Iteration] = []
    for _ in 0..<(try cursor.count()) {
      let sum = try cursor.number(Double.self)
      let shift = try cursor.number(Double.self)
      let changed = try cursor.number(Int64.self)
      iterations.append(
        KMeansModel.Iteration(
          inertia: sum, centerShift: shift.isNaN ? nil : shift,
          changedLabelCount: changed < 0 ? nil : Int(changed)))
    }
    let model = KMeansModel(
      centroids: try centroids(clusterCount, &cursor),
      assignment: Assignment(trusted: labels, clusterCount: clusterCount), inertia: inertia,
      iterations: iterations, didConverge: didConverge, winningRestart: restart)
    return FitUnit(name: name, inertia: inertia, labels: [], model: model)
  }

  private func centroids(
    _ clusterCount: Int, _ cursor: inout UnitCursor
  ) throws(UnitFault) -> DenseMatrix {
    guard try flag(&cursor) else {
      let (count, overflow) = clusterCount.multipliedReportingOverflow(by: columnCount)
      guard !overflow else { throw UnitFault("is cut short") }
      return DenseMatrix(
        rowCount: clusterCount, columnCount: columnCount,
        elements: try cursor.numbers(Float.self, count))
    }
    let storedCount = try cursor.count()
    let offsets = try cursor.numbers(Int.self, clusterCount + 1)
    let columns = try cursor.numbers(Int32.self, storedCount)
    let values = try cursor.numbers(Float.self, storedCount)
    guard offsets.first == 0, offsets.last == storedCount,
      CSRMatrix.firstInvalidRow(offsets, columns, columnCount: columnCount) == nil
    else { throw UnitFault("holds centers that do not fit together") }
    return CSRMatrix(
      rowCount: clusterCount, columnCount: columnCount, rowOffsets: offsets,
      columnIndices: columns, values: values
    ).dense()
  }

  private static func append(_ unit: TreeUnit, to out: inout UnitBytes) {
    out.append(Kind.tree)
    out.append(unit.linkage.rawValue)
    out.append(Int64(unit.tree.leafCount))
    out.append(all: unit.tree.linkageMatrix())
    out.append(UInt8(unit.leafOfRow == nil ? 0 : 1))
    if let leafOfRow = unit.leafOfRow { append(leafOfRow, below: unit.tree.leafCount, to: &out) }
  }

  private func tree(_ cursor: inout UnitCursor) throws(UnitFault) -> TreeUnit {
    guard let linkage = Linkage(rawValue: try cursor.text()) else {
      throw UnitFault("holds a tree of an unknown linkage")
    }
    let leafCount = try cursor.count()
    guard 1...max(1, rowCount) ~= leafCount else {
      throw UnitFault("holds a tree of \(leafCount) leaves")
    }
    let elements = try cursor.numbers(Double.self, 4 * (leafCount - 1))
    let tree: LinkageTree
    do {
      tree = try LinkageTree(linkageMatrix: elements)
    } catch {
      throw UnitFault("holds merges that are no tree")
    }
    guard try flag(&cursor) else {
      guard leafCount == rowCount else { throw UnitFault("holds a tree of other rows") }
      return TreeUnit(linkage: linkage, tree: tree, leafOfRow: nil)
    }
    return TreeUnit(
      linkage: linkage, tree: tree, leafOfRow: try labels(below: leafCount, &cursor))
  }

  private func flag(_ cursor: inout UnitCursor) throws(UnitFault) -> Bool {
    let value = try cursor.number(UInt8.self)
    guard value <= 1 else { throw UnitFault("holds a flag of \(value)") }
    return value == 1
  }

  /// Labels in one, two or four bytes each, the fewest that hold the greatest.
  private static func append(_ labels: [Int32], below count: Int, to out: inout UnitBytes) {
    if count <= 1 << 8 {
      out.append(all: labels.map { UInt8(truncatingIfNeeded: $0) })
    } else if count <= 1 << 16 {
      out.append(all: labels.map { UInt16(truncatingIfNeeded: $0) })
    } else {
      out.append(all: labels)
    }
  }

  private func labels(
    below count: Int, _ cursor: inout UnitCursor
  ) throws(UnitFault) -> [Int32] {
    let labels: [Int32]
    if count <= 1 << 8 {
      labels = try cursor.numbers(UInt8.self, rowCount).map(Int32.init)
    } else if count <= 1 << 16 {
      labels = try cursor.numbers(UInt16.self, rowCount).map(Int32.init)
    } else {
      labels = try cursor.numbers(Int32.self, rowCount)
    }
    guard labels.allSatisfy({ $0 >= 0 && Int($0) < count }) else {
      throw UnitFault("holds a label beyond the clusters")
    }
    return labels
  }
}
