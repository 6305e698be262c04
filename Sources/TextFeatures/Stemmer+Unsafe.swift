internal import CStemmer
internal import Glibc

/// A Snowball stemmer; one thread at a time may use it.
struct Stemmer {
  private let handle: OpaquePointer

  /// Makes the stemmer of a language, or nil when there is none of that name.
  init?(language: String) {
    guard let made = sb_stemmer_new(language, nil) else { return nil }
    handle = made
  }

  func deallocate() { sb_stemmer_delete(handle) }

  /// Calls `body` with the stem of a lower-case word of valid UTF-8, unpadded.
  func withStem(
    of word: UnsafePointer<UInt8>, length: Int,
    _ body: (_ stem: UnsafePointer<UInt8>, _ length: Int) -> Void
  ) {
    guard let stem = sb_stemmer_stem(handle, word, Int32(length)) else {
      preconditionFailure("out of memory while stemming")
    }
    body(stem, Int(sb_stemmer_length(handle)))
  }

  /// The languages that there are stemmers for.
  static var languages: [String] {
    var names: [String] = []
    guard var next = sb_stemmer_list() else { return names }
    while let name = next.pointee {
      names.append(String(cString: name))
      next += 1
    }
    return names.sorted()
  }
}
