internal import CHDF5
internal import Catalogue
internal import Matrices

/// An HDF5 file open for reading, after `HDF5Structure.check` found nothing wrong with it.
struct HDF5Reader: ~Copyable {
  /// The path and what should be there.
  let stored: StoredFile

  private let file: HDF5Handle

  /// Opens a file.
  init(_ stored: StoredFile) throws(StoreError) {
    self.stored = stored
    let failure = StoreError.malformed(
      "damaged", stored, "the file is damaged: a checksum of its structure is wrong")
    let access = try HDF5Handle(H5Pcreate(chdf5_file_access()), orThrow: failure)
    // Nobody writes a model in place, and a lock could fail on a file system that has none.
    guard H5Pset_fapl_sec2(access.id) >= 0, H5Pset_file_locking(access.id, false, true) >= 0 else {
      throw failure
    }
    file = try HDF5Handle(H5Fopen(stored.path, chdf5_read_only(), access.id), orThrow: failure)
  }

  /// True when the root group has an attribute of this name.
  func hasAttribute(_ name: String) -> Bool { H5Aexists(file.id, name) > 0 }

  /// True when there is a group or dataset of this name, each part of its path included.
  func hasObject(_ name: String) -> Bool {
    let parts = name.split(separator: "/")
    return (1...parts.count).allSatisfy {
      H5Lexists(file.id, parts.prefix($0).joined(separator: "/"), chdf5_default()) > 0
    }
  }

  /// The names of all that the root group links to, in no order.
  func rootNames() throws(StoreError) -> [String?] {
    var names: [String?] = []
    let status = withUnsafeMutablePointer(to: &names) {
      chdf5_visit_links(
        file.id,
        { _, name, _, names in
          guard let name, let names else { return -1 }
          names.assumingMemoryBound(to: [String?].self).pointee.append(
            String(validatingCString: name))
          return 0
        }, $0)
    }
    guard status >= 0 else { throw damage("/") }
    return names
  }

  /// An attribute of one number.
  func number<Number: HDF5Number>(_ name: String, _: Number.Type, on object: String = ".")
    throws(StoreError) -> Number
  {
    let values: [Number] = try numbers(name, on: object, count: 1)
    return values[0]
  }

  /// An attribute of several numbers.
  func numbers<Number: HDF5Number>(_ name: String, on object: String, count: Int)
    throws(StoreError) -> [Number]
  {
    let attribute = try openAttribute(name, on: object)
    let elementCount = try elementCount(of: attribute, name)
    let type = try HDF5Handle(H5Aget_type(attribute.id), orThrow: damage(name))
    guard elementCount == count, H5Tequal(type.id, Number.fileType) > 0 else {
      throw .malformed(
        "shape", stored, "attribute '\(name)' is not \(count) \(Number.typeName) number(s)")
    }
    var values = [Number](repeating: .zero, count: count)
    let status = values.withUnsafeMutableBytes {
      H5Aread(attribute.id, Number.memoryType, $0.baseAddress)
    }
    guard status >= 0 else { throw damage(name) }
    return values
  }

