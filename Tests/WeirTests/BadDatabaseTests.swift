import Glibc
import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `A database that cannot be used` {
    /// Changes the file as another program would.
    private func change(_ path: String, _ sql: String) throws {
        let connection = try Connection(path: path, kind: .writer)
        defer { connection.close() }
        try connection.script(sql)
    }

    @Test func `of another program is left as it is`() throws {
        try withWeir { weir in
            let path = weir.folder + "/other.db"
            try writeFile(path, [])
            try change(path, "CREATE TABLE customers(name TEXT)")
            let before = readFile(path)
            for arguments in [["list"], ["enqueue", "--", "true"], ["doctor"]] {
                let finished = try weir.run(arguments.prefix(1) + ["--db", path] + arguments.dropFirst())
                #expect(finished.code == 65)
                #expect(finished.errors.contains("this is not a Weir database but another program's"))
            }
            #expect(readFile(path) == before)
            #expect(access(path + "-gate", F_OK) != 0)
        }
    }

    @Test func `of a newer version is refused`() throws {
        try withTemporaryFolder { folder in
            let weir = WeirCommandLine(folder: folder)
            try weir("init")
            try change(weir.database, "PRAGMA user_version = 99")
            let finished = try weir("enqueue", "--", "true")
            #expect(finished.code == 69)
            #expect(finished.errors.contains("the database has schema 99, and this program knows only up to"))
        }
    }

    @Test func `cut short is found damaged by every command`() throws {
        try withTemporaryFolder { folder in
            let weir = WeirCommandLine(folder: folder)
            try weir.enqueue("--", "true")
            let bytes = readFile(weir.database)
            try writeFile(weir.database, Array(bytes[..<40_000]))
            let listed = try weir("list")
            #expect(listed.code == 65)
            #expect(listed.errors.contains("the database is damaged"))
            let doctor = try weir("doctor")
            #expect(doctor.code == 1)
            #expect(doctor.output.hasPrefix("broken"))
        }
    }

    @Test func `with a broken rule is told by doctor`() throws {
        try withTemporaryFolder { folder in
            let weir = WeirCommandLine(folder: folder)
            try weir("pool", "set", "gpu", "2")
            try weir.enqueue("--pool", "gpu", "--", "true")
            #expect(try weir("doctor").code == 0)
            try change(weir.database, "UPDATE limits SET used = 1")
            let doctor = try weir("doctor")
            #expect(doctor.code == 1)
            #expect(doctor.output.contains("broken  usage"))
            #expect(doctor.output.contains("pool gpu: used 1"))
            let json = try weir("doctor", "--format", "json")
            #expect(json.code == 1)
            #expect(json.output.contains(#"{"check": "usage", "verdict": "broken", "#))
        }
    }

    @Test func `on a full disk refuses whole, and goes on when there is room`() throws {
        try withWeir { weir in
            mkdir(weir.folder + "/full", 0o700)
            let finished = try weir.shell(
                """
                unshare -m -- bash -e -c '
                    weir() { \(WeirCommandLine.program) "$@"; }
                    mount -t tmpfs -o size=3m none full
                    export WEIR_DB=full/weir.db
                    weir init > /dev/null
                    weir enqueue -- true
                    head -c 4000000 /dev/zero > full/rest 2> /dev/null || true
                    weir enqueue --from many || echo "code $?"
                    rm full/rest
                    weir doctor > /dev/null
                    weir enqueue -- true
                ' || echo "outside $?"
                """.replacing("many", with: "\(weir.folder)/many")
                    .replacing("unshare", with: "seq 5000 | sed 's/.*/{\"command\":\"true\"}/' > many; unshare"))
            #expect(finished.output == "1\ncode 74\n2\n")
            #expect(finished.errors.contains("the disk is full"), "\(finished.errors)")
            #expect(finished.errors.split(separator: "\n").count == 1)
        }
    }

    @Test func `in a place that may only be read is not written`() throws {
        try withWeir { weir in
            mkdir(weir.folder + "/there", 0o700)
            let finished = try weir.shell(
                """
                unshare -m -- bash -c '
                    weir() { \(WeirCommandLine.program) "$@"; }
                    export WEIR_DB=there/weir.db
                    weir enqueue -- true
                    mount --bind there there && mount -o remount,ro,bind there
                    weir enqueue -- true; echo "code $?"
                    weir sql "SELECT 1"; echo "code $?"
                '
                """)
            #expect(finished.output == "1\ncode 77\ncode 77\n")
            #expect(finished.errors.contains("this user may not write the database"))
            #expect(finished.errors.split(separator: "\n").count == 2)
        }
    }

    @Test func `in a folder that others may write is refused`() throws {
        try withWeir { weir in
            let folder = weir.folder + "/open"
            mkdir(folder, 0o700)
            chmod(folder, 0o777)
            let finished = try weir("init", "--db", folder + "/weir.db")
            #expect(finished.code == 77)
            #expect(finished.errors.contains("others may write in this folder"))
        }
    }
}
