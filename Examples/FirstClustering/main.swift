import Catalogue
import ClusterScores
import Clustering
import Experiments
import Matrices
import ModelStore
import TextFeatures

let arguments = CommandLine.arguments
let catalogue = arguments.count > 1 ? arguments[1] : "Dataset/train.csv"
let modelPath = arguments.count > 2 ? arguments[2] : "model.h5"

/// A number with three decimals.
func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }

let file = try InputFile.read(path: catalogue)
let table = try CatalogueTable(reading: file)
let columns = try ColumnSelection(list: "title,description", in: table)
let texts = table.joinedTexts(columns: columns.indices)
print("\(table.rowCount) rows")

let pool = WorkerPool()
var options = TextFeatureOptions()
options.latentDimensionCount = 25
let features = try TextFeatureModel.fit(texts, options: options, pool: pool)
let points = features.matrix
print("\(features.model.terms.count) terms, \(points.columnCount) latent dimensions")

let counts = [5, 10, 20, 40]
let fits = try counts.map { count in
  var settings = KMeans(clusterCount: count)
  settings.restartCount = 3
  settings.seed = 1
  return try settings.fit(points, pool: pool)
}

let silhouettes = Silhouette.score(
  points, fits.map(\.assignment), metric: .euclidean, pool: pool)
var best = 0
for (place, silhouette) in silhouettes.enumerated() {
  let mean = silhouette.mean ?? -1
  print("k = \(counts[place]): silhouette \(rounded(mean))")
  if mean > silhouettes[best].mean ?? -1 { best = place }
}
let model = fits[best]

let nearest = try CenterAssignment(of: points, to: model.centroids, pool: pool)
let summaries = ClusterSummary.summaries(
  of: model.assignment, squaredDistances: nearest.squaredDistances,
  silhouettes: silhouettes[best].samples,
  source: ClusterSummary.Source(
    terms: features.termMatrix, displayTerms: features.model.displayTerms))
let words = summaries.map { $0.words.prefix(4).map(\.text).joined(separator: ", ") }
for cluster in 0..<3 { print("cluster \(cluster):", words[cluster]) }

let wish = PackedStrings(["A retired detective looks for a killer in a harbor town."])
let unseen = try features.model.features(for: wish, pool: pool)
let answer = try CenterAssignment(of: unseen, to: model.centroids, pool: pool)
print("nearest to the wish:", words[Int(answer.assignment.labels[0])])

let tree = try Agglomerative(linkage: .ward).tree(of: points, pool: pool)
let cut = try tree.assignment(clusterCount: counts[best])
let agreement = cut.adjustedRandIndex(comparedTo: model.assignment)
print("Ward's tree agrees to \(rounded(agreement))")

var configuration = RunConfiguration()
configuration.clusterCounts = Array(2...12)
configuration.restartCount = 2
var seconds = PhaseSeconds()
let input = try PreparedInput.load(
  file, configuration: configuration, pool: pool, seconds: &seconds)
let result = try Sweep(configuration: configuration, pool: pool).run(
  input.features, heldOut: nil, distinctRowCount: input.distinctRowCount(upTo: 12),
  seconds: &seconds)
let run = RunPublication(
  input: input, configuration: configuration, result: result, command: "sweep", heldOut: nil)
print("\(result.runs.count) fits, chosen: k = \(result.best.clusterCount)")

try ModelFile.write(run.model, to: modelPath)
let stored = try ModelFile.read(path: modelPath)
let relatives = Recommender(stored).relatives(ofRow: 0, count: 3)
print("like \(stored.titles[0]):", relatives.map { stored.titles[$0.row] }.joined(separator: "; "))
