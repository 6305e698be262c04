/// Rewrites one text for the search for tokens: lower case, with every byte outside a word zero.
///
/// ASCII texts go sixteen bytes at a time; a text with any other byte goes scalar by scalar, with
/// Python's lower-casing (full mappings and the final sigma).
struct RowNormalizer {
  /// Readable zero bytes after the last byte of `words`.
  static let padding = 16

  private let rule: TextFeatureOptions.TokenRule
  private let classes = ScalarClasses()
  private var wordMemory = GrowingMemory<UInt8>(capacity: 4_096)
  private var textMemory = GrowingMemory<UInt8>(capacity: 4_096)
  private var scalars = GrowingMemory<UInt32>(capacity: 4_096)

  /// The bytes of the words of the last row, zero everywhere else.
  var words: UnsafePointer<UInt8> { UnsafePointer(wordMemory.base) }

  /// The lower-case text of the last row, byte for byte beside `words`.
  private(set) var text: UnsafePointer<UInt8>

  /// The number of bytes of the last row after rewriting.
  private(set) var count = 0

  init(rule: TextFeatureOptions.TokenRule) {
    self.rule = rule
    text = UnsafePointer(textMemory.base)
  }

  func deallocate() {
    classes.deallocate()
    wordMemory.deallocate()
    textMemory.deallocate()
    scalars.deallocate()
  }

  /// Rewrites a row.
  @inline(__always)
  mutating func rewrite(_ row: UnsafePointer<UInt8>, length: Int) {
    wordMemory.reserve(length + Self.padding)
    let isPlain: Bool
    switch rule {
    case .words: isPlain = rewriteASCII(row, length, keepsUnderscore: false)
    case .sklearn: isPlain = rewriteASCII(row, length, keepsUnderscore: true)
    case .deletePunctuation: isPlain = deleteASCIIPunctuation(row, length)
    }
    if !isPlain { rewriteScalars(row, length) }
    let end = UnsafeMutableRawPointer(wordMemory.base + count)
    for offset in stride(from: 0, to: Self.padding, by: 8) {
      end.storeBytes(of: 0, toByteOffset: offset, as: UInt64.self)
    }
  }

  /// Returns false when the row holds a byte that is not ASCII.
  @inline(__always)
  private mutating func rewriteASCII(
    _ row: UnsafePointer<UInt8>, _ length: Int, keepsUnderscore: Bool
  ) -> Bool {
    text = row
    count = length
    let words = wordMemory.base
    let underscore: UInt8 = keepsUnderscore ? 0x5F : 0x30
    var seen: UInt8 = 0
    // No branch on the bytes, so that the compiler takes sixteen at a time.
    for position in 0..<length {
      let byte = row[position]
      seen |= byte
      words[position] = Self.foldASCII(byte, underscore: underscore)
    }
    return seen < 0x80
  }

  /// A letter in lower case, a digit or the underscore as it is, 0 for all else.
  @inline(__always)
  private static func foldASCII(_ byte: UInt8, underscore: UInt8) -> UInt8 {
    let folded = byte | 0x20
    let letter: UInt8 = folded &- 0x61 < 26 ? folded : 0
    let digit: UInt8 = byte &- 0x30 < 10 ? byte : 0
    return letter | digit | (byte == underscore ? byte : 0)
  }

  /// Returns false when the row holds a byte that is not ASCII.
  private mutating func deleteASCIIPunctuation(
    _ row: UnsafePointer<UInt8>, _ length: Int
  ) -> Bool {
    textMemory.reserve(length + Self.padding)
    let words = wordMemory.base
    let lower = textMemory.base
    var kept = 0
    for position in 0..<length {
      let byte = row[position]
      if byte >= 0x80 { return false }
      let word = Self.foldASCII(byte, underscore: 0x30)
      words[kept] = word
      lower[kept] = word == 0 ? byte : word
      kept &+= word != 0 || !Self.isPunctuation(byte) ? 1 : 0
    }
    text = UnsafePointer(lower)
    count = kept
    return true
  }

