import Glibc
import Testing

@testable import Executors

@Suite struct `The arguments of a job` {
    private func error(_ argv: [String], _ environment: [String: String] = [:]) -> ArgumentError? {
        do throws(ArgumentError) {
            try ArgumentLimits.check(argv: argv, environment: environment)
            return nil
        } catch { return error }
    }

    @Test func `may be as long as the kernel takes`() {
        #expect(error(["true", String(repeating: "x", count: 131_071)]) == nil)
        #expect(
            error(["true", String(repeating: "x", count: 131_072)])
                == .tooLong(.argument(1), bytes: 131_072, limit: 131_071))
        #expect(error(["true"], ["A": String(repeating: "x", count: 131_069)]) == nil)
        #expect(
            error(["true"], ["A": String(repeating: "x", count: 131_070)])
                == .tooLong(.variable("A"), bytes: 131_072, limit: 131_071))
    }

    @Test func `may not be too long together`() throws {
        let many = [String](repeating: String(repeating: "x", count: 100_000), count: 80)
        guard case .tooLongTogether(let bytes, let limit) = error(many) else {
            Issue.record("8 MB of arguments were allowed")
            return
        }
        #expect(bytes == 80 * 100_009)
        #expect(limit >= 120_000)
    }

    @Test func `may not hold a NUL byte`() {
        #expect(error(["a\0"]) == .containsNUL(.argument(0)))
        #expect(error(["a", "b\0c"])?.description == "argument 1 holds a NUL byte, which no process can be given")
        #expect(error(["a"], ["B": "\0"]) == .containsNUL(.variable("B")))
        #expect(error(["a"], ["B\0": ""]) == .containsNUL(.variable("B\0")))
    }

    @Test func `need a command and good names`() {
        #expect(error([]) == .empty)
        #expect(error([""]) == .empty)
        #expect(error(["a"], ["": "x"]) == .invalidName(""))
        #expect(error(["a"], ["A=B": "x"]) == .invalidName("A=B"))
    }
}

@Suite struct `The environment of a job` {
    @Test func `has nothing of the runner's that is not on the list`() {
        let environment = JobEnvironment.make(
            inherited: [
                "PATH": "/bin", "HOME": "/root", "LC_ALL": "C", "API_TOKEN": "secret", "AWS_SECRET_ACCESS_KEY": "x",
                "WEIR_LEASE": "old", "LD_PRELOAD": "x.so",
            ], declared: [:], weir: [:])
        #expect(environment == ["PATH": "/bin", "HOME": "/root", "LC_ALL": "C"])
    }

    @Test func `has what the job declares, and Weir's variables over it`() {
        let environment = JobEnvironment.make(
            inherited: ["PATH": "/bin", "API_TOKEN": "secret"],
            declared: ["PATH": "/opt/bin", "API_TOKEN": "given", "WEIR_JOB": "forged"], weir: ["WEIR_JOB": "7"])
        #expect(environment == ["PATH": "/opt/bin", "API_TOKEN": "given", "WEIR_JOB": "7"])
    }
}
