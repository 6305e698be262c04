package import Catalogue
internal import FoundationEssentials

/// An earlier report of `kindred bench --format json`.
package struct BenchBaseline: Sendable {
  /// A stage on some threads; stages of other versions included.
  struct Key: Sendable, Hashable {
    let stage: String
    let threadCount: Int
  }

  /// The file's name.
  package let name: String
  let shape: BenchShape
  let machine: BenchMachine
  /// The fastest repetition of each measurement, in the file's order.
  let measurements: [(key: Key, seconds: Double)]

  /// Reads a report.
  ///
  /// - Throws: `InputError` of kind `malformed` for what is no report.
  package init(_ file: InputFile) throws(InputError) {
    guard
      let node = try? JSONDecoder().decode(ConfigurationNode.self, from: Data(file.bytes))
    else { throw Self.malformed(file, "is not readable as JSON") }
    let report = Member(file: file, path: "the report", node: node)
    name = file.name
    shape = BenchShape(
      rowCount: try report["rows"].count(), columnCount: try report["columns"].count(),
      nonzeroCount: try report["nonzeros"].count(), clusterCount: try report["k"].count(),
      latentCount: try report["lsa"].unlessNull?.count(), kernel: try report["kernel"].text())
    machine = BenchMachine(
      isa: try report["isa"].text(), blasCore: try report["blas_core"].text(),
      coreCount: try report["cores"].count())
    var measurements: [(key: Key, seconds: Double)] = []
    for entry in try report["stages"].list() {
      let key = Key(
        stage: try entry["stage"].text(), threadCount: try entry["threads"].count())
      guard !measurements.contains(where: { $0.key == key }) else {
        throw Self.malformed(file, "'stages' has \(key.stage) on \(key.threadCount) threads twice")
      }
      measurements.append((key, try entry["min_seconds"].seconds()))
    }
    guard !measurements.isEmpty else { throw Self.malformed(file, "'stages' is empty") }
    self.measurements = measurements
  }

  /// Refuses to be compared with measurements of something else.
  ///
  /// - Throws: `InputError` of kind `usage` for another shape, or no measurement in common.
  package func check(
    against input: BenchInput, stages: [BenchStage], of bench: Bench
  ) throws(InputError) {
    let here = BenchShape(input)
    guard shape == here else {
      throw InputError(
        kind: .usage, code: "bench.baseline-shape", file: name,
        message: "measured \(shape.description), but this is \(here.description)",
        hint: "give the same input and options (\(Self.options(shape, here))),"
          + " or make a new baseline with --format json")
    }
    let keys = stages.flatMap { stage in
      bench.threadCounts(for: stage).map { Key(stage: stage.rawValue, threadCount: $0) }
    }
    guard keys.contains(where: { key in measurements.contains { $0.key == key } }) else {
      throw InputError(
        kind: .usage, code: "bench.baseline-stages", file: name,
        message: "has no measurement in common with this run",
        hint: "leave --stages out, or make a new baseline with --format json")
    }
  }

  /// What a user should know when the baseline's machine is not this one; nil when it may be.
  package var warning: String? {
    let here = BenchMachine.this
    guard machine != here else { return nil }
    return
      "\(name) was measured on another machine (\(machine.description);"
      + " this is \(here.description))"
  }

  /// The options that would bring one shape to the other.
  private static func options(_ then: BenchShape, _ now: BenchShape) -> String {
    var options: [String] = []
    if then.rowCount != now.rowCount { options.append("--rows \(then.rowCount)") }
    if then.clusterCount != now.clusterCount { options.append("--k \(then.clusterCount)") }
    if then.latentCount != now.latentCount, let count = then.latentCount {
      options.append("--lsa \(count)")
    }
    if then.kernel != now.kernel { options.append("--kernel \(then.kernel)") }
    return options.isEmpty ? "another catalogue or other features" : options.joined(separator: " ")
  }

  fileprivate static func malformed(_ file: InputFile, _ message: String) -> InputError {
    InputError(
      kind: .malformed, code: "bench.baseline", file: file.name, message: message,
      hint: "give a file that kindred bench --format json wrote")
  }
}

/// A value of a report, with where it stands.
private struct Member {
  let file: InputFile
  let path: String
  let node: ConfigurationNode

  /// The value of a member, which must be there.
  subscript(key: String) -> Member {
    get throws(InputError) {
      guard case .object(let members) = node else { throw expected("an object") }
      guard let value = members[key] else {
        throw BenchBaseline.malformed(file, "\(path) has no '\(key)'")
      }
      return Member(file: file, path: "'\(key)'", node: value)
    }
  }

  /// The same value, or nil for null.
  var unlessNull: Member? { if case .null = node { nil } else { self } }

  func text() throws(InputError) -> String {
    guard case .text(let text) = node else { throw expected("a text") }
    return text
  }

  func count() throws(InputError) -> Int {
    guard case .whole(let value) = node, let count = Int(exactly: value), count >= 1 else {
      throw expected("a whole number of 1 or more")
    }
    return count
  }

  func seconds() throws(InputError) -> Double {
    switch node {
    case .number(let value) where value > 0 && value.isFinite: return value
    case .whole(let value) where value > 0: return Double(value)
    default: throw expected("seconds above 0")
    }
  }

  func list() throws(InputError) -> [Member] {
    guard case .list(let nodes) = node else { throw expected("a list") }
    return nodes.enumerated().map { index, node in
      Member(file: file, path: "\(path)[\(index)]", node: node)
    }
  }

  private func expected(_ what: String) -> InputError {
    BenchBaseline.malformed(file, "\(path): expected \(what), found \(node.kind)")
  }
}
