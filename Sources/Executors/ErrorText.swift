import Glibc

/// What errno means, in words.
func errorText(_ error: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(error, &buffer, buffer.count) == 0 else { return "error \(error)" }
    return buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress ?? $0.baseAddress.unsafelyUnwrapped) }
}
