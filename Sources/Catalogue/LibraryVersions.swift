internal import CZip

/// The versions of the libraries that read compressed input.
public enum LibraryVersions {
  /// Of zlib, such as `1.2.13`.
  public static var zlib: String { String(cString: zlibVersion()) }
}
