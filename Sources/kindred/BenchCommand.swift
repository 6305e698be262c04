internal import ArgumentParser
internal import Catalogue
internal import Experiments
internal import Matrices

/// `kindred bench`: how fast each stage is on this machine.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure throughput: rows/s, GFLOP/s, share of the peak, speed-up over threads.",
    discussion: """
      Examples:
        kindred bench
        kindred bench films.csv --text description --k 45 --repeat 5

      Without an input it makes one: texts of invented words with a realistic
      spread.
      """)

  @Argument(help: "A catalogue or a matrix; generated without it.")
  var input: String?

  @Option(
    help: ArgumentHelp(
      "The number of clusters.", valueName: "n"))
  var k = "45"

  @Option(
    help: ArgumentHelp(
      "Counted repetitions of each measurement, after one warm-up.", valueName: "n"))
  var `repeat` = "3"

  @OptionGroup var source: InputOptions
  @OptionGroup var features: FeatureOptions
  @OptionGroup var resources: ResourceOptions
  @OptionGroup var common: CommonOptions

  mutating func run() throws {
    let format = try common.chosenFormat()
    let repetitions = try OptionParsing.wholeNumber(`repeat`, option: "--repeat", 1...1_000)
    let clusterCount = try OptionParsing.wholeNumber(k, option: "--k", 1...100_000)
    let configuration = try features.configuration(reading: source)
    let pool = try resources.pool()
    let file =
      try input.map { try resources.read($0) } ?? Bench.generatedCatalogue(rowCount: 20_000)
    try source.check(for: file)
    try features.check(for: file)
    common.detail(file)
    let bench = Bench(
      configuration: configuration, clusterCount: clusterCount, repetitionCount: repetitions,
      pool: pool)
    let report = try bench.run(file) { common.detail($0) }
    switch format {
    case .json: Terminal.output(report.json.text + "\n")
    case .csv:
      let lines = report.stages.map { stage in
        let numbers = [
          stage.meanSeconds, stage.deviation, stage.rowsPerSecond, stage.gigaflops,
          stage.shareOfPeak, stage.speedUp,
        ].map { $0.map(NumberText.shortest) ?? "" }
        return "\(stage.name),\(stage.threadCount),\(numbers.joined(separator: ","))\n"
      }
      Terminal.output(
        "stage,threads,seconds,deviation,rows_per_second,gigaflops,share_of_peak,speed_up\n"
          + lines.joined())
    case .table:
      var table = TextTable([
        "stage", "threads", "ms", "deviation", "rows/s", "GFLOP/s", "share of peak", "speed-up",
      ])
      for stage in report.stages {
        table.add([
          stage.name, String(stage.threadCount),
          NumberText.fixed(stage.meanSeconds * 1e3, decimals: 3),
          NumberText.fixed(stage.deviation * 1e3, decimals: 3),
          stage.rowsPerSecond.map { VisibleText.grouped(Int($0)) } ?? "-",
          stage.gigaflops.map { NumberText.fixed($0, decimals: 2) } ?? "-",
          stage.shareOfPeak.map { NumberText.fixed($0 * 100, decimals: 1) + "%" } ?? "-",
          stage.speedUp.map { NumberText.fixed($0, decimals: 2) } ?? "-",
        ])
      }
      Terminal.output(report.heading + table.text)
    }
  }
}
