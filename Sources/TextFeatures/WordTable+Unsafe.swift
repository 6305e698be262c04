internal import Glibc

/// Distinct byte strings, numbered 0, 1, 2, … in the order in which they were first added.
///
/// An open-addressing table over one arena of bytes. A slot keeps a word's first eight bytes, which
/// decide alone for words of up to eight bytes; longer ones are compared in the arena. Words must
/// not hold a zero byte. Words given by address must be followed by at least eight readable bytes.
struct WordTable {
  /// The first eight bytes of a word, zero-padded, and the hash of all of it.
  struct Key {
    let prefix: UInt64
    let hash: UInt64
    let length: Int
  }

  private struct Slot {
    var prefix: UInt64
    var tag: UInt32
    /// The word's number plus one, 0 for an empty slot; the top bit is the word's mark.
    var marked: UInt32
  }

  /// The bit of a lookup's answer that tells a marked word.
  static let mark: UInt32 = 0x8000_0000

  /// The bytes after the last word that an eight-byte load may touch.
  private static let padding = 8

  private var slots: UnsafeMutablePointer<Slot>
  private var indexMask: Int
  private var arena: GrowingMemory<UInt8>
  private var starts: GrowingMemory<Int>

  /// The number of words.
  private(set) var count = 0

  init(expectedCount: Int = 1_024) {
    var slotCount = 64
    while slotCount < expectedCount * 2 { slotCount *= 2 }
    indexMask = slotCount - 1
    slots = .allocate(capacity: slotCount)
    slots.initialize(repeating: Slot(prefix: 0, tag: 0, marked: 0), count: slotCount)
    arena = GrowingMemory(capacity: expectedCount * 12)
    arena.reserve(Self.padding)
    starts = GrowingMemory(capacity: expectedCount + 1)
    starts.append(0)
  }

  func deallocate() {
    slots.deallocate()
    arena.deallocate()
    starts.deallocate()
  }

  /// Where a word's bytes begin; a zero byte and more readable bytes follow them.
  @inline(__always)
  func bytes(of word: Int) -> UnsafePointer<UInt8> { UnsafePointer(arena.base + starts[word]) }

  /// The number of bytes of a word.
  @inline(__always)
  func length(of word: Int) -> Int { starts[word + 1] - starts[word] - 1 }

  /// The bytes of a word, for callers that are not in a hurry.
  func buffer(of word: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: bytes(of: word), count: length(of: word))
  }

  /// The key of the `length` bytes at an address; at least one.
  @inline(__always)
  static func key(of bytes: UnsafePointer<UInt8>, length: Int) -> Key {
    let raw = UnsafeRawPointer(bytes)
    let first = raw.loadUnaligned(as: UInt64.self)
    if length <= 8 {
      let prefix = first & (UInt64.max &>> UInt64((8 &- length) &* 8))
      return Key(prefix: prefix, hash: finish(start(prefix)), length: length)
    }
    var hash = start(first)
    var position = 8
    while position < length {
      var block = (raw + position).loadUnaligned(as: UInt64.self)
      let left = length &- position
      if left < 8 { block &= UInt64.max &>> UInt64((8 &- left) &* 8) }
      hash = step(hash, block)
      position &+= 8
    }
    return Key(prefix: first, hash: finish(hash), length: length)
  }

  @inline(__always)
  static func start(_ prefix: UInt64) -> UInt64 { prefix &* 0x9E37_79B9_7F4A_7C15 }

  @inline(__always)
  static func step(_ hash: UInt64, _ block: UInt64) -> UInt64 {
    ((hash ^ (hash &>> 29)) &+ block) &* 0xBF58_476D_1CE4_E5B9
  }

  @inline(__always)
  static func finish(_ hash: UInt64) -> UInt64 { hash ^ (hash &>> 32) }

  /// The number of a word plus one, with its mark, or 0 when the table does not hold it.
  @inline(__always)
  func lookUp(_ key: Key, _ bytes: UnsafePointer<UInt8>) -> UInt32 {
    let tag = Self.tag(key)
    var index = Int(truncatingIfNeeded: key.hash) & indexMask
    while true {
      let slot = slots[index]
      if slot.marked == 0 { return 0 }
      if slot.prefix == key.prefix && slot.tag == tag
        && (key.length <= 8 || hasSameTail(slot.marked, key, bytes))
      {
        return slot.marked
      }
      index = (index &+ 1) & indexMask
    }
  }

  /// Adds a word that the table does not hold and returns its number.
  @inline(never)
  mutating func add(_ key: Key, _ bytes: UnsafePointer<UInt8>, isMarked: Bool = false) -> Int {
    precondition(count < Int(Int32.max) - 1, "a vocabulary has at most 2³¹−2 words")
    if (count + 1) * 2 > indexMask + 1 { growSlots() }
    let word = count
    arena.reserve(key.length + 1 + Self.padding)
    memcpy(arena.base + arena.count, bytes, key.length)
    arena.base[arena.count + key.length] = 0
    arena.setCount(arena.count + key.length + 1)
    starts.append(arena.count)
    count += 1
    place(
      Slot(
        prefix: key.prefix, tag: Self.tag(key),
        marked: UInt32(word + 1) | (isMarked ? Self.mark : 0)),
      hash: key.hash)
    return word
  }

  /// The number of a word, which is added when it is new.
  mutating func number(of bytes: UnsafePointer<UInt8>, length: Int) -> Int {
    let key = Self.key(of: bytes, length: length)
    let found = lookUp(key, bytes)
    return found == 0 ? add(key, bytes) : Int(found & ~Self.mark) - 1
  }

  /// Adds a word unless the table holds it; an empty word is left out.
  mutating func insert(_ word: String) {
    withPaddedBytes(of: word) { bytes, length in
      if length > 0 { _ = number(of: bytes, length: length) }
    }
  }

  @inline(__always)
  private static func tag(_ key: Key) -> UInt32 {
    UInt32(truncatingIfNeeded: key.hash &>> 31) & ~1 | (key.length > 8 ? 1 : 0)
  }

  @inline(__always)
  private func hasSameTail(_ marked: UInt32, _ key: Key, _ other: UnsafePointer<UInt8>) -> Bool {
    let word = Int(marked & ~Self.mark) - 1
    return length(of: word) == key.length
      && memcmp(bytes(of: word) + 8, other + 8, key.length - 8) == 0
  }

  private func place(_ slot: Slot, hash: UInt64) {
    var index = Int(truncatingIfNeeded: hash) & indexMask
    while slots[index].marked != 0 { index = (index &+ 1) & indexMask }
    slots[index] = slot
  }

  private mutating func growSlots() {
    let old = slots
    let oldCount = indexMask + 1
    indexMask = oldCount * 2 - 1
    slots = .allocate(capacity: oldCount * 2)
    slots.initialize(repeating: Slot(prefix: 0, tag: 0, marked: 0), count: oldCount * 2)
    for index in 0..<oldCount where old[index].marked != 0 {
      let word = Int(old[index].marked & ~Self.mark) - 1
      place(old[index], hash: Self.key(of: bytes(of: word), length: length(of: word)).hash)
    }
    old.deallocate()
  }
}

/// Calls `body` with a string's bytes, which at least eight readable bytes follow.
func withPaddedBytes<Result>(
  of string: String, _ body: (_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Result
) -> Result {
  var bytes = Array(string.utf8)
  let length = bytes.count
  bytes.append(contentsOf: repeatElement(0, count: 8))
  return bytes.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("a padded word has bytes") }
    return body(base, length)
  }
}
