internal import Catalogue
internal import Experiments

/// What `bench` prints.
struct BenchText {
  let report: BenchReport
  let comparison: BenchComparison?

  /// Prints the report.
  func print(_ format: CommonOptions.Format) {
    switch format {
    case .json: Terminal.output(report.json(comparison: comparison))
    case .csv: Terminal.output(csv)
    case .table:
      let width = Terminal.outputWidth
      var text = StyledText(report.heading + "\n")
      text.add(measurements.styled(width: width))
      text.add(report.costPerRow)
      if let comparison {
        text.add("\n")
        text.add(Self.table(comparison).styled(width: width))
        text.add(comparison.missing)
      }
      Terminal.output(text)
    }
  }

  /// One line a measurement; the name of a stage stands at its first.
  private var measurements: TextTable {
    var table = TextTable(
      ["stage", "threads", "ms", "±", "min", "rows/s", "rate", "of limit", "speed-up"],
      dropping: ["±", "rate", "min", "of limit", "rows/s"])
    var last: BenchStage?
    for measurement in report.measurements {
      let name = measurement.stage == last ? "" : measurement.stage.rawValue
      let times = [measurement.mean, measurement.deviation, measurement.least]
        .map { $0.map(Self.milliseconds) ?? "-" }
      let rows = measurement.rowsPerSecond.map { VisibleText.grouped(Int($0)) }
      let share = measurement.shareOfLimit.map { NumberText.fixed($0 * 100, decimals: 1) + "%" }
      let speedUp = measurement.speedUp.map { NumberText.fixed($0, decimals: 2) }
      table.add(
        [name, String(measurement.threadCount)] + times
          + [rows ?? "-", Self.rate(measurement), share ?? "-", speedUp ?? "-"])
      last = measurement.stage
    }
    return table
  }

  /// The rate with its unit; numbers of equal width, so that their points stand below each other.
  private static func rate(_ measurement: BenchMeasurement) -> String {
    let parts = [(measurement.gigaflops, "GFLOP/s"), (measurement.gigabytesPerSecond, "GB/s")]
    for case (let rate?, let unit) in parts {
      let number = NumberText.fixed(rate, decimals: 2)
      return String(repeating: " ", count: max(0, 7 - number.count)) + number + " " + unit
    }
    return "      -"
  }

  private static func milliseconds(_ seconds: Double) -> String {
    NumberText.fixed(seconds * 1e3, decimals: 3)
  }

  private static func table(_ comparison: BenchComparison) -> TextTable {
    var table = TextTable(
      ["stage", "threads", "old ms", "new ms", "new/old", "verdict"],
      dropping: ["old ms", "new ms"])
    for entry in comparison.entries {
      table.add([
        entry.stage, String(entry.threadCount), milliseconds(entry.oldSeconds),
        milliseconds(entry.newSeconds), NumberText.fixed(entry.ratio, decimals: 2),
        entry.verdict.rawValue,
      ])
    }
    return table
  }

  private var csv: String {
    var names = [
      "stage", "threads", "seconds", "deviation", "min_seconds", "median_seconds",
      "rows_per_second", "gigaflops", "gigabytes_per_second", "share_of_limit", "speed_up",
      "input_bytes_per_row", "output_bytes_per_row",
    ]
    if comparison != nil { names += ["old_seconds", "ratio", "verdict"] }
    let lines = report.measurements.map { measurement in
      let numbers = [
        measurement.mean, measurement.deviation, measurement.least, measurement.median,
        measurement.rowsPerSecond, measurement.gigaflops, measurement.gigabytesPerSecond,
        measurement.shareOfLimit, measurement.speedUp, measurement.bytesPerRow?.input,
        measurement.bytesPerRow?.output,
      ]
      var cells =
        [measurement.stage.rawValue, String(measurement.threadCount)]
        + numbers.map { $0.map(NumberText.shortest) ?? "" }
      if let comparison {
        let entry = comparison.entries.first {
          $0.stage == measurement.stage.rawValue && $0.threadCount == measurement.threadCount
        }
        cells += [
          entry.map { NumberText.shortest($0.oldSeconds) } ?? "",
          entry.map { NumberText.shortest($0.ratio) } ?? "", entry?.verdict.rawValue ?? "",
        ]
      }
      return cells.joined(separator: ",") + "\n"
    }
    return names.joined(separator: ",") + "\n" + lines.joined()
  }
}
