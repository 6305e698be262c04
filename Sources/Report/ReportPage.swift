internal import Catalogue

/// The static page with a block of data.
///
/// Its policy lets the style sheet and the script run that it was made with, and nothing else.
package struct ReportPage {
  /// The whole page.
  package let bytes: [UInt8]

  private static let script = [
    PackageResources.data_js, PackageResources.elements_js, PackageResources.charts_js,
    PackageResources.choice_js, PackageResources.clusters_js, PackageResources.map_js,
    PackageResources.search_js, PackageResources.explorer_js, PackageResources.relations_js,
    PackageResources.tree_js, PackageResources.evidence_js, PackageResources.start_js,
  ].reduce([], +)
  private static let style =
    Array(Palette.variables.utf8) + PackageResources.page_css

  /// Puts data into the page: JSON, a part after the other.
  package init(_ data: [[UInt8]]) {
    let parts: [String: [UInt8]] = [
      "STYLE-HASH": Self.hash(Self.style), "SCRIPT-HASH": Self.hash(Self.script),
      "STYLE": Self.style, "SCRIPT": Self.script,
    ]
    var bytes: [UInt8] = []
    bytes.reserveCapacity(data.reduce(1 << 17) { $0 + $1.count + $1.count / 16 })
    // What is put in is not looked through again: data may hold anything.
    for (index, piece) in PackageResources.page_html.split(
      separator: UInt8(ascii: "%"), omittingEmptySubsequences: false
    ).enumerated() {
      let name = String(decoding: piece, as: UTF8.self)
      if index.isMultiple(of: 2) {
        bytes += piece
      } else if name == "DATA" {
        for part in data { Self.escape(part, to: &bytes) }
      } else {
        guard let part = parts[name] else {
          preconditionFailure("the page asks for '\(name)', which is not there")
        }
        bytes += part
      }
    }
    self.bytes = bytes
  }

  /// JSON in which nothing can end a script element or begin a comment, and which is the same JSON.
  ///
  /// The characters are inside strings only, so that any of them can be written as an escape.
  package static func escaped(_ json: [UInt8]) -> [UInt8] {
    var escaped: [UInt8] = []
    escape(json, to: &escaped)
    return escaped
  }

  private static func escape(_ json: [UInt8], to escaped: inout [UInt8]) {
    for byte in json {
      // Few bytes are any of these.
      guard
        byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&")
          || byte == 0xA8 || byte == 0xA9
      else {
        escaped.append(byte)
        continue
      }
      switch byte {
      case UInt8(ascii: "<"): escaped += "\\u003c".utf8
      case UInt8(ascii: ">"): escaped += "\\u003e".utf8
      case UInt8(ascii: "&"): escaped += "\\u0026".utf8
      default:
        // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
        if escaped.suffix(2).elementsEqual([0xE2, 0x80]) {
          escaped.removeLast(2)
          escaped += (byte == 0xA8 ? "\\u2028" : "\\u2029").utf8
        } else {
          escaped.append(byte)
        }
      }
    }
  }

  /// `sha256-` and the checksum in base 64, as a policy names what may run.
  private static func hash(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array(SHA256.hex(of: bytes).utf8)
    let digest = stride(from: 0, to: digits.count, by: 2).map { place in
      UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16) ?? 0
    }
    return Array("sha256-".utf8) + base64(digest)
  }

  private static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0...3 {
        text.append(
          place <= group.count ? alphabet[bits >> (6 * (3 - place)) & 63] : UInt8(ascii: "="))
      }
    }
    return text
  }
}
