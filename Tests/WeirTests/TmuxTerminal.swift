import Glibc
import TestSupport

/// A terminal of tmux's, in a server of its own, whose screen can be read and whose keys can be pressed.
final class TmuxTerminal {
    private let weir: WeirCommandLine
    private let socket: String
    private(set) var columns: Int
    private(set) var rows: Int

    /// `nil` where there is no tmux: `tools/test` installs it.
    static let isThere = access("/usr/bin/tmux", X_OK) == 0 || access("/usr/local/bin/tmux", X_OK) == 0

    /// Runs a line of bash in which `weir` is the program.
    init(_ line: String, of weir: WeirCommandLine, columns: Int, rows: Int) throws {
        self.weir = weir
        socket = "\(weir.folder)/tmux"
        (self.columns, self.rows) = (columns, rows)
        let script = "\(weir.folder)/terminal.sh"
        let text = "weir() { '\(WeirCommandLine.program)' \"$@\"; }\n\(line)\n"
        try writeFile(script, Array(text.utf8))
        try tmux("new-session -d -x \(columns) -y \(rows) 'bash --norc \(script)'")
    }

    deinit { _ = try? tmux("kill-server") }

    @discardableResult
    private func tmux(_ arguments: String) throws -> String {
        let finished = try weir.shell("TERM=xterm-256color tmux -u -S '\(socket)' -f /dev/null \(arguments)")
        guard finished.code == 0 else { throw TestFailure("tmux \(arguments): \(finished.errors)") }
        return finished.output
    }

    /// The screen, a line each, without blanks at their ends.
    var screen: [String] {
        get throws {
            let text = try tmux("capture-pane -p")
            return text.split(separator: "\n", omittingEmptySubsequences: false).prefix(rows).map(String.init)
        }
    }

    /// The screen as it is, and with lines that wrapped put together: the same when none did. Both of one moment.
    func screens() throws -> (plain: [String], joined: [String]) {
        let text = try tmux("capture-pane -p \\; capture-pane -p -J")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
        return (Array(lines.prefix(rows)), Array(lines.dropFirst(rows)))
    }

    /// Names as of tmux: `j`, `Enter`, `Escape`, `C-z`.
    func press(_ keys: String...) throws { try tmux("send-keys " + keys.map { "'\($0)'" }.joined(separator: " ")) }

    func resize(columns: Int, rows: Int) throws {
        (self.columns, self.rows) = (columns, rows)
        try tmux("resize-window -x \(columns) -y \(rows)")
    }

    /// Appends what the program writes from now on to the file.
    func record(to file: String) throws { try tmux("pipe-pane -o 'cat >> \(file)'") }

    /// Waits until the screen has the text, and returns the screen.
    @discardableResult
    func until(_ text: String) throws -> [String] {
        try until("'\(text)'") { $0.contains { $0.contains(text) } }
    }

    @discardableResult
    func until(_ what: String, _ condition: ([String]) -> Bool) throws -> [String] {
        var last: [String] = []
        try poll("\(what) on\n\(last.joined(separator: "\n"))") {
            last = try screen
            return condition(last)
        }
        return last
    }
}
