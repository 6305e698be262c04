internal import Glibc
internal import Matrices

/// One term of one row and how often it occurs there.
struct TermCount: BitwiseCopyable {
  var term: UInt32
  var count: UInt32
}

/// What a counter knows of one of its terms.
struct TermTotals: BitwiseCopyable {
  /// The last row that held the term, plus one.
  var lastRow: UInt32
  /// Where in the counter's entries that row's count lies.
  var position: UInt32
  /// The number of rows that hold the term.
  var documentFrequency: UInt32
  /// The number of occurrences in all rows.
  var occurrences: UInt32
}

/// Counts the terms of the rows that one worker takes, with a numbering of its own.
///
/// The numbering depends on which rows the worker happened to take; `Vocabulary` renumbers all
/// workers' terms by their bytes, so nothing of it reaches a result.
struct TermCounter {
  private let options: TextFeatureOptions
  private let rule: TextFeatureOptions.TokenRule
  private let joinsWords: Bool
  private let isPlain: Bool
  private let stemmer: Stemmer?
  private var normalizer: RowNormalizer

  private var stopWords = WordTable(expectedCount: 256)
  /// The tokens as they are written, lower case; stop words are marked.
  private(set) var surfaces: WordTable
  /// With a stemmer: the distinct stems.
  private(set) var stems: WordTable
  /// With terms of several words: the distinct terms.
  private var sequences: WordTable

  /// For each surface form its stem, or itself without a stemmer.
  private(set) var unitOfSurface = GrowingMemory<UInt32>(capacity: 1_024)
  /// For each surface form the number of its occurrences, kept only with a stemmer.
  private(set) var surfaceOccurrences = GrowingMemory<UInt32>(capacity: 1_024)
  private(set) var totals = GrowingMemory<TermTotals>(capacity: 4_096)

  private var rowUnits = GrowingMemory<UInt32>(capacity: 256)
  private var joined = GrowingMemory<UInt8>(capacity: 256)
  private(set) var entries = GrowingMemory<TermCount>(capacity: 16_384)

  /// Makes a counter; the options must have been checked.
  init(options: TextFeatureOptions, stopWords words: [String]) {
    self.options = options
    rule = options.tokenRule
    joinsWords = options.longestNGram > 1
    stemmer = options.stemLanguage.flatMap(Stemmer.init(language:))
    isPlain = stemmer == nil && !joinsWords
    normalizer = RowNormalizer(rule: rule)
    surfaces = WordTable(expectedCount: 8_192)
    stems = WordTable(expectedCount: stemmer == nil ? 16 : 8_192)
    sequences = WordTable(expectedCount: joinsWords ? 32_768 : 16)
    for word in words { stopWords.insert(word) }
  }

  func deallocate() {
    stemmer?.deallocate()
    normalizer.deallocate()
    for table in [stopWords, surfaces, stems, sequences] { table.deallocate() }
    unitOfSurface.deallocate()
    surfaceOccurrences.deallocate()
    totals.deallocate()
    rowUnits.deallocate()
    joined.deallocate()
    entries.deallocate()
  }

  /// True when stems stand for words.
  var hasStems: Bool { stemmer != nil }

  /// The distinct words or stems that terms are made of.
  var units: WordTable { stemmer == nil ? surfaces : stems }

  /// The distinct terms that `totals` describes.
  var terms: WordTable { joinsWords ? sequences : units }

  /// Forgets the entries of the rows counted so far, not the terms.
  mutating func startChunk() { entries.setCount(0) }

  /// Counts the terms of a row.
  ///
  /// The row's entries are appended to `entries`, in the order in which its terms first occur.
  mutating func count(_ bytes: UnsafePointer<UInt8>, length: Int, row: Int) {
    normalizer.rewrite(bytes, length: length)
    let stamp = UInt32(truncatingIfNeeded: row + 1)
    rowUnits.setCount(0)
    scan(stamp: stamp)
    if joinsWords { joinUnits(stamp: stamp) }
  }

