internal import Glibc

/// What libFuzzer calls first: takes the name of the target off the command line, or does what is no fuzzing.
///
///     Fuzz list
///     Fuzz seeds FOLDER
///     Fuzz TARGET [libFuzzer's options] [folders or files]
@_cdecl("LLVMFuzzerInitialize")
public func chooseTarget(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> Int32 {
  let words = (0..<Int(count.pointee)).map { place in
    arguments.pointee[place].map { String(cString: $0) } ?? ""
  }
  // libFuzzer starts itself again for some of its modes, without the name of the target.
  let name = words.count > 1 ? words[1] : ""
  let inherited = getenv("KINDRED_FUZZ_TARGET").map { String(cString: $0) }
  if let target = FuzzTarget.all.first(where: { $0.name == name }) {
    setenv("KINDRED_FUZZ_TARGET", name, 1)
    Running.target = target
    arguments.pointee[1] = arguments.pointee[0]
    arguments.pointee += 1
    count.pointee -= 1
    return 0
  }
  if let target = FuzzTarget.all.first(where: { $0.name == inherited }) {
    Running.target = target
    return 0
  }
  exit(withoutFuzzing(words))
}

/// Lists targets or writes seeds, and returns the exit code.
private func withoutFuzzing(_ words: [String]) -> Int32 {
  switch words.dropFirst().first {
  case "list":
    for target in FuzzTarget.all { print(target.name, target.byteLimit) }
    return 0
  case "seeds" where words.count == 3:
    do {
      try Seeds.write(into: words[2])
      return 0
    } catch {
      print("fuzz: cannot write seeds: \(error)")
      return 74
    }
  default:
    print("fuzz: name a target; Fuzz list names all")
    return 64
  }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// The entry that the package manager gives an executable of this name: all is libFuzzer's from here.
@_cdecl("Fuzz_main")
public func start(
  _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
  var count = count
  var arguments = arguments
  return runDriver(&count, &arguments) { runTarget($0, $1) }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func runTarget(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  Running.target?.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}

/// The target of this process, set once before the first input.
enum Running {
  nonisolated(unsafe) static var target: FuzzTarget?
}
