// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "KindredMicroBenchmarks",
  dependencies: [
    .package(name: "Kindred", path: "../.."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Kernels",
      dependencies: [
        .product(name: "Benchmark", package: "benchmark"),
        .product(name: "COpenBLAS", package: "Kindred"),
        .product(name: "KindredKernels", package: "Kindred"),
      ],
      path: "Benchmarks/Kernels",
      swiftSettings: [.swiftLanguageMode(.v6)],
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ]
)
