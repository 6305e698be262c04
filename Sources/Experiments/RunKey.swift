public import Catalogue
internal import FoundationEssentials
internal import Matrices

/// What tells one unfinished run from another: everything that its fits depend on.
///
/// Threads, memory and the format of the output are not part of it.
public struct RunKey: Sendable, Equatable {
  /// A part of the key and its value, as people read them.
  package struct Part: Sendable, Equatable {
    let name: String
    let value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  let parts: [Part]

  /// The key of a command over an input.
  public init(
    command: String, file: InputFile, input: PreparedInput, heldOut: PreparedInput?,
    configuration: RunConfiguration
  ) {
    var parts = [
      Part(name: "version", value: Program.version),
      Part(name: "instruction set", value: InstructionSet.best.name),
      Part(name: "BLAS core", value: BLAS.coreName),
      Part(name: "command", value: command),
      Part(name: "input sha256", value: file.sha256),
      Part(name: "input format", value: file.format.rawValue),
      Part(
        name: "input shape",
        value: "\(input.features.rowCount) × \(input.features.columnCount)"),
      Part(name: "--test sha256", value: heldOut?.sha256 ?? "none"),
    ]
    if case .object(let options) = configuration.json {
      parts += options.map { name, value in
        Part(name: Self.optionName(name), value: Self.text(value))
      }
    }
    self.parts = parts
  }

  /// A key of given parts.
  package init(parts: [Part]) { self.parts = parts }

  /// Reads a key back, or nil when it is none.
  package init?(json bytes: [UInt8]) {
    guard
      let members = try? JSONDecoder().decode([String: String].self, from: Data(bytes))
    else { return nil }
    parts = members.keys.sorted().map { Part(name: $0, value: members[$0] ?? "") }
  }

  /// The bytes of `key.json`.
  package var json: [UInt8] {
    Array(JSONValue.object(parts.map { ($0.name, .string($0.value)) }).prettyText.utf8)
  }

  /// The checksum that every file of units carries.
  var sha256: String { SHA256.hex(of: json) }

  /// What is different in the key of another run, a phrase each; none when it is the same run.
  package func differences(from other: RunKey) -> [String] {
    let own = Dictionary(parts.map { ($0.name, $0.value) }) { first, _ in first }
    let its = Dictionary(other.parts.map { ($0.name, $0.value) }) { first, _ in first }
    let names =
      parts.map(\.name) + other.parts.map(\.name).filter { own[$0] == nil }
    return names.compactMap { name in
      let (was, now) = (its[name] ?? "none", own[name] ?? "none")
      guard was != now else { return nil }
      guard max(was.count, now.count) > 64 || name.hasSuffix("sha256") else {
        return "\(name) was \(was), is \(now)"
      }
      if name.hasSuffix("sha256") {
        return "\(name) was \(Self.short(was)), is \(Self.short(now))"
      }
      return "\(name) differs"
    }
  }

  private static func short(_ checksum: String) -> String {
    checksum.count > 12 ? "\(checksum.prefix(12))…" : checksum
  }

  /// `n_init` as `--n-init`.
  private static func optionName(_ key: String) -> String {
    key == "initial_centers_sha256"
      ? "--initial-centers sha256" : "--" + key.replacing("_", with: "-")
  }

  /// A value in few words: whole numbers in a row as a range.
  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: return "none"
    case .string(let text): return text
    case .array(let values):
      let numbers = values.compactMap { value in
        if case .int(let number) = value { number } else { nil }
      }
      guard numbers.count == values.count else {
        return values.map(text).joined(separator: ",")
      }
      return ranges(numbers)
    default: return value.text
    }
  }

  /// `2...6,9` for 2, 3, 4, 5, 6, 9.
  private static func ranges(_ numbers: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = runs.last, number == last.upperBound + 1 {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    return runs.map { run in
      switch run.count {
      case 1: "\(run.lowerBound)"
      case 2: "\(run.lowerBound),\(run.upperBound)"
      default: "\(run.lowerBound)...\(run.upperBound)"
      }
    }.joined(separator: ",")
  }
}
