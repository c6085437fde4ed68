import ArgumentParser
import Engine
import Executors
import Glibc
import Jobs
import SQLite
import Schedules
import Server

/// Something that the user must mend: what, where, how; and the exit code (sysexits.h).
struct Failure: Error {
    static let usage: Int32 = 64
    static let data: Int32 = 65
    static let noInput: Int32 = 66
    static let unavailable: Int32 = 69
    static let software: Int32 = 70
    static let cannotCreate: Int32 = 73
    static let inputOutput: Int32 = 74
    static let temporary: Int32 = 75
    /// Somebody else was faster: compare-and-set changed nothing.
    static let conflict: Int32 = 76
    static let noPermission: Int32 = 77
    /// As of timeout(1).
    static let timeout: Int32 = 124

    let message: String
    let code: Int32

    init(_ message: String, code: Int32 = Failure.data) {
        self.message = message
        self.code = code
    }

    /// For any error that reaches a command.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as DatabaseOpenError: self.init("\(error)", code: Self.code(of: error))
        case let error as MigrationError: self.init("\(error)", code: Self.code(of: error))
        case let error as SQLiteError: self.init(error)
        case ConsoleError.failed(let error): self.init(error)
        case let error as ConsoleError: self.init("\(error)", code: Self.data)
        case let error as JobStoreError: self.init(Self.message(of: error), code: Self.code(of: error))
        case let error as SettingsError: self.init("\(error)", code: Self.data)
        case let error as ServeError: self.init("\(error)", code: Self.unavailable)
        case let error as CronError: self.init("\(error)", code: Self.data)
        case let error as ZoneError:
            self.init("\(error)", code: { if case .noData = error { Self.unavailable } else { Self.data } }())
        case let error as ArgumentError: self.init("\(error)", code: Self.data)
        default: self.init("\(error)", code: Self.software)
        }
    }

    private init(_ error: SQLiteError) {
        let path = error.path
        guard !error.isMoved else {
            self.init("\(path): \(error.message); start this again", code: Self.inputOutput)
            return
        }
        let known: DatabaseOpenError? =
            if error.isNotADatabase { .notADatabase(path: path) } else if error.isCorrupt {
                .corrupt(error)
            } else if error.isFull { .diskFull(path: path) } else if error.isReadOnly {
                .readOnly(path: path)
            } else if error.isCannotOpen {
                // A database that is there is read only where its -shm can be made.
                access(path, F_OK) == 0 ? .readOnly(path: path) : .missing(path: path)
            } else { nil }
        if let known {
            self.init("\(known)", code: Self.code(of: known))
        } else {
            self.init("\(error)".replacing("\n", with: " "), code: Self.code(of: error))
        }
    }

    private static func code(of error: SQLiteError) -> Int32 {
        if error.isBusy { return temporary }
        if error.isReadOnly { return noPermission }
        if error.isFull { return inputOutput }
        if error.isConstraint { return software }
        return error.isCorrupt || error.isNotADatabase ? data : inputOutput
    }

    private static func code(of error: DatabaseOpenError) -> Int32 {
        switch error {
        case .missing: noInput
        case .unreadable, .readOnly, .insecureFolder: noPermission
        case .cannotCreate: cannotCreate
        case .notADatabase, .notOurs, .corrupt: data
        case .diskFull: inputOutput
        case .networkFileSystem, .noWAL: unavailable
        case .locked: temporary
        case .other(let error): code(of: error)
        }
    }

    private static func code(of error: MigrationError) -> Int32 {
        switch error {
        case .newer: unavailable
        case .changed: data
        }
    }

    private static func code(of error: JobStoreError) -> Int32 {
        switch error {
        case .schemaChanged: unavailable
        case .leaseLost, .runnerLost: software
        case .memoryConflict: conflict
        default: data
        }
    }

    private static func message(of error: JobStoreError) -> String {
        switch error {
        case .noSuchQueue(let name, let known), .noSuchWorkflow(let name, let known),
            .noSuchSchedule(let name, let known):
            "\(error)" + (NearMiss.find(name, among: known).map { "; did you mean '\($0)'?" } ?? "")
        default: "\(error)"
        }
    }
}

/// A command whose errors are told in one line on standard error.
///
/// Its configuration gives it a name even where that is the type's: to make a text of the type is so slow that the
/// names of all commands took a third of the start of every one.
protocol WeirCommand: ParsableCommand {
    /// Whether the options go together. Nothing is looked up for it.
    ///
    /// - Throws: `ValidationError`
    func check() throws

    func execute() throws
}

extension WeirCommand {
    func check() throws {}

    /// What is said of the options by `check`, unless only unknown ones are looked for.
    func validate() throws { if !CommandReading.isUnchecked { try check() } }

    func run() throws {
        do {
            try execute()
        } catch let exit as ExitCode {
            throw exit
        } catch let error as ValidationError {
            throw error
        } catch {
            let failure = Failure(error)
            StandardError.print("weir: \(failure.message)")
            throw ExitCode(failure.code)
        }
    }
}
