internal import Clustering
internal import Experiments
internal import Matrices

/// Lays the runs of one sweep out in an HDF5 file.
struct RunsWriter: ~Copyable {
  private let runs: [RunRecord]
  private let file: HDF5Writer

  /// Starts an empty file for runs.
  init(_ runs: [RunRecord], to stored: StoredFile) throws(StoreError) {
    self.runs = runs
    let byteCount = runs.reduce(1 << 16) {
      $0 + 1 << 13 + 12 * $1.assignment.labels.count + 8 * $1.assignment.clusterCount
    }
    file = try HDF5Writer(
      stored, expectedByteCount: byteCount, rootNames: runs.map { RunName($0).text })
  }

  /// Adds the runs in their order and saves the file.
  func write() throws(StoreError) {
    try file.addFormat(version: RunsFile.formatVersion, program: Program.version)
    try file.addAttribute(runs.count, "run_count")
    try file.addAttribute(runs.first?.assignment.labels.count ?? 0, "row_count")
    try file.addAttribute(runs.first?.centroids.columnCount ?? 0, "column_count")
    for run in runs { try add(run, RunName(run).text) }
    try file.save()
  }

  private func add(_ run: RunRecord, _ name: String) throws(StoreError) {
    try file.addGroup(name)
    try file.addAttribute(text: run.algorithm, "algorithm", on: name)
    try file.addAttribute(run.assignment.clusterCount, "cluster_count", on: name)
    try file.addAttribute(run.inertia, "inertia", on: name)
    try file.addAttribute(run.iterationCount, "iterations", on: name)
    try file.addAttribute(run.didConverge ? 1 : 0, "converged", on: name)
    try file.add(run.assignment.labels, "\(name)/labels", shape: [run.assignment.labels.count])
    try file.add(run.centroids.compact(), "\(name)/centroids")
    if !run.silhouettes.isEmpty {
      try file.add(run.silhouettes, "\(name)/silhouettes", shape: [run.silhouettes.count])
    }
    try file.add(run.scores, "\(name)/scores")
  }
}
