import CSpawn
import Glibc

/// A pipe for a child's output: close-on-exec, and reading it does not wait.
struct Pipe {
    let reader: Int32
    let writer: Int32

    init() throws(SpawnError) {
        var ends: (reader: Int32, writer: Int32) = (-1, -1)
        guard cspawn_output_pipe(&ends.reader, &ends.writer) == 0 else { throw .system("pipe2", errno) }
        reader = ends.reader
        writer = ends.writer
    }

    func closeReader() { close(reader) }
    func closeWriter() { close(writer) }
}
