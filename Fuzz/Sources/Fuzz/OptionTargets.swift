internal import ArgumentParser
internal import Experiments

/// What people write on the command line and in configuration files.
enum OptionTargets {
  /// What was read, written and read again is the same.
  @Sendable static func configuration(_ bytes: [UInt8]) {
    do throws(ConfigurationError) {
      let configuration = try RunConfiguration(json: bytes, name: "run.json")
      let text = configuration.json.prettyText
      let again = try? RunConfiguration(json: Array(text.utf8), name: "again.json")
      law(again?.json.prettyText == text, "another configuration than was written: \(text)")
    } catch {
      law(!error.message.isEmpty, "a complaint without words")
    }
  }

  /// Numbers of clusters and all other values with a grammar of their own.
  @Sendable static func numbers(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let counts = try? OptionParsing.clusterCounts(text) {
      law(!counts.isEmpty, "no number of clusters")
      law(zip(counts, counts.dropFirst()).allSatisfy { $0 < $1 }, "counts do not ascend")
      law(counts[0] >= 1 && counts[counts.count - 1] <= 1_000_000, "a count out of range")
      let list = counts.map(String.init).joined(separator: ",")
      law((try? OptionParsing.clusterCounts(list)) == counts, "a list reads as other numbers")
    }
    if let size = try? OptionParsing.byteCount(text, option: "--max-memory") {
      law(size >= 0, "a size below nothing")
    }
    if let (count, share) = try? OptionParsing.documentFrequency(text, option: "--min-df") {
      law((count == nil) != (share == nil), "neither a count nor a share")
    }
    if let number = try? OptionParsing.nonNegative(text, option: "--tol", hint: "") {
      law(number.isFinite && number >= 0, "a number out of range")
    }
    _ = try? OptionParsing.list(text, option: "--text")
    if let number = try? OptionParsing.wholeNumber(text, option: "--top", 1...100) {
      law((1...100).contains(number), "a number out of range")
    }
  }

  /// A command line, an argument a line: it is taken or refused with words that can be shown.
  @Sendable static func arguments(_ bytes: [UInt8]) {
    let given = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    do {
      try ColorChoice.read(given)
      let arguments = try Shorthand.expand(given)
      if try HelpTopics.asked(arguments, commands: Shorthand.commands) != nil { return }
      _ = try Kindred.parseAsRoot(arguments)
    } catch {
      let code = Kindred.exitCode(for: error)
      if code == .success { return law(!Kindred.fullMessage(for: error).isEmpty, "empty help") }
      let complaint =
        code == .validationFailure
        ? Complaint(usage: Kindred.message(for: error), arguments: given) : Complaint(error)
      law(complaint.exitCode == 64, "\(complaint.message) has exit code \(complaint.exitCode)")
      law(!complaint.styled.plain.isEmpty && !complaint.json.isEmpty, "a complaint without words")
    }
  }
}