  /// True for the 32 characters of Python's `string.punctuation`, given no letter or digit.
  @inline(__always)
  private static func isPunctuation(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }

  private mutating func rewriteScalars(_ row: UnsafePointer<UInt8>, _ length: Int) {
    decode(row, length)
    // The longest lower-case form is three scalars of at most four bytes.
    wordMemory.reserve(scalars.count * 12 + Self.padding)
    textMemory.reserve(scalars.count * 12 + Self.padding)
    text = UnsafePointer(textMemory.base)
    count = 0
    for index in 0..<scalars.count {
      let value = scalars[index]
      let found = classes.classOf(value)
      if value == 0x3A3 {
        let sigma: UInt32 = isFinalSigma(at: index) ? 0x3C2 : 0x3C3
        put(sigma, classes.classOf(sigma))
      } else if found.has(ScalarClass.expands), let scalar = Unicode.Scalar(value) {
        for mapped in scalar.properties.lowercaseMapping.unicodeScalars {
          put(mapped.value, classes.classOf(mapped.value))
        }
      } else {
        put(found.lowercase, found.lowercase == value ? found : classes.classOf(found.lowercase))
      }
    }
  }

  /// Writes one lower-case scalar to `text`, and to `words` when it belongs to a word.
  @inline(__always)
  private mutating func put(_ value: UInt32, _ found: ScalarClass) {
    var value = value
    var isWord = found.has(ScalarClass.alphanumeric)
    switch rule {
    case .sklearn:
      isWord = isWord || value == 0x5F
    case .words:
      if !isWord && found.has(ScalarClass.combining) {
        isWord = count > 0 && wordMemory[count - 1] != 0
      }
      if value == 0x2019 { value = 0x27 }
    case .deletePunctuation:
      if value < 0x80 && !isWord && Self.isPunctuation(UInt8(value)) { return }
      if found.has(ScalarClass.whiteSpace) { value = 0x20 }
    }
    let start = count
    let lower = textMemory.base
    if value < 0x80 {
      lower[count] = UInt8(value)
      count &+= 1
    } else {
      if value < 0x800 {
        lower[count] = UInt8(0xC0 | value >> 6)
      } else {
        if value < 0x1_0000 {
          lower[count] = UInt8(0xE0 | value >> 12)
        } else {
          lower[count] = UInt8(0xF0 | value >> 18)
          count &+= 1
          lower[count] = UInt8(0x80 | value >> 12 & 0x3F)
        }
        count &+= 1
        lower[count] = UInt8(0x80 | value >> 6 & 0x3F)
      }
      lower[count &+ 1] = UInt8(0x80 | value & 0x3F)
      count &+= 2
    }
    for position in start..<count { wordMemory[position] = isWord ? lower[position] : 0 }
  }

  /// Python's rule: a sigma ends a word when a cased letter comes before it and none after it.
  private func isFinalSigma(at index: Int) -> Bool {
    var before = index - 1
    while before >= 0, classes.classOf(scalars[before]).has(ScalarClass.caseIgnorable) {
      before -= 1
    }
    guard before >= 0, classes.classOf(scalars[before]).has(ScalarClass.cased) else { return false }
    var after = index + 1
    while after < scalars.count, classes.classOf(scalars[after]).has(ScalarClass.caseIgnorable) {
      after += 1
    }
    return after == scalars.count || !classes.classOf(scalars[after]).has(ScalarClass.cased)
  }

  /// The scalars of valid UTF-8.
  private mutating func decode(_ row: UnsafePointer<UInt8>, _ length: Int) {
    scalars.setCount(0)
    scalars.reserve(length)
    var position = 0
    while position < length {
      let lead = UInt32(row[position])
      let tailCount = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3
      var value = tailCount == 0 ? lead : lead & (0x3F >> UInt32(tailCount))
      for offset in 1..<(tailCount + 1) where position + offset < length {
        value = value << 6 | UInt32(row[position + offset]) & 0x3F
      }
      scalars.append(min(value, 0x10_FFFF))
      position += tailCount + 1
    }
  }
}
