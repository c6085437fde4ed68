import CLinux
import Glibc

/// One lock of the gate file: a byte that is locked, and a record that says who locked it.
///
/// The record is cleared before the lock is released, so that it never names one who has left: a waiter may kill the
/// process that it names.
struct GateLock {
    let file: Int32
    let byte: Int64
    let recordOffset: off_t

    /// Whether the lock was free and is now held.
    func tryLock() -> Bool { clinux_lock_byte(file, byte) == 0 }

    /// Waits for at most `time`.
    func lock(waiting time: Duration) -> Bool {
        clinux_lock_byte_wait(file, byte, max(1, time.milliseconds)) == 0
    }

    func unlock() { _ = clinux_unlock_byte(file, byte) }

    /// `record` has `GateRecord.size` bytes. A record that cannot be written costs only the help of those who wait.
    func name(holder record: UnsafeRawBufferPointer) {
        _ = pwrite(file, record.baseAddress, record.count, recordOffset)
    }

    func clearName() {
        var free: UInt64 = 0
        _ = pwrite(file, &free, MemoryLayout.size(ofValue: free), recordOffset)
    }

    /// Who holds the lock, `nil` when that is not known.
    func holder() -> GateRecord? {
        withUnsafeTemporaryAllocation(byteCount: GateRecord.size, alignment: 8) { bytes in
            let count = pread(file, bytes.baseAddress, bytes.count, recordOffset)
            return count == GateRecord.size ? GateRecord(UnsafeRawBufferPointer(bytes)) : nil
        }
    }
}
