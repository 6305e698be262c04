internal import ClusterScores
internal import Experiments
internal import Matrices

extension RunReport {
  /// What the page is about and how it was made.
  var made: [(String, JSONValue)] {
    let (input, best) = (publication.input, publication.result.best)
    return [
      ("format", .int(1)),
      ("input", .string(input.name)),
      ("total", .int(rows.totalCount)),
      ("shown", .int(rows.rows.count)),
      ("hasTitles", .bool(!input.titles.isEmpty)),
      ("k", .int(best.clusterCount)),
      ("algorithm", .string(best.algorithm.rawValue)),
      ("notes", .array((input.notes + publication.result.notes).map(JSONValue.string))),
      (
        "run",
        .object(
          RunDescription.members(
            command: publication.command, input: input,
            configuration: publication.configuration, heldOut: publication.heldOut))
      ),
    ]
  }

  /// Every clustering with its scores, the votes, and the reason in sentences.
  var choice: [(String, JSONValue)] {
    let result = publication.result
    let seed = publication.configuration.seed
    var sentences: [String] = []
    if let record = SweepRecord(result, seed: seed),
      let explanation = ChoiceExplanation(of: result.best.clusterCount, in: record)
    {
      // One paragraph for each algorithm at this k, in the order of the runs.
      let place = result.runs[..<result.choice.index].count {
        $0.clusterCount == result.best.clusterCount
      }
      sentences = explanation.paragraphs[place]
    }
    return [
      ("sweep", SweepTables.json(result, seed: seed)),
      ("best", .int(result.choice.index)),
      ("selection", .string(publication.configuration.selection.rawValue)),
      ("metric", .string(publication.configuration.metric.rawValue)),
      ("explanation", .array(sentences.map(JSONValue.string))),
    ]
  }
}
