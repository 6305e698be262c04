import Catalogue
import Clustering
import Experiments
import Matrices
import Testing

/// A file of units comes back bit by bit, or is refused with a reason.
@Suite struct UnitFileTests {
  private static let rowCount = 5

  private static func file(
    key: String = "k1", rows: Int = rowCount, columns: Int = 3, clusters: Int = 4,
    keepsLabels: Bool = false
  ) -> UnitFile {
    UnitFile(
      keySHA256: key, rowCount: rows, columnCount: columns, clusterLimit: clusters,
      keepsLabels: keepsLabels)
  }

  private static func fit(
    k: Int, restart: Int, elements: [Float]?, algorithm: Algorithm = .kmeans
  ) -> RunUnit {
    let name = FitUnit.Name(
      plan: FitUnit.Plan(algorithm: algorithm, clusterCount: k), restart: restart)
    let model = elements.map { elements in
      KMeansModel(
        centroids: DenseMatrix(rowCount: k, columnCount: 3, elements: elements),
        assignment: Assignment(
          trusted: (0..<Int32(rowCount)).map { $0 % Int32(k) }, clusterCount: k),
        inertia: 2.5,
        iterations: [
          KMeansModel.Iteration(inertia: 3, centerShift: 0.5, changedLabelCount: 5),
          KMeansModel.Iteration(inertia: 2.75, centerShift: nil, changedLabelCount: nil),
        ], didConverge: restart % 2 == 0, winningRestart: restart)
    }
    return .fit(FitUnit(name: name, inertia: 2.5, labels: [], model: model))
  }

  /// Both forms of centers, a loser, a tree of the rows and one of small clusters.
  private static func units() throws -> [RunUnit] {
    let dense: [Float] = [1, -2, 3, 4, 5, -6]
    let sparse: [Float] = [0, 0, 0, 7, -0.0, 0, 0, 0, 0, 0, 0, 1.5]
    return [
      fit(k: 2, restart: 3, elements: dense), fit(k: 4, restart: 0, elements: sparse),
      fit(k: 2, restart: 1, elements: nil, algorithm: .minibatch),
      .tree(
        TreeUnit(
          linkage: .ward,
          tree: try LinkageTree(linkageMatrix: [0, 1, 1, 2, 2, 3, 2, 2, 4, 6, 3, 3, 5, 7, 4, 5]),
          leafOfRow: nil)),
      .tree(
        TreeUnit(
          linkage: .single, tree: try LinkageTree(linkageMatrix: [0, 1, 0.5, 2]),
          leafOfRow: [0, 1, 1, 0, 1])),
    ]
  }

  @Test func everyUnitComesBack() throws {
    let units = try Self.units()
    let read = try Self.file().units(Self.file().bytes(units))
    #expect(read == units)
    // Equality takes -0 for 0.
    guard case .fit(let fit) = read[1] else { throw UnitFault("is no fit") }
    #expect(fit.model?.centroids.elements[4].bitPattern == Float(-0.0).bitPattern)
    #expect(try Self.file().units(Self.file().bytes([])).isEmpty)
  }

  @Test(arguments: [256, 257, 65_536, 65_537])
  func labelsOfManyClustersComeBack(clusterCount: Int) throws {
    let labels = (0..<Int32(clusterCount)).reversed() + [0, Int32(clusterCount) - 1]
    let name = FitUnit.Name(
      plan: FitUnit.Plan(algorithm: .kmeans, clusterCount: clusterCount), restart: 0)
    let unit = RunUnit.fit(FitUnit(name: name, inertia: 1, labels: Array(labels), model: nil))
    let file = Self.file(rows: clusterCount + 2, clusters: clusterCount, keepsLabels: true)
    #expect(try file.units(file.bytes([unit])) == [unit])
  }

  @Test func everyTruncationIsRefused() throws {
    let bytes = Self.file().bytes(try Self.units())
    for count in bytes.indices {
      #expect(throws: UnitFault.self) { try Self.file().units(Array(bytes[..<count])) }
    }
    #expect(throws: UnitFault.self) { try Self.file().units(bytes + [0]) }
  }

  @Test func everyFlippedBitIsRefused() throws {
    let bytes = Self.file().bytes(try Self.units())
    for place in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << bit
        #expect(throws: UnitFault.self) { try Self.file().units(damaged) }
      }
    }
  }

  /// Whoever writes a right checksum over wrong bytes gets units or a reason, and never a trap.
  @Test func forgedBytesNeverTrap() throws {
    let bytes = Self.file().bytes(try Self.units())
    let content = bytes.dropLast(4)
    var refusalCount = 0
    func look(_ forged: [UInt8]) {
      var out = UnitBytes()
      out.append(all: forged)
      out.append(Checksum.crc32(forged))
      do throws(UnitFault) {
        _ = try Self.file().units(out.bytes)
      } catch {
        refusalCount += 1
        #expect(!error.reason.isEmpty)
      }
    }
    for place in content.indices {
      for value: UInt8 in [0, 1, 2, 0x7F, 0x80, 0xFF] {
        var forged = Array(content)
        forged[place] = value
        look(forged)
      }
      look(Array(content[..<place]))
      // Eight bytes of ones are the greatest size or a negative one.
      for top: UInt8 in [0x7F, 0xFF] {
        var forged = Array(content)
        for byte in place..<min(place + 8, forged.count) { forged[byte] = 0xFF }
        forged[min(place + 7, forged.count - 1)] = top
        look(forged)
      }
    }
    #expect(refusalCount > content.count)
  }

  @Test func unitsOfAnotherRunAreRefused() throws {
    let bytes = Self.file().bytes(try Self.units())
    let others: [(UnitFile, String)] = [
      (Self.file(key: "k2"), "another run"), (Self.file(rows: 6), "shape"),
      (Self.file(columns: 4), "shape"), (Self.file(clusters: 3), "4 clusters"),
      (Self.file(keepsLabels: true), "labels"),
    ]
    for (file, word) in others {
      let fault = #expect(throws: UnitFault.self) { try file.units(bytes) }
      #expect(fault?.reason.contains(word) == true, "\(String(describing: fault))")
    }
  }
}
