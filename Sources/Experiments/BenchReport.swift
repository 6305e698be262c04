internal import Catalogue
internal import Matrices

/// What `Bench` measured, and on what.
package struct BenchReport: Sendable {
  /// The measurements, by stage and then by threads.
  package let measurements: [BenchMeasurement]
  /// What was measured.
  package let shape: BenchShape
  private let inputName: String
  private let sha256: String
  private let repetitionCount: Int
  private let warmUpCount: Int

  init(bench: Bench, input: BenchInput, measurements: [BenchMeasurement]) {
    self.measurements = measurements
    shape = BenchShape(input)
    inputName = input.name
    sha256 = input.file.sha256
    repetitionCount = bench.repetitionCount
    warmUpCount = bench.warmUpCount
  }

  /// Two lines for people: the input, and the machine.
  package var heading: String {
    let warmUps = warmUpCount == 1 ? "1 warm-up" : "\(warmUpCount) warm-ups"
    let repetitions = repetitionCount == 1 ? "1 repetition" : "\(repetitionCount) repetitions"
    let machine = BenchMachine.this
    return
      "\(inputName): \(shape.description)\n"
      + "\(repetitions) after \(warmUps); BLAS \(machine.blasCore), \(machine.isa),"
      + " \(machine.coreCount == 1 ? "1 core" : "\(machine.coreCount) cores"); kindred"
      + " \(Program.version)\n"
  }

  /// A line for people on the time and the bytes of a row in the stages that change its form.
  package var costPerRow: String {
    let costs = measurements.filter { $0.threadCount == 1 }.compactMap { measurement in
      measurement.bytesPerRow.map { bytes in
        let time = measurement.rowsPerSecond.map { NumberText.fixed(1e6 / $0, decimals: 2) }
        return "\(measurement.stage.rawValue) \(time ?? "-") µs,"
          + " \(NumberText.fixed(bytes.input, decimals: 0)) →"
          + " \(NumberText.fixed(bytes.output, decimals: 0)) bytes"
      }
    }
    return costs.isEmpty ? "" : "a row, on 1 thread: \(costs.joined(separator: "; "))\n"
  }

  /// Measurements that a quiet machine would have given more evenly; nil when there are none.
  package var warning: String? {
    let unsteady = measurements.filter(\.isUnsteady)
    guard !unsteady.isEmpty else { return nil }
    let names = unsteady.map { "\($0.stage.rawValue) (\($0.threadCount))" }
    return
      "repetitions differ by more than 10%: \(names.joined(separator: ", ")); close other"
      + " programs, or raise --repetitions"
  }

  /// The whole report for programs, and what `--baseline` reads.
  package func json(comparison: BenchComparison?) -> JSONValue {
    let machine = BenchMachine.this
    var members: [(String, JSONValue)] = [
      ("version", .string(Program.version)), ("input", .string(inputName)),
      ("sha256", .string(sha256)), ("rows", .int(shape.rowCount)),
      ("columns", .int(shape.columnCount)), ("nonzeros", .int(shape.nonzeroCount)),
      ("k", .int(shape.clusterCount)),
      ("lsa", shape.latentCount.map { JSONValue.int($0) } ?? .null),
      ("kernel", .string(shape.kernel)),
      ("repetitions", .int(repetitionCount)), ("warm_up", .int(warmUpCount)),
      ("threads", .int(measurements.map(\.threadCount).max() ?? 1)),
      ("cores", .int(machine.coreCount)), ("blas_core", .string(machine.blasCore)),
      ("isa", .string(machine.isa)), ("stages", .array(measurements.map(\.json))),
    ]
    if let comparison { members.append(("baseline", comparison.json)) }
    return .object(members)
  }
}

/// What makes two reports comparable.
package struct BenchShape: Sendable, Equatable {
  let rowCount: Int
  let columnCount: Int
  let nonzeroCount: Int
  let clusterCount: Int
  let latentCount: Int?
  let kernel: String

  /// The size in words.
  package var description: String {
    "\(VisibleText.grouped(rowCount)) rows, \(VisibleText.grouped(columnCount)) columns,"
      + " \(VisibleText.grouped(nonzeroCount)) non-zero; k = \(VisibleText.grouped(clusterCount))"
      + (latentCount.map { ", lsa \(VisibleText.grouped($0))" } ?? "")
      + (kernel == "auto" ? "" : ", kernel \(kernel)")
  }
}

extension BenchShape {
  init(_ input: BenchInput) {
    self.init(
      rowCount: input.rowCount, columnCount: input.points.columnCount,
      nonzeroCount: input.nonzeroCount, clusterCount: input.clusterCount,
      latentCount: input.latentCount, kernel: input.configuration.kernel.rawValue)
  }
}

/// The machine that a report comes from.
struct BenchMachine: Equatable {
  let isa: String
  let blasCore: String
  let coreCount: Int

  static var this: BenchMachine {
    BenchMachine(
      isa: InstructionSet.best.name, blasCore: BLAS.coreName,
      coreCount: WorkerPool.activeCoreCount)
  }

  var description: String {
    "\(isa), BLAS \(blasCore), \(coreCount == 1 ? "1 core" : "\(coreCount) cores")"
  }
}
