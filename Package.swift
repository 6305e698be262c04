// swift-tools-version: 6.2
import PackageDescription

let warningsAreErrors = Context.environment["KINDRED_WARNINGS_AS_ERRORS"] == "1"

/// What `Scripts/sanitize` runs the tests under: "address" or "thread".
let sanitizer = Context.environment["KINDRED_SANITIZER"]

let swiftSettings: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])
  // Else a buffer's elements are reached from other modules through Swift's own library, where no sanitizer looks.
  + (sanitizer == nil ? [] : [.unsafeFlags(["-enable-cmo-everything"])])

/// Calls before each access of the kernels, which may be wider than what the thread sanitizer itself looks at.
///
/// See Tests/Sanitizers/thread.c.
let accessSettings: [CSetting] =
  sanitizer == "thread"
  ? [
    .unsafeFlags(
      [
        "-fno-sanitize=thread", "-fsanitize=kernel-address",
        "-finstrument-functions-after-inlining",
      ]
        + ["instrumentation-with-call-threshold", "stack", "globals", "opt"].flatMap {
          ["-mllvm", "-asan-\($0)=0"]
        })
  ] : []

let cSettings: [CSetting] = warningsAreErrors ? [.treatAllWarnings(as: .error)] : []

/// A module of the engine; its dependencies are the only modules it may import.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

/// A system library's module map.
func system(_ name: String, pkgConfig: String?, apt: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// The tests of one module.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: swiftSettings)
}

let package = Package(
  name: "Kindred",
  products: [
    .executable(name: "kindred", targets: ["kindred"]),
    .library(
      name: "Kindred",
      targets: [
        "Matrices", "Catalogue", "TextFeatures", "Clustering", "ClusterScores", "Experiments",
        "ModelStore", "Report",
      ]),
    // For Benchmarks/Micro, which calls the inner loops themselves.
    .library(name: "KindredKernels", targets: ["CKernels"]),
    .library(name: "COpenBLAS", targets: ["COpenBLAS"]),
    // For Fuzz, which is compiled with the command's sources.
    .library(name: "CStart", targets: ["CStart"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // System libraries
    system("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-dev"),
    system("CLAPACKE", pkgConfig: "lapacke", apt: "liblapacke-dev"),
    system("CHDF5", pkgConfig: "hdf5", apt: "libhdf5-dev"),
    system("CStemmer", pkgConfig: nil, apt: "libstemmer-dev"),
    system("CCSV", pkgConfig: nil, apt: "libcsv-dev"),
    system("CZip", pkgConfig: "libzip", apt: "libzip-dev"),

    // The engine, in the order of its imports
    .target(name: "CKernels", cSettings: cSettings + accessSettings),
    module("Matrices", ["COpenBLAS", "CLAPACKE", "CKernels"]),
    module("Catalogue", ["CCSV", "CZip", "Matrices"]),
    module("TextFeatures", ["CStemmer", "Matrices"]),
    module("Clustering", ["Matrices"]),
    module("ClusterScores", ["Matrices", "Clustering"]),
    module(
      "Experiments", ["Matrices", "Catalogue", "TextFeatures", "Clustering", "ClusterScores"]),
    module(
      "ModelStore",
      ["CHDF5", "Experiments", "Matrices", "TextFeatures", "Clustering"]),
    .target(
      name: "Report",
      dependencies: [
        "Matrices", "Catalogue", "TextFeatures", "Clustering", "ClusterScores",
        "Experiments",
      ],
      // In the code, so that the executable alone makes pages wherever it lies.
      resources: [
        "page.html", "page.css", "data.js", "elements.js", "charts.js", "choice.js", "clusters.js",
        "map.js", "search.js", "explorer.js", "relations.js", "tree.js", "evidence.js", "start.js",
      ].map { .embedInCode("Page/\($0)") },
      swiftSettings: swiftSettings),

    // The command
    .target(name: "CStart", cSettings: cSettings),
    .executableTarget(
      name: "kindred",
      dependencies: [
        "CStart", "Matrices", "Catalogue", "TextFeatures", "Clustering", "ClusterScores",
        "Experiments",
        "ModelStore", "Report",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings),

    // What Documentation/Kindred.docc tells step by step
    .executableTarget(
      name: "FirstClustering",
      dependencies: [
        "Matrices", "Catalogue", "TextFeatures", "Clustering", "ClusterScores", "Experiments",
        "ModelStore",
      ],
      path: "Examples/FirstClustering", swiftSettings: swiftSettings),

    // Tests
    .target(
      name: "TestSupport", dependencies: ["Matrices"], path: "Tests/TestSupport",
      exclude: ["Golden"], swiftSettings: swiftSettings),
    tests("MatricesTests", ["Matrices", "CKernels"]),
    tests("CatalogueTests", ["Catalogue", "Matrices"]),
    tests("TextFeaturesTests", ["TextFeatures", "Matrices"]),
    tests("ClusteringTests", ["Clustering", "Matrices"]),
    tests("ClusterScoresTests", ["ClusterScores", "Clustering", "Matrices"]),
    tests(
      "ExperimentsTests",
      ["Experiments", "Catalogue", "Matrices", "TextFeatures", "Clustering", "ClusterScores"]),
    tests(
      "ModelStoreTests",
      ["ModelStore", "Experiments", "Matrices", "TextFeatures", "Clustering"]),
    .testTarget(
      name: "ReportTests",
      dependencies: [
        "Report", "Experiments", "Catalogue", "ClusterScores", "Clustering", "Matrices",
        "TestSupport",
      ],
      exclude: ["Expected"], swiftSettings: swiftSettings),
  ]
    // These hold the command to seconds and to limits of the system, which a sanitizer takes for itself.
    + (sanitizer == nil
      ? [
        .testTarget(
          name: "CommandLineTests", dependencies: ["kindred", "TestSupport"], exclude: ["Witness"],
          swiftSettings: swiftSettings)
      ] : [])
)
