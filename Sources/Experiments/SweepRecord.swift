internal import FoundationEssentials

/// A finished sweep as `sweep.json` holds it.
public struct SweepRecord: Sendable, Decodable, Equatable {
  /// The chosen clustering.
  public struct Best: Sendable, Decodable, Equatable {
    /// The number of clusters.
    public let k: Int
    /// The algorithm's name.
    public let algorithm: String
    /// One clause that says why.
    public let reason: String
  }

  /// What a criterion speaks for.
  public struct Vote: Sendable, Decodable, Equatable {
    /// The number of clusters.
    public let k: Int
    /// The algorithm's name.
    public let algorithm: String
    /// One clause that says why.
    public let reason: String
  }

  /// One clustering.
  public struct Run: Sendable, Decodable, Equatable {
    /// The number of rows in the clusters.
    public struct Sizes: Sendable, Decodable, Equatable {
      /// Of the smallest cluster.
      public let min: Int
      /// The median.
      public let median: Double
      /// Of the largest cluster.
      public let max: Int
      /// The number of clusters of one row.
      public let singletons: Int
    }

    /// The gap statistic.
    public struct Gap: Sendable, Decodable, Equatable {
      /// Its value.
      public let value: Double
      /// Its standard error.
      public let standardError: Double

      enum CodingKeys: String, CodingKey {
        case value
        case standardError = "standard_error"
      }
    }

    /// Agreement with known classes.
    public struct Truth: Sendable, Decodable, Equatable {
      /// The adjusted Rand index.
      public let ari: Double
    }

    /// Scores of unseen rows.
    public struct Test: Sendable, Decodable, Equatable {
      /// Their mean silhouette against the training clusters.
      public let silhouette: Double?
    }

    /// The number of clusters.
    public let k: Int
    /// The algorithm's name.
    public let algorithm: String
    /// The sum of squared distances to the centers.
    public let inertia: Double
    /// The mean silhouette.
    public let silhouette: Double?
    /// The mean agreement of fits.
    public let stability: Double?
    /// The gap statistic.
    public let gap: Gap?
    /// Agreement with known classes.
    public let truth: Truth?
    /// Scores of unseen rows.
    public let test: Test?
    /// The numbers of rows in the clusters.
    public let sizes: Sizes
  }

  /// The chosen clustering.
  public let best: Best
  /// What each criterion speaks for, by its name.
  public let votes: [String: Vote]
  /// The clusterings.
  public let runs: [Run]

  /// Reads the bytes of a `sweep.json`; nil when they are something else.
  ///
  /// - Complexity: O(bytes).
  public init?(json bytes: [UInt8]) {
    guard let record = try? JSONDecoder().decode(SweepRecord.self, from: Data(bytes)) else {
      return nil
    }
    self = record
  }

  /// The record of a sweep.
  public init?(_ result: SweepResult, seed: UInt64) {
    self.init(json: Array(SweepTables.json(result, seed: seed).text.utf8))
  }
}
