internal import Catalogue

/// What to tell when new rows lack a text column that the fitted rows had.
enum ReadColumns {
  /// Does work that reads columns by name; where one is not there, the complaint names all that are read.
  ///
  /// - Parameter remedy: what else can be done, in words.
  static func telling<Result>(
    _ columns: [String], remedy: String, _ work: () throws -> Result
  ) throws -> Result {
    do {
      return try work()
    } catch let error as InputError
      where error.code == "columns.unknown"
      && columns.contains(where: { error.message.hasPrefix("no column '\($0)'") })
    {
      let list = columns.map { "'\($0)'" }.joined(separator: ", ")
      var explained = error
      explained.hint =
        "the model reads \(list); add what is missing, empty where there is no text, or \(remedy)"
        + (error.hint.map { "; \($0)" } ?? "")
      throw explained
    }
  }
}
