/// A NumPy array file, taken apart but for its elements.
///
/// Format versions 1 to 3, as in NumPy's `numpy.lib.format`.
struct NPYArray {
  /// How one element is stored.
  enum Element: Equatable {
    case float(byteCount: Int)
    case signed(byteCount: Int)
    case unsigned(byteCount: Int)
    case boolean
    case bytes(byteCount: Int)
    case scalars(count: Int)

    var byteCount: Int {
      switch self {
      case .float(let byteCount), .signed(let byteCount), .unsigned(let byteCount),
        .bytes(let byteCount):
        byteCount
      case .boolean: 1
      case .scalars(let count): 4 * count
      }
    }

    var isInteger: Bool {
      switch self {
      case .signed, .unsigned: true
      default: false
      }
    }
  }

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  private static let headerLimit = 1 << 16

  /// How one element is stored.
  let element: Element
  /// The element type as the header spells it, such as `<f4`.
  let elementName: String
  let isBigEndian: Bool
  /// True when the first index changes fastest.
  let isFortran: Bool
  let shape: [Int]
  /// The number of elements, the product of the shape.
  let count: Int
  /// The whole file; elements begin at `dataStart`.
  let bytes: [UInt8]
  let dataStart: Int
  /// What complaints call the file.
  let name: String
  /// The entry of a `.npz` file, for complaints.
  let entry: String?

  /// Takes a header apart and makes sure that the elements are all there.
  ///
  /// - Throws: `InputError` for anything that is not a plain array of numbers, or the wrong length.
  init(_ bytes: [UInt8], name: String, entry: String? = nil) throws(InputError) {
    func refuse(_ code: String, _ message: String, _ hint: String? = nil) -> InputError {
      Self.complaint(name, entry, code, message, hint)
    }
    let notArray = refuse(
      "npy.not-an-array", "not a .npy file", "write it with numpy.save(file, array)")
    guard bytes.count >= 12, bytes.starts(with: Self.magic) else { throw notArray }
    guard (1...3).contains(bytes[6]) else {
      throw refuse("npy.version", "has .npy format \(bytes[6]).\(bytes[7]), this build reads 1-3")
    }
    let lengthBytes = bytes[6] == 1 ? 2 : 4
    var headerLength = 0
    for index in (0..<lengthBytes).reversed() {
      headerLength = headerLength << 8 | Int(bytes[8 + index])
    }
    let headerStart = 8 + lengthBytes
    guard headerLength <= Self.headerLimit, headerLength <= bytes.count - headerStart else {
      throw notArray
    }
    dataStart = headerStart + headerLength
    var parser = NPYHeader(text: Array(bytes[headerStart..<dataStart]))
    guard parser.parse() else { throw notArray }
    if parser.isStructured { throw refuse("npy.type", "holds records, expected plain numbers") }
    elementName = parser.descriptor
    guard let order = elementName.utf8.first, elementName.utf8.count >= 2 else { throw notArray }
    isBigEndian = order == UInt8(ascii: ">")
    let kind = elementName.dropFirst().prefix(1)
    if kind == "O" {
      throw refuse(
        "npy.objects", "holds Python objects; refused",
        "save plain numbers: numpy.save(file, array.astype('float32'))")
    }
    guard let size = Int(elementName.dropFirst(2)), size >= 0, size < 1 << 16,
      let element = Self.element(kind: kind, size: size)
    else {
      throw refuse(
        "npy.type", "holds elements of type '\(elementName)', expected numbers",
        "convert it: array.astype('float32')")
    }
    self.element = element
    var total = element.byteCount
    var count = 1
    for size in parser.shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: size)
      guard !overflow else {
        throw refuse(
          "npy.size",
          "header says more than 8 EiB, file has \(VisibleText.grouped(bytes.count)) bytes")
      }
      total = product
      count *= size
    }
    guard total == bytes.count - dataStart else {
      let holds = VisibleText.byteCount(bytes.count - dataStart)
      throw refuse(
        "npy.size", "header says \(VisibleText.byteCount(total)) of elements, file has \(holds)",
        "copy or write the file again")
    }
    isFortran = parser.isFortran
    shape = parser.shape
    self.count = count
    self.bytes = bytes
    self.name = name
    self.entry = entry
  }

  private static func element(kind: Substring, size: Int) -> Element? {
    switch (kind, size) {
    case ("f", 2), ("f", 4), ("f", 8): .float(byteCount: size)
    case ("i", 1), ("i", 2), ("i", 4), ("i", 8): .signed(byteCount: size)
    case ("u", 1), ("u", 2), ("u", 4), ("u", 8): .unsigned(byteCount: size)
    case ("b", 1): .boolean
    case ("S", _): .bytes(byteCount: size)
    case ("U", _): .scalars(count: size)
    default: nil
    }
  }

  /// A complaint about this array.
  func complaint(_ code: String, _ message: String, _ hint: String? = nil) -> InputError {
    Self.complaint(name, entry, code, message, hint)
  }

  private static func complaint(
    _ name: String, _ entry: String?, _ code: String, _ message: String, _ hint: String?
  ) -> InputError {
    InputError(
      kind: .malformed, code: code, file: name,
      message: entry.map { "array '\($0)': \(message)" } ?? message, hint: hint)
  }

  /// The text of an array of one string.
  func text() -> String? {
    guard count == 1 else { return nil }
    switch element {
    case .bytes:
      return String(decoding: bytes[dataStart...].prefix { $0 != 0 }, as: UTF8.self)
    case .scalars(let count):
      var text = ""
      for index in 0..<count {
        let at = dataStart + 4 * index
        var code: UInt32 = 0
        for byte in 0..<4 {
          code = code << 8 | UInt32(bytes[isBigEndian ? at + byte : at + 3 - byte])
        }
        guard code != 0, let scalar = Unicode.Scalar(code) else { break }
        text.unicodeScalars.append(scalar)
      }
      return text
    default: return nil
    }
  }
}

