internal import CHDF5
internal import Synchronization

/// The one door to libhdf5, which is not assumed to be safe for several threads.
enum HDF5Library {
  private static let isStarted = Mutex(false)

  /// Runs work that calls libhdf5, on the calling thread, while no other such work runs.
  ///
  /// The library's error stack stays silent and its plugins stay off: a file must not be able to
  /// make it print or load code. Both are settings of the whole process.
  static func withLock<Result: Sendable>(
    file: StoredFile, _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try isStarted.withLock { (isStarted) throws(StoreError) -> Result in
      if !isStarted {
        H5dont_atexit()
        guard H5open() >= 0, H5PLset_loading_state(0) >= 0 else {
          throw StoreError(
            .readFailed, "library", file, "the HDF5 library does not start",
            hint: "install libhdf5 again")
        }
        isStarted = true
      }
      // The stack belongs to the thread where the library was built for threads.
      H5Eset_auto2(0, nil, nil)
      return try body()
    }
  }
}

/// An open object of libhdf5; closes when it goes out of scope.
struct HDF5Handle: ~Copyable {
  /// The library's number for the object.
  let id: hid_t

  /// Takes over an object that the library returned.
  ///
  /// - Throws: `failure` when the number says that the library failed.
  init(_ id: hid_t, orThrow failure: @autoclosure () -> StoreError) throws(StoreError) {
    guard id >= 0 else { throw failure() }
    self.id = id
  }

  deinit { H5Idec_ref(id) }
}

/// A kind of number that a model file holds.
protocol HDF5Number: BitwiseCopyable {
  /// The value of elements that are about to be read.
  static var zero: Self { get }

  /// The type in the file: little-endian, the same on every machine.
  static var fileType: hid_t { get }

  /// The type in memory.
  static var memoryType: hid_t { get }

  /// The name in messages, as NumPy has it.
  static var typeName: String { get }
}

extension UInt8: HDF5Number {
  static var fileType: hid_t { chdf5_u8_file() }
  static var memoryType: hid_t { chdf5_u8_memory() }
  static var typeName: String { "uint8" }
}

extension Int32: HDF5Number {
  static var fileType: hid_t { chdf5_i32_file() }
  static var memoryType: hid_t { chdf5_i32_memory() }
  static var typeName: String { "int32" }
}

extension Int: HDF5Number {
  static var fileType: hid_t { chdf5_i64_file() }
  static var memoryType: hid_t { chdf5_i64_memory() }
  static var typeName: String { "int64" }
}

extension Float: HDF5Number {
  static var fileType: hid_t { chdf5_f32_file() }
  static var memoryType: hid_t { chdf5_f32_memory() }
  static var typeName: String { "float32" }
}

extension Double: HDF5Number {
  static var fileType: hid_t { chdf5_f64_file() }
  static var memoryType: hid_t { chdf5_f64_memory() }
  static var typeName: String { "float64" }
}