  /// An attribute of one fixed-length string; bytes after the first NUL are padding.
  func text(_ name: String, on object: String = ".") throws(StoreError) -> String {
    let attribute = try openAttribute(name, on: object)
    let elementCount = try elementCount(of: attribute, name)
    let type = try HDF5Handle(H5Aget_type(attribute.id), orThrow: damage(name))
    guard elementCount == 1, H5Tget_class(type.id) == H5T_STRING,
      H5Tis_variable_str(type.id) == 0
    else { throw .malformed("shape", stored, "attribute '\(name)' is not a fixed-length text") }
    var bytes = [UInt8](repeating: 0, count: H5Tget_size(type.id))
    let status = bytes.withUnsafeMutableBytes { H5Aread(attribute.id, type.id, $0.baseAddress) }
    guard status >= 0 else { throw damage(name) }
    guard let text = String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self) else {
      throw .malformed("text", stored, "attribute '\(name)' is not valid UTF-8")
    }
    return text
  }

  /// A dataset of numbers with its shape, its checksum verified where it has one.
  func array<Number: HDF5Number>(_ name: String, rank: Int, _: Number.Type) throws(StoreError)
    -> (values: [Number], shape: [Int])
  {
    guard hasObject(name) else { throw .malformed("missing-part", stored, "'\(name)' is missing") }
    let dataset = try HDF5Handle(
      H5Dopen2(file.id, name, chdf5_default()),
      orThrow: .malformed("damaged", stored, "'\(name)' is damaged or not a dataset"))
    let type = try HDF5Handle(H5Dget_type(dataset.id), orThrow: damage(name))
    guard H5Tequal(type.id, Number.fileType) > 0 else {
      throw .malformed("shape", stored, "'\(name)' does not hold \(Number.typeName) numbers")
    }
    let space = try HDF5Handle(H5Dget_space(dataset.id), orThrow: damage(name))
    let (shape, count) = try shape(of: space, name)
    guard shape.count == rank else {
      throw .malformed(
        "shape", stored, "'\(name)' has \(shape.count) dimensions where \(rank) belong")
    }
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Number>.stride)
    guard !overflow, H5Dget_storage_size(dataset.id) == hsize_t(byteCount) else {
      throw .malformed("shape", stored, "'\(name)' holds fewer numbers than its shape says")
    }
    var status: herr_t = 0
    let values = [Number](writing: count) { buffer, filled in
      if count > 0 {
        status = H5Dread(
          dataset.id, Number.memoryType, chdf5_all(), chdf5_all(), chdf5_default(),
          buffer.baseAddress)
      }
      filled = status >= 0 ? count : 0
    }
    guard status >= 0 else { throw damage(name) }
    if H5Aexists(dataset.id, "crc32") > 0 {
      let claimed: [Int] = try numbers("crc32", on: name, count: 1)
      guard claimed[0] == Int(Checksum.crc32(values)) else {
        throw .malformed(
          "damaged", stored, "'\(name)' is damaged: its checksum (attribute crc32) is wrong")
      }
    }
    return (values, shape)
  }

  private func openAttribute(_ name: String, on object: String) throws(StoreError) -> HDF5Handle {
    guard H5Aexists_by_name(file.id, object, name, chdf5_default()) > 0 else {
      let owner = object == "." ? "" : " of '\(object)'"
      throw .malformed("missing-part", stored, "attribute '\(name)'\(owner) is missing")
    }
    return try HDF5Handle(
      H5Aopen_by_name(file.id, object, name, chdf5_default(), chdf5_default()),
      orThrow: damage(name))
  }

  private func elementCount(of attribute: borrowing HDF5Handle, _ name: String) throws(StoreError)
    -> Int
  {
    let space = try HDF5Handle(H5Aget_space(attribute.id), orThrow: damage(name))
    return try shape(of: space, name).count
  }

  private func shape(of space: borrowing HDF5Handle, _ name: String) throws(StoreError)
    -> (shape: [Int], count: Int)
  {
    let rank = Int(H5Sget_simple_extent_ndims(space.id))
    guard rank >= 0 else { throw damage(name) }
    var extents = [hsize_t](repeating: 0, count: rank)
    guard rank == 0 || H5Sget_simple_extent_dims(space.id, &extents, nil) >= 0 else {
      throw damage(name)
    }
    var count = 1
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: Int(clamping: extent))
      guard !overflow else {
        throw .malformed("shape", stored, "'\(name)' claims more than 2⁶³ numbers")
      }
      count = product
    }
    return (extents.map { Int(clamping: $0) }, count)
  }

  private func damage(_ name: String) -> StoreError {
    .malformed("damaged", stored, "'\(name)' cannot be read: the file is damaged")
  }
}