  /// Finds the tokens of the rewritten row.
  @inline(__always)
  private mutating func scan(stamp: UInt32) {
    let words = normalizer.words
    let raw = UnsafeRawPointer(words)
    let count = normalizer.count
    var position = 0
    while position < count {
      let ahead = (raw + position).loadUnaligned(as: UInt64.self)
      if ahead == 0 {
        position &+= 8
        continue
      }
      position &+= ahead.trailingZeroBitCount &>> 3
      let start = position
      let key = Self.token(raw + start)
      position &+= key.length
      if key.length < 2 || (words[start] >= 0x80 && Self.isOneScalar(words[start], key.length)) {
        continue
      }
      take(key, start: start, stamp: stamp)
    }
  }

  /// The key of the token that begins at an address; it ends before the first zero byte.
  @inline(__always)
  private static func token(_ raw: UnsafeRawPointer) -> WordTable.Key {
    let first = raw.loadUnaligned(as: UInt64.self)
    let zeros = zeroBytes(first)
    if zeros != 0 {
      let length = zeros.trailingZeroBitCount &>> 3
      let prefix = first & (UInt64.max &>> UInt64((8 &- length) &* 8))
      return WordTable.Key(
        prefix: prefix, hash: WordTable.finish(WordTable.start(prefix)), length: length)
    }
    var length = 8
    while true {
      let block = (raw + length).loadUnaligned(as: UInt64.self)
      let ends = zeroBytes(block)
      if ends != 0 {
        length &+= ends.trailingZeroBitCount &>> 3
        break
      }
      length &+= 8
    }
    return WordTable.key(of: raw.assumingMemoryBound(to: UInt8.self), length: length)
  }

  /// The top bit of the lowest zero byte is set; bits above it mean nothing.
  @inline(__always)
  private static func zeroBytes(_ block: UInt64) -> UInt64 {
    (block &- 0x0101_0101_0101_0101) & ~block & 0x8080_8080_8080_8080
  }

  /// True when a token that begins with this byte has only one scalar.
  @inline(__always)
  private static func isOneScalar(_ lead: UInt8, _ length: Int) -> Bool {
    length == (lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4)
  }

  /// Counts a token unless it is a stop word or the end of a contraction.
  @inline(__always)
  private mutating func take(_ key: WordTable.Key, start: Int, stamp: UInt32) {
    let bytes = normalizer.words + start
    var isDropped = false
    var ignoresMark = false
    switch rule {
    case .sklearn:
      break
    case .words:
      if key.length == 2 && isContractionEnd(start) { return }
    case .deletePunctuation:
      if !isWholeChunk(start, key.length) {
        ignoresMark = true
        isDropped = isChunkStopWord(around: start)
      }
    }
    if isDropped { return }
    var found = surfaces.lookUp(key, bytes)
    if found == 0 { found = addSurface(key, bytes) }
    if found & WordTable.mark != 0 && !ignoresMark { return }
    let surface = Int(found & ~WordTable.mark) &- 1
    if isPlain {
      count(term: surface, stamp: stamp)
      return
    }
    let unit = unitOfSurface[surface]
    if stemmer != nil { surfaceOccurrences[surface] &+= 1 }
    if joinsWords {
      rowUnits.append(unit)
    } else {
      count(term: Int(unit), stamp: stamp)
    }
  }

  /// Counts one occurrence of a term.
  @inline(__always)
  private mutating func count(term: Int, stamp: UInt32) {
    let total = totals.base + term
    total.pointee.occurrences &+= 1
    if total.pointee.lastRow == stamp {
      entries.base[Int(total.pointee.position)].count &+= 1
      return
    }
    total.pointee.lastRow = stamp
    total.pointee.position = UInt32(truncatingIfNeeded: entries.count)
    total.pointee.documentFrequency &+= 1
    entries.append(TermCount(term: UInt32(truncatingIfNeeded: term), count: 1))
  }

