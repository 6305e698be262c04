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
    try file.add(Self.compact(run.centroids), "\(name)/centroids")
    if !run.silhouettes.isEmpty {
      try file.add(run.silhouettes, "\(name)/silhouettes", shape: [run.silhouettes.count])
    }
    try file.add(run.scores, "\(name)/scores")
  }

  /// The matrix in compressed rows where these take fewer bytes, else as it is.
  ///
  /// Every bit comes back: only positive zeros are left out.
  private static func compact(_ matrix: DenseMatrix) -> FeatureMatrix {
    let storedCount = matrix.elements.reduce(0) { $0 + ($1.bitPattern == 0 ? 0 : 1) }
    let sparseByteCount = 8 * storedCount + 8 * (matrix.rowCount + 1)
    guard sparseByteCount < 4 * matrix.elements.count, matrix.columnCount <= Int(Int32.max) else {
      return .dense(matrix)
    }
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    offsets.reserveCapacity(matrix.rowCount + 1)
    columns.reserveCapacity(storedCount)
    values.reserveCapacity(storedCount)
    for row in 0..<matrix.rowCount {
      let start = row * matrix.columnCount
      for column in 0..<matrix.columnCount {
        let value = matrix.elements[start + column]
        if value.bitPattern == 0 { continue }
        columns.append(Int32(truncatingIfNeeded: column))
        values.append(value)
      }
      offsets.append(values.count)
    }
    return .sparse(
      CSRMatrix(
        rowCount: matrix.rowCount, columnCount: matrix.columnCount, rowOffsets: offsets,
        columnIndices: columns, values: values))
  }
}
