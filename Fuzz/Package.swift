// swift-tools-version: 6.2
import PackageDescription

/// What SwiftPM calls the engine's package when it compiles it: the folder's name as an identifier.
///
/// Targets here are compiled under that name, so that they see what is `package` there.
let enginePackage = String(
  (Context.packageDirectory.split(separator: "/").dropLast().last ?? "kindred").lowercased()
    .unicodeScalars.map {
      $0.properties.isAlphabetic || $0.properties.numericType != nil ? Character($0) : "_"
    })

let package = Package(
  name: "KindredFuzz",
  dependencies: [
    .package(name: "Kindred", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        .product(name: "Kindred", package: "Kindred"),
        .product(name: "CStart", package: "Kindred"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["Command/Main.swift"],
      packageAccess: false,
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .unsafeFlags(["-parse-as-library", "-package-name", enginePackage]),
      ])
  ]
)