/// The Python literal in a `.npy` header: a dictionary of exactly three keys.
private struct NPYHeader {
  let text: [UInt8]
  private var position = 0
  private(set) var descriptor = ""
  private(set) var isStructured = false
  private(set) var isFortran = false
  private(set) var shape: [Int] = []

  init(text: [UInt8]) { self.text = text }

  mutating func parse() -> Bool {
    var seen: [String] = []
    guard take("{") else { return false }
    while !take("}") {
      guard let key = string(), !seen.contains(key), take(":") else { return false }
      seen.append(key)
      switch key {
      case "descr":
        if peek() == UInt8(ascii: "[") {
          isStructured = true
          return true
        }
        guard let value = string() else { return false }
        descriptor = value
      case "fortran_order":
        if take("True") { isFortran = true } else if !take("False") { return false }
      case "shape":
        guard let value = tuple() else { return false }
        shape = value
      default: return false
      }
      if !take(",") {
        guard take("}") else { return false }
        break
      }
    }
    return seen.count == 3 && peek() == nil
  }

  private mutating func peek() -> UInt8? {
    while position < text.count, text[position] == 0x20 || text[position] == 0x0A { position += 1 }
    return position < text.count ? text[position] : nil
  }

  private mutating func take(_ token: String) -> Bool {
    guard peek() != nil, text[position...].starts(with: token.utf8) else { return false }
    position += token.utf8.count
    return true
  }

  private mutating func string() -> String? {
    guard let quote = peek(), quote == 0x27 || quote == 0x22 else { return nil }
    let start = position + 1
    guard let end = text[start...].firstIndex(of: quote) else { return nil }
    position = end + 1
    return String(validating: text[start..<end], as: UTF8.self)
  }

  private mutating func tuple() -> [Int]? {
    guard take("(") else { return nil }
    var sizes: [Int] = []
    while !take(")") {
      guard let first = peek(), first >= 0x30, first <= 0x39 else { return nil }
      let digits = text[position...].prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard let size = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
      position += digits.count
      sizes.append(size)
      // Python 2 wrote long integers as 3L.
      _ = take("L")
      if !take(",") {
        guard take(")") else { return nil }
        break
      }
    }
    return sizes
  }
}
