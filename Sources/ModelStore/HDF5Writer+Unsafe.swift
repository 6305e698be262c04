internal import CHDF5
internal import Catalogue
internal import Glibc

/// An HDF5 file under construction in memory; `save` writes it in one go.
///
/// The bytes depend on nothing but what is written: no times, no chunks, little-endian numbers, and
/// the layout of HDF5 1.8, whose metadata carries checksums. Building in memory keeps a full disk
/// away from libhdf5, which cannot close a file that it failed to write.
struct HDF5Writer: ~Copyable {
  /// Objects with more links or attributes than this would need an index.
  private static let compactLimit: UInt32 = 64

  /// The path and what is written there.
  let stored: StoredFile

  private let access: HDF5Handle
  private let groupCreation: HDF5Handle
  private let datasetCreation: HDF5Handle
  private let file: HDF5Handle

  /// Starts an empty file; memory grows in steps of `expectedByteCount`.
  ///
  /// The root group's header gets room for links to all of `rootNames`, at most 65,535 of at most
  /// 65,535 bytes, so that it stays in one piece.
  init(_ stored: StoredFile, expectedByteCount: Int, rootNames: [String] = []) throws(StoreError) {
    let failure = Self.failure(stored, "starting the file")
    let access = try HDF5Handle(H5Pcreate(chdf5_file_access()), orThrow: failure)
    let groupCreation = try HDF5Handle(H5Pcreate(chdf5_group_creation()), orThrow: failure)
    let datasetCreation = try HDF5Handle(H5Pcreate(chdf5_dataset_creation()), orThrow: failure)
    let fileCreation = try HDF5Handle(H5Pcreate(chdf5_file_creation()), orThrow: failure)
    guard H5Pset_fapl_core(access.id, max(65_536, expectedByteCount), false) >= 0,
      H5Pset_libver_bounds(access.id, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0,
      H5Pset_layout(datasetCreation.id, H5D_CONTIGUOUS) >= 0,
      H5Pset_fill_time(datasetCreation.id, H5D_FILL_TIME_NEVER) >= 0,
      H5Pset_obj_track_times(datasetCreation.id, false) >= 0
    else { throw failure }
    for list in [groupCreation.id, fileCreation.id] {
      guard H5Pset_obj_track_times(list, false) >= 0,
        H5Pset_link_phase_change(list, Self.compactLimit, 0) >= 0,
        H5Pset_attr_phase_change(list, Self.compactLimit, 0) >= 0
      else { throw failure }
    }
    if !rootNames.isEmpty {
      let linkCount = UInt32(rootNames.count)
      let nameByteCount = UInt32(rootNames.map(\.utf8.count).max() ?? 0)
      guard H5Pset_est_link_info(fileCreation.id, linkCount, nameByteCount) >= 0,
        H5Pset_link_phase_change(fileCreation.id, max(Self.compactLimit, linkCount), 0) >= 0
      else { throw failure }
    }
    // The name is only a label: the memory driver touches no file.
    file = try HDF5Handle(
      H5Fcreate(stored.path, chdf5_truncate(), fileCreation.id, access.id), orThrow: failure)
    self.stored = stored
    self.access = access
    self.groupCreation = groupCreation
    self.datasetCreation = datasetCreation
  }

  /// Adds a group.
  func addGroup(_ name: String) throws(StoreError) {
    _ = try HDF5Handle(
      H5Gcreate2(file.id, name, chdf5_default(), groupCreation.id, chdf5_default()),
      orThrow: Self.failure(stored, "adding the group '\(name)'"))
  }

  /// Adds a dataset of numbers in row-major order, with their CRC-32 as its attribute `crc32`.
  func add<Number: HDF5Number>(_ values: [Number], _ name: String, shape: [Int])
    throws(StoreError)
  {
    precondition(shape.reduce(1, *) == values.count, "a dataset's shape must hold its values")
    let failure = Self.failure(stored, "adding '\(name)'")
    let space = try HDF5Handle(
      H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil), orThrow: failure)
    let dataset = try HDF5Handle(
      H5Dcreate2(
        file.id, name, Number.fileType, space.id, chdf5_default(), datasetCreation.id,
        chdf5_default()), orThrow: failure)
    let status = values.withUnsafeBytes { bytes in
      bytes.isEmpty
        ? 0
        : H5Dwrite(
          dataset.id, Number.memoryType, chdf5_all(), chdf5_all(), chdf5_default(),
          bytes.baseAddress)
    }
    guard status >= 0 else { throw failure }
    try addAttribute([Int(Checksum.crc32(values))], "crc32", on: name, isScalar: true)
  }

