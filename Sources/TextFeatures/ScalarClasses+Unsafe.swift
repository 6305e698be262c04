/// What a token rule needs to know of one Unicode scalar.
struct ScalarClass: BitwiseCopyable {
  /// A letter, or a character with a numeric value: Python's `str.isalnum()`.
  static let alphanumeric: UInt8 = 1
  /// A combining mark (general categories Mn, Mc, Me).
  static let combining: UInt8 = 2
  /// White space as Python's `str.split()` sees it.
  static let whiteSpace: UInt8 = 4
  /// The scalar has upper, lower or title case.
  static let cased: UInt8 = 8
  /// The scalar is passed over when a final sigma looks for its neighbors.
  static let caseIgnorable: UInt8 = 16
  /// The lower-case form is more than one scalar.
  static let expands: UInt8 = 32

  /// The scalar in lower case; the first of several when it expands.
  let lowercase: UInt32

  /// A union of the bits above.
  let bits: UInt8

  init(of value: UInt32) {
    guard let scalar = Unicode.Scalar(value) else {
      lowercase = value
      bits = 0
      return
    }
    let properties = scalar.properties
    var found: UInt8 = 0
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      found |= Self.alphanumeric
    case .nonspacingMark, .spacingMark, .enclosingMark:
      found |= Self.combining
    default:
      break
    }
    if properties.numericType != nil { found |= Self.alphanumeric }
    if properties.isWhitespace || (0x1C...0x1F).contains(value) { found |= Self.whiteSpace }
    if properties.isCased { found |= Self.cased }
    if properties.isCaseIgnorable { found |= Self.caseIgnorable }
    let mapped = properties.lowercaseMapping.unicodeScalars
    if mapped.count > 1 { found |= Self.expands }
    lowercase = mapped.first?.value ?? value
    bits = found
  }

  @inline(__always)
  func has(_ bit: UInt8) -> Bool { bits & bit != 0 }
}

/// The classes of all scalars, worked out a page of 256 at a time when one is first asked for.
///
/// The standard library's properties cost up to a tenth of a microsecond a scalar, too much for every
/// letter of a Cyrillic catalogue.
struct ScalarClasses {
  private static let pageSize = 256
  private static let pageCount = 0x11_0000 / pageSize

  private let pages: UnsafeMutablePointer<UnsafeMutablePointer<ScalarClass>?>

  init() {
    pages = .allocate(capacity: Self.pageCount)
    pages.initialize(repeating: nil, count: Self.pageCount)
  }

  func deallocate() {
    for page in 0..<Self.pageCount { pages[page]?.deallocate() }
    pages.deallocate()
  }

  @inline(__always)
  func classOf(_ scalar: UInt32) -> ScalarClass {
    let page = pages[Int(scalar) / Self.pageSize] ?? fill(Int(scalar) / Self.pageSize)
    return page[Int(scalar) % Self.pageSize]
  }

  @inline(never)
  private func fill(_ page: Int) -> UnsafeMutablePointer<ScalarClass> {
    let classes = UnsafeMutablePointer<ScalarClass>.allocate(capacity: Self.pageSize)
    for index in 0..<Self.pageSize {
      (classes + index).initialize(to: ScalarClass(of: UInt32(page * Self.pageSize + index)))
    }
    pages[page] = classes
    return classes
  }
}
