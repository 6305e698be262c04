/// What a reader of text refuses to hold.
public struct ReadLimits: Sendable, Hashable {
  /// The longest cell in bytes.
  public var fieldBytes: Int

  /// The largest number of columns.
  public var columnCount: Int

  /// Makes limits; 16 MiB a cell and 10,000 columns unless told otherwise.
  public init(fieldBytes: Int = 16 << 20, columnCount: Int = 10_000) {
    self.fieldBytes = fieldBytes
    self.columnCount = columnCount
  }
}
