import Foundation
import Testing

/// Scores of repeated rows, zero rows and clusters of one row beside scikit-learn's.
@Suite struct ExtremeScoresTests {
  @Test(.enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"))
  func scoresOfExtremeRowsEqualScikitLearns() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let object = try witnessObject("extremes.py", [folder.path], in: folder)
      let expected = try #require(object as? [String: [String: Double]])
      #expect(expected.count == 2)
      for (matrix, scores) in expected {
        for metric in ["euclidean", "sqeuclidean", "cosine"] {
          let found = try runner.run(
            [
              "score", matrix, "--labels", "labels.npy", "--truth", "classes.npy", "--metric",
              metric, "--format", "json",
            ]
          ).object()
          for (name, value) in scores where !["euclidean", "sqeuclidean", "cosine"].contains(name) {
            let own = try #require(found[name] as? Double, "\(name)")
            #expect(abs(own - value) <= 1e-6 * max(1, abs(value)), "\(name) of \(matrix)")
          }
          let silhouette = try #require(found["silhouette"] as? Double)
          #expect(abs(silhouette - (try #require(scores[metric]))) <= 1e-6, "\(metric), \(matrix)")
        }
      }
    }
  }
}
