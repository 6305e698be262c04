import Foundation

/// The finished fits that an interrupted run left in its folder, read from the files' headers.
struct KeptUnits {
  /// The bytes and the time of change of each file by name.
  let files: [String: (bytes: Data, changed: Date?)]

  init(of folder: URL) throws {
    let units = folder.appending(path: "units")
    var files: [String: (Data, Date?)] = [:]
    let names = (try? FileManager.default.contentsOfDirectory(atPath: units.path)) ?? []
    for name in names where name.hasSuffix(".res") {
      let file = units.appending(path: name)
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      files[name] = (try Data(contentsOf: file), attributes[.modificationDate] as? Date)
    }
    self.files = files
  }

  /// The number of units in all files: after magic, version, key and shape.
  var count: Int {
    files.values.reduce(0) { sum, file in
      let offset = 8 + 4 + 1 + 64 + 8 + 8
      return sum
        + (0..<8).reduce(0) {
          $0 | Int(file.bytes[file.bytes.startIndex + offset + $1]) << (8 * $1)
        }
    }
  }

  /// Whether all files of `other` are here, never written again.
  func holds(_ other: KeptUnits) -> Bool {
    other.files.allSatisfy { name, file in
      files[name].map { $0.bytes == file.bytes && $0.changed == file.changed } ?? false
    }
  }
}
