import Foundation
import Testing

/// `kindred tree` and `kindred tree cut` on the sample catalogue.
@Suite struct TreeCommandTests {
  private static let treeFiles: Set<String> = [
    "dendrogram.svg", "heights.csv", "leaves.csv", "linkage.npy", "manifest.sha256", "run.json",
    "timing.json",
    "tree.nwk",
  ]

  private func kindred(_ arguments: [String], in folder: URL) throws -> CommandResult {
    let result = try CommandRunner(currentFolder: folder).run(arguments)
    try #require(result.exitCode == 0, "\(result)")
    return result
  }

  private func tree(
    _ options: [String], in folder: URL, out: String = "out"
  ) throws -> CommandResult {
    try kindred(
      ["tree", RunFolderTests.train, "--text", "description", "--lsa", "20", "--out", out]
        + options,
      in: folder)
  }

  @Test func aTreeAloneHasItsFiles() throws {
    try withTemporaryFolder { folder in
      let result = try tree(["--format", "json"], in: folder)
      let names = Set(try snapshot(of: folder.appending(path: "out")).keys)
      #expect(names == Self.treeFiles)
      #expect(
        result.output.contains("\"linkage\": \"ward\"")
          || result.output.contains("\"linkage\":\"ward\""))
      #expect(result.errors.contains("kindred tree cut out --k 12"))
    }
  }

  @Test func aCutIsARunLikeAnyOther() throws {
    try withTemporaryFolder { folder in
      _ = try tree(["--cut", "6"], in: folder)
      let files = try snapshot(of: folder.appending(path: "out"))
      #expect(Self.treeFiles.union(RunFolderTests.files).isSubset(of: Set(files.keys)))
      #expect(files["no_of_clusters.txt"] == Data("6\n".utf8))
      _ = try kindred(
        ["predict", "out/model.h5", RunFolderTests.test, "--out", "new.csv"], in: folder)
      _ = try kindred(["export", "out", "--what", "tree", "--out", "copy"], in: folder)
      let copy = try Data(contentsOf: folder.appending(path: "copy/linkage.npy"))
      #expect(copy == files["linkage.npy"])
    }
  }

  @Test func anotherCutNeedsNoTree() throws {
    try withTemporaryFolder { folder in
      _ = try tree(["--cut", "6"], in: folder)
      _ = try tree(["--cut", "11"], in: folder, out: "other")
      _ = try kindred(
        ["tree", "cut", "out", "--k", "11", "--format", "npy", "--out", "labels.npy"], in: folder)
      let cut = try Data(contentsOf: folder.appending(path: "labels.npy"))
      #expect(cut == (try Data(contentsOf: folder.appending(path: "other/labels.npy"))))
      let scored = try kindred(["tree", "cut", "out", "--k", "11", "--score"], in: folder)
      #expect(scored.errors.contains("k = 11, inertia"))
      #expect(scored.output.hasPrefix("row,id,title,cluster\n"))
    }
  }

  @Test(arguments: ["2", "3", "8"]) func threadsChangeNoByteButTiming(threads: String) throws {
    try withTemporaryFolder { folder in
      for linkage in ["ward", "average"] {
        _ = try tree(
          ["--cut", "5", "--linkage", linkage, "--threads", "1"], in: folder, out: "one")
        _ = try tree(
          ["--cut", "5", "--linkage", linkage, "--threads", threads], in: folder, out: "many")
        var one = try snapshot(of: folder.appending(path: "one"))
        var many = try snapshot(of: folder.appending(path: "many"))
        one["timing.json"] = nil
        many["timing.json"] = nil
        #expect(one == many)
        try FileManager.default.removeItem(at: folder.appending(path: "one"))
        try FileManager.default.removeItem(at: folder.appending(path: "many"))
      }
    }
  }

  @Test(arguments: ["ward", "average"]) func bothMemoriesGiveTheSameLabels(linkage: String) throws {
    try withTemporaryFolder { folder in
      let metric = linkage == "ward" ? "euclidean" : "cosine"
      var labels: [[Data]] = []
      for memory in ["stored", "free"] {
        _ = try tree(
          ["--linkage", linkage, "--metric", metric, "--linkage-memory", memory], in: folder,
          out: memory)
        labels.append(
          try [2, 7, 40, 300].map { k in
            try Data(
              kindred(["tree", "cut", memory, "--k", "\(k)", "--quiet"], in: folder).output.utf8)
          })
      }
      #expect(labels[0] == labels[1])
    }
  }

  @Test func aRunIsReplayed() throws {
    try withTemporaryFolder { folder in
      _ = try tree(["--cut", "6", "--linkage", "complete", "--metric", "cosine"], in: folder)
      _ = try kindred(
        ["tree", RunFolderTests.train, "--config", "out/run.json", "--out", "again"], in: folder)
      let first = try snapshot(of: folder.appending(path: "out"))["manifest.sha256"]
      #expect(first == (try snapshot(of: folder.appending(path: "again"))["manifest.sha256"]))
    }
  }

  @Test func aSweepComparesTreesWithKMeans() throws {
    try withTemporaryFolder { folder in
      let result = try kindred(
        [
          "sweep", RunFolderTests.train, "--text", "description", "--lsa", "20", "--k", "2...5",
          "--algorithm", "kmeans,ward,average", "--n-init", "2", "--out", "out",
        ], in: folder)
      #expect(result.output.contains("average"))
      let names = Set(try snapshot(of: folder.appending(path: "out")).keys)
      #expect(names.isSuperset(of: ["linkage-ward.npy", "linkage-average.npy", "tree-ward.nwk"]))
      _ = try kindred(["tree", "cut", "out", "--linkage", "average", "--k", "3"], in: folder)
      _ = try kindred(
        ["export", "out", "--k", "3", "--algorithm", "ward", "--out", "labels.csv"], in: folder)
    }
  }

  @Test func tooManyRowsForAMatrixAreToldBeforeWork() throws {
    try withTemporaryFolder { folder in
      let rows = 70_000
      let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), 2), }"
      try Sample.npy(header, data: (0..<rows * 8).map { UInt8(truncatingIfNeeded: $0 % 61) })
        .write(to: folder.appending(path: "X.npy"))
      let result = try CommandRunner(currentFolder: folder).run([
        "tree", "X.npy", "--linkage", "complete", "--max-memory", "2GiB", "--out", "out",
      ])
      #expect(result.exitCode == 71, "\(result)")
      for part in ["complete linkage of 70,000 rows", "would fit", "single", "ward"] {
        #expect(result.errors.contains(part), "\(result)")
      }
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
    }
  }

  @Test func aChangedFolderIsNotCut() throws {
    try withTemporaryFolder { folder in
      _ = try tree([], in: folder)
      let leaves = folder.appending(path: "out/leaves.csv")
      let text = try String(contentsOf: leaves, encoding: .utf8)
      try text.split(separator: "\n").dropLast(400).joined(separator: "\n")
        .write(to: leaves, atomically: true, encoding: .utf8)
      let result = try CommandRunner(currentFolder: folder).run(["tree", "cut", "out", "--k", "3"])
      #expect(result.exitCode == 65, "\(result)")
      #expect(result.errors.contains("out/leaves.csv: is not what the run wrote"), "\(result)")
    }
  }

  @Test func onlyTheTreesOfTheRunAreCut() throws {
    try withTemporaryFolder { folder in
      _ = try tree(["--linkage", "average"], in: folder)
      let runner = CommandRunner(currentFolder: folder)
      let other = try runner.run(["tree", "cut", "out", "--k", "3", "--linkage", "ward"])
      #expect(other.exitCode == 64, "\(other)")
      #expect(other.errors.contains("it has: average"), "\(other)")
      // What a replaced run left, finished or not, is gone.
      try FileManager.default.removeItem(at: folder.appending(path: "out/manifest.sha256"))
      try Data().write(to: folder.appending(path: "out/linkage-single.npy"))
      _ = try tree(["--force"], in: folder)
      let names = Set(try snapshot(of: folder.appending(path: "out")).keys)
      #expect(names == Self.treeFiles)
    }
  }

  @Test func aHeightDoesNotOutliveItsTree() throws {
    try withTemporaryFolder { folder in
      _ = try tree(["--height", "1.2"], in: folder)
      let result = try kindred(
        [
          "sweep", RunFolderTests.train, "--config", "out/run.json", "--k", "2...3", "--format",
          "csv",
        ], in: folder)
      #expect(result.output.split(separator: "\n").count == 3)
    }
  }

  @Test func ordersAndPicturesAreReplayed() throws {
    try withTemporaryFolder { folder in
      _ = try tree(["--leaf-order", "optimal", "--leaves", "12"], in: folder)
      _ = try kindred(
        ["tree", RunFolderTests.train, "--config", "out/run.json", "--out", "again"], in: folder)
      let first = try snapshot(of: folder.appending(path: "out"))["manifest.sha256"]
      #expect(first == (try snapshot(of: folder.appending(path: "again"))["manifest.sha256"]))
    }
  }

  @Test func microClustersThatDoNotComeOutAreLeftOut() throws {
    try withTemporaryFolder { folder in
      let result = try kindred(
        [
          "sweep", RunFolderTests.train, "--text", "description", "--lsa", "20", "--k", "5,780",
          "--micro", "780", "--algorithm", "ward", "--format", "csv",
        ], in: folder)
      #expect(result.errors.contains("k above"), "\(result)")
      #expect(result.output.split(separator: "\n").count == 2, "\(result)")
    }
  }
}
