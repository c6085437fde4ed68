import Testing

@testable import Workflows

@Suite struct `A leading tab` {
    @Test func `counts as two columns, and as one character in messages`() {
        let text = "steps:\n\t- id: a\n\t\tconfig:\n\t\t\tcomand: x\n"
        #expect(
            faults(text) == """
                flow.yaml:2:1: warning: indented with tabs, which YAML does not allow; each is read as two spaces
                flow.yaml:4:4: error: unknown key 'comand' in 'config' of step 'a'; did you mean 'command'?
                flow.yaml:4:4: error: 'config' of step 'a' has no 'command' and no 'shell'
                """)
    }

    @Test func `within the text of a block scalar stays a tab`() throws {
        let flow = try workflow(
            """
            steps:
            \t- id: make
            \t\tconfig:
            \t\t\tcommand: make
            \t\t\targs: ["-f", "-"]
            \t\t\tstdin: |-  # a makefile

            \t\t\t\tall:
            \t\t\t\t\tcc -o a a.c
            \t\t\t\t\t\techo deeper
            \t\tname: Make
            """)
        #expect(flow.plan().steps[0].stdin == "\nall:\n\tcc -o a a.c\n\t\techo deeper")
        #expect(flow.steps[0].name == "Make")
    }

    @Test func `of a text that is indented with spaces is left alone`() throws {
        let flow = try workflow("steps:\n  - id: a\n    config:\n      shell: |\n        if x\n        \ty\n")
        #expect(flow.plan().steps[0].command == "if x\n\ty\n")
    }

    @Test(arguments: [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 4), (9, 7)])
    func `leads back to the column of the original`(column: Int, original: Int) {
        let source = SourceText("\t\tkey: value\r\n")
        #expect(source.text == "    key: value\r\n")
        #expect(source.original(line: 1, column: column) == Place(line: 1, column: original))
        #expect(source.original(line: 2, column: column) == Place(line: 2, column: column))
    }
}