  @inline(never)
  private mutating func addSurface(
    _ key: WordTable.Key, _ bytes: UnsafePointer<UInt8>
  ) -> UInt32 {
    let isStopWord = stopWords.lookUp(key, bytes) != 0
    let surface = surfaces.add(key, bytes, isMarked: isStopWord)
    var unit = surface
    if let stemmer {
      surfaceOccurrences.append(0)
      stemmer.withStem(of: bytes, length: key.length) { stem, length in
        unit = numberOfStem(stem, length: length)
      }
    }
    unitOfSurface.append(UInt32(unit))
    if !joinsWords { describeTerms(upTo: units.count) }
    return UInt32(surface + 1) | (isStopWord ? WordTable.mark : 0)
  }

  private mutating func numberOfStem(_ stem: UnsafePointer<UInt8>, length: Int) -> Int {
    joined.setCount(0)
    joined.reserve(length + 8)
    memcpy(joined.base, stem, length)
    return stems.number(of: joined.base, length: length)
  }

  private mutating func describeTerms(upTo count: Int) {
    while totals.count < count {
      totals.append(TermTotals(lastRow: 0, position: 0, documentFrequency: 0, occurrences: 0))
    }
  }

  /// Counts the sequences of the row's units that the options ask for.
  private mutating func joinUnits(stamp: UInt32) {
    let units = self.units
    for length in options.shortestNGram...options.longestNGram {
      guard length <= rowUnits.count else { break }
      for first in 0...(rowUnits.count - length) {
        joined.setCount(0)
        for position in first..<first + length {
          let unit = Int(rowUnits[position])
          let size = units.length(of: unit)
          joined.reserve(size + 1 + 8)
          memcpy(joined.base + joined.count, units.bytes(of: unit), size)
          joined.base[joined.count + size] = 0x20
          joined.setCount(joined.count + size + 1)
        }
        let term = sequences.number(of: joined.base, length: joined.count - 1)
        describeTerms(upTo: sequences.count)
        count(term: term, stamp: stamp)
      }
    }
  }

  /// True for the two-letter tails of `we're`, `we've` and `we'll`; one letter is no token anyway.
  @inline(__always)
  private func isContractionEnd(_ start: Int) -> Bool {
    guard start >= 2, normalizer.text[start - 1] == 0x27, normalizer.words[start - 2] != 0 else {
      return false
    }
    switch (normalizer.words[start], normalizer.words[start + 1]) {
    case (0x72, 0x65), (0x76, 0x65), (0x6C, 0x6C): return true
    default: return false
    }
  }

  /// True when white space or the row's ends stand on both sides of a token.
  @inline(__always)
  private func isWholeChunk(_ start: Int, _ length: Int) -> Bool {
    (start == 0 || Self.isSpace(normalizer.text[start - 1]))
      && (start + length == normalizer.count || Self.isSpace(normalizer.text[start + length]))
  }

  /// Looks up everything between the white space around a position.
  private mutating func isChunkStopWord(around position: Int) -> Bool {
    let text = normalizer.text
    var start = position
    var end = position
    while start > 0 && !Self.isSpace(text[start - 1]) { start -= 1 }
    while end < normalizer.count && !Self.isSpace(text[end]) { end += 1 }
    for index in start..<end where text[index] == 0 { return false }
    joined.setCount(0)
    joined.reserve(end - start + 8)
    memcpy(joined.base, text + start, end - start)
    let key = WordTable.key(of: joined.base, length: end - start)
    return stopWords.lookUp(key, joined.base) != 0
  }

  /// ASCII white space as Python splits at it; the normalizer rewrites all other white space to it.
  @inline(__always)
  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte &- 0x09 < 5 || byte &- 0x1C < 4
  }
}

/// Owns the memory of one worker's counter.
final class TermCounterBox: @unchecked Sendable {
  /// The counter; one thread at a time may use it.
  let counter: UnsafeMutablePointer<TermCounter>

  /// The place of the counter among all of the count, in no particular order.
  let number: Int

  init(number: Int, options: TextFeatureOptions, stopWords: [String]) {
    self.number = number
    counter = .allocate(capacity: 1)
    counter.initialize(to: TermCounter(options: options, stopWords: stopWords))
  }

  deinit {
    counter.pointee.deallocate()
    counter.deinitialize(count: 1)
    counter.deallocate()
  }
}
