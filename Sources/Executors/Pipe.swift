import CSpawn
import Glibc

/// A pipe to or from a child: close-on-exec, and our end does not wait.
struct Pipe {
    enum Direction { case output, input }

    let reader: Int32
    let writer: Int32

    init(_ direction: Direction = .output) throws(SpawnError) {
        var ends: (reader: Int32, writer: Int32) = (-1, -1)
        let made =
            direction == .output
            ? cspawn_output_pipe(&ends.reader, &ends.writer) : cspawn_input_pipe(&ends.reader, &ends.writer)
        guard made == 0 else { throw .system("pipe2", errno) }
        reader = ends.reader
        writer = ends.writer
    }

    func closeReader() { close(reader) }
    func closeWriter() { close(writer) }
}