  /// Adds an attribute of one number.
  func addAttribute<Number: HDF5Number>(_ value: Number, _ name: String, on object: String = ".")
    throws(StoreError)
  {
    try addAttribute([value], name, on: object, isScalar: true)
  }

  /// Adds an attribute of several numbers to an object.
  func addAttribute<Number: HDF5Number>(
    _ values: [Number], _ name: String, on object: String, isScalar: Bool = false
  ) throws(StoreError) {
    let failure = Self.failure(stored, "adding the attribute '\(name)'")
    let space = try HDF5Handle(
      isScalar ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, [hsize_t(values.count)], nil),
      orThrow: failure)
    try addAttribute(values, name, on: object, type: Number.fileType, space: space, failure)
  }

  /// Adds an attribute of one fixed-length UTF-8 string, padded with NUL only when it is empty.
  func addAttribute(text: String, _ name: String, on object: String = ".") throws(StoreError) {
    let failure = Self.failure(stored, "adding the attribute '\(name)'")
    let bytes = text.isEmpty ? [0] : [UInt8](text.utf8)
    let type = try HDF5Handle(H5Tcopy(chdf5_c_string()), orThrow: failure)
    guard H5Tset_size(type.id, bytes.count) >= 0, H5Tset_cset(type.id, H5T_CSET_UTF8) >= 0,
      H5Tset_strpad(type.id, H5T_STR_NULLPAD) >= 0
    else { throw failure }
    let space = try HDF5Handle(H5Screate(H5S_SCALAR), orThrow: failure)
    try addAttribute(bytes, name, on: object, type: type.id, space: space, failure)
  }

  private func addAttribute<Element: HDF5Number>(
    _ elements: [Element], _ name: String, on object: String, type: hid_t,
    space: borrowing HDF5Handle, _ failure: StoreError
  ) throws(StoreError) {
    let attribute = try HDF5Handle(
      H5Acreate_by_name(
        file.id, object, name, type, space.id, chdf5_default(), chdf5_default(), chdf5_default()),
      orThrow: failure)
    // A string's type in memory is its type in the file.
    let memoryType = type == Element.fileType ? Element.memoryType : type
    let status = elements.withUnsafeBytes { H5Awrite(attribute.id, memoryType, $0.baseAddress) }
    guard status >= 0 else { throw failure }
  }

  /// Writes the file to its path and flushes it to the disk; removes it again on failure.
  func save() throws(StoreError) {
    let failure = Self.failure(stored, "finishing the file")
    guard H5Fflush(file.id, H5F_SCOPE_GLOBAL) >= 0 else { throw failure }
    let byteCount = H5Fget_file_image(file.id, nil, 0)
    var handle: UnsafeMutableRawPointer?
    guard byteCount > 0, H5Fget_vfd_handle(file.id, access.id, &handle) >= 0,
      let image = handle?.load(as: UnsafeRawPointer?.self)
    else { throw failure }
    try OutputFile.write(UnsafeRawBufferPointer(start: image, count: byteCount), to: stored)
  }

  private static func failure(_ file: StoredFile, _ action: String) -> StoreError {
    StoreError(
      .writeFailed, "write", file, "\(action) failed inside the HDF5 library",
      hint: "this happens when memory runs out; free some and run again")
  }
}
