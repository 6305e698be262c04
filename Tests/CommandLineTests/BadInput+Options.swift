import Foundation

extension BadInput {
  /// More values that options refuse, each by its own name.
  static let moreWrongOptions = refusedOptions.map { options, fragments in
    let rest = ["--text", "--k"].filter { option in !options.contains { $0.hasPrefix(option) } }
    return BadInput(
      name: options.joined(separator: " "), files: ["films.csv": Sample.catalogue],
      arguments: ["sweep", "films.csv", "--out", "out"] + options
        + rest.flatMap { [$0, $0 == "--k" ? "2" : "description"] },
      exitCodes: [64], fragments: fragments)
  }

  private static let refusedOptions: [([String], [String])] = [
    (["--k", "1e99"], ["--k 1e99", "whole number"]), (["--k", "2..."], ["--k", "is missing"]),
    (["--k", "2,,3"], ["--k 2,,3", "is missing"]), (["--k", "2...4:-1"], ["--k", "at least 1"]),
    (["--k", "1...9223372036854775807"], ["--k", "at most 1,000,000"]),
    (["--k", "2...900000"], ["--k", "more than 10,000 numbers", "step"]),
    (["--min-df", "1.5"], ["--min-df 1.5", "share"]), (["--min-df", "-1"], ["--min-df -1"]),
    (["--min-df", "nan"], ["--min-df nan"]), (["--max-df", "1e400"], ["--max-df 1e400"]),
    (["--threads", "1000000000"], ["--threads", "1...4096"]),
    (["--threads", "1.5"], ["--threads 1.5"]),
    (["--max-memory", "10"], ["--max-memory 10", "4GiB"]),
    (["--max-memory", "-1GiB"], ["--max-memory -1GiB"]),
    (["--max-memory", "99999999999999999999GiB"], ["--max-memory"]),
    (["--max-input", "many"], ["--max-input many", "not a size"]),
    (["--max-field", "0MB"], ["--max-field 0MB", "not a size"]),
    (["--max-columns", "0"], ["--max-columns 0"]), (["--seed", "-1"], ["--seed -1", "64 bits"]),
    (["--lsa", "0"], ["--lsa 0", "1...100000"]), (["--tol", "nan"], ["--tol nan"]),
    (["--tol", "-1"], ["--tol -1"]), (["--max-iter", "0"], ["--max-iter 0"]),
    (["--n-init", "0"], ["--n-init 0"]), (["--batch-size", "0"], ["--batch-size 0"]),
    (["--ngram", "0"], ["--ngram 0"]), (["--ngram", "1...9"], ["--ngram 1...9", "at most 8"]),
    (["--holdout", "0"], ["--holdout 0"]), (["--gap", "1000000000"], ["--gap", "1...1000"]),
    (["--micro", "0"], ["--micro 0"]), (["--max-features", "0"], ["--max-features 0"]),
    (["--color", "purple"], ["--color purple", "auto, always, never"]),
    (["--kernel", "gem"], ["--kernel gem", "did you mean 'gemm'"]),
    (["--require", ","], ["--require names nothing"]), (["--algorithm", ""], ["--algorithm"]),
    (["--explain", "x"], ["--explain x"]), (["--title", "nope"], ["no column 'nope'"]),
    (["--text", "14"], ["--text 14", "3 columns"]), (["--text", "0"], ["--text 0"]),
    (["--text=-1"], ["--text -1", "3 columns"]),
  ]

  /// Files beside the input that are not there or are none.
  static let missingFiles = absent.map { options, exitCode in
    BadInput(
      name: options.joined(separator: " "),
      files: ["films.csv": Sample.catalogue, "here/a": Data(), "nothing.json": Data()],
      arguments: ["sweep", "films.csv", "--text", "description", "--k", "2", "--out", "out"]
        + options,
      exitCodes: [exitCode], fragments: [options[1]])
  }

  private static let absent: [([String], Int32)] = [
    (["--truth", "nope.npy"], 66), (["--initial-centers", "nope.npy"], 66),
    (["--config", "nope.json"], 66), (["--test", "nope.csv"], 66), (["--stop-words", "here"], 66),
    (["--config", "nothing.json"], 78), (["--test", "nothing.json"], 66),
  ]

  /// Configurations whose fault has a place, or a number out of bounds.
  static let placedConfigurations = configurations.map { name, text, fragments in
    BadInput(
      name: "configuration: \(name)",
      files: ["films.csv": Sample.catalogue, "run.json": Data(text.utf8)],
      arguments: ["sweep", "films.csv", "--config", "run.json", "--out", "out"],
      exitCodes: [78], fragments: ["run.json"] + fragments)
  }

  private static let configurations: [(String, String, [String])] = [
    ("no key", "{\n  \"k\": [2],\n  3}", ["run.json:3:3:", "a key in quotes"]),
    ("a key on line 3", "{\n  \"k\": [2],\n  \"sed\": 3}", ["run.json:3:3:", "'sed'", "'seed'"]),
    ("a word", "{\"k\": two}", ["run.json:1:7:", "expected a value"]),
    ("an open text", "{\"metric\": \"cosine", ["run.json:1:12:", "closed"]),
    ("two values", "{} {}", ["run.json:1:4:", "the end of the file"]),
    ("a number beyond all", "{\"tol\": 1e400}", ["run.json:1:9:", "finite number"]),
    ("k of 0", "{\"k\": [0]}", ["run.json:1:2:", "1...1000000", "found 0"]),
    ("k of 2.5", "{\"k\": [2.5]}", ["'k'", "found 2.5"]),
    ("a negative seed", "{\"seed\": -1}", ["'seed'", "found -1"]),
    ("no k", "{\"k\": []}", ["'k'"]),
    ("100,000 levels", String(repeating: "[", count: 100_000), ["run.json:1:65:", "deeply"]),
    ("100,000 objects", String(repeating: "{\"k\":", count: 100_000), ["run.json:1:", "deeply"]),
  ]

  /// Limits that the file at hand is over.
  static let overLimits = limits.map { options, exitCode, fragments in
    BadInput(
      name: options.joined(separator: " "), files: ["films.csv": Sample.catalogue],
      arguments: ["check", "films.csv"] + options, exitCodes: [exitCode], fragments: fragments)
  }

  private static let limits: [([String], Int32, [String])] = [
    (["--max-input", "0.5kB"], 71, ["films.csv", "500 bytes", "--max-input"]),
    (["--max-memory", "0.5kB"], 71, ["films.csv", "--max-memory"]),
    (["--max-field", "0.02kB"], 65, ["films.csv:2:", "longer than 20 bytes", "--max-field"]),
    (["--max-columns", "2"], 65, ["films.csv:1:1:", "more than 2 columns", "--max-columns"]),
  ]
}
