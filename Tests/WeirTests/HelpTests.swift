import TestSupport
import Testing

@Suite struct `The help` {
    @Test func `of every command shows examples that fit into a terminal of 80 columns`() throws {
        try withWeir { weir in
            var pending: [[String]] = [[]]
            var seen = 0
            while let command = pending.popLast() {
                let wide = try help(of: command, columns: 400, weir)
                let narrow = Set(try help(of: command, columns: 80, weir))
                for line in examples(in: wide) {
                    #expect(narrow.contains(line), "weir \(command.joined(separator: " ")) --help breaks:\(line)")
                }
                seen += 1
                pending += subcommands(in: wide).map { command + [$0] }
            }
            #expect(seen > 40)
        }
    }

    private func help(of command: [String], columns: Int, _ weir: WeirCommandLine) throws -> [String] {
        var weir = weir
        weir.environment["COLUMNS"] = String(columns)
        let finished = try weir.run(command + ["--help"])
        #expect(finished.code == 0)
        return finished.lines
    }

    /// What is indented before the usage.
    private func examples(in help: [String]) -> [String] {
        help.prefix { !$0.hasPrefix("USAGE:") }.filter { $0.hasPrefix("  ") }
    }

    /// What is listed; the list ends with "See 'weir help …'".
    private func subcommands(in help: [String]) -> [String] {
        guard let heading = help.firstIndex(where: { $0.hasSuffix("SUBCOMMANDS:") }) else { return [] }
        return help[(heading + 1)...].prefix { $0.hasPrefix("  ") }.compactMap { line in
            let name = line.dropFirst(2).prefix { $0 != " " && $0 != "," }
            return name.isEmpty || name == "See" || name == "help" ? nil : String(name)
        }
    }
}
