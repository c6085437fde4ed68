import Engine
import Hummingbird
import HTTPTypes
import JSON
import Jobs
import NIOHTTP1
import SQLite
import Stores

extension Problem {
    /// What any error that reaches a door means to its client.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as JobStoreError: self.init(Self.status(of: error), error.reason)
        case let error as StoreServiceError: self.init(.serviceUnavailable, "\(error)", headers: [.retryAfter: "1"])
        case ConsoleError.failed(let error): self.init(error)
        case let error as ConsoleError: self.init(.badRequest, "\(error)")
        case let error as JSONError: self.init(.badRequest, "\(error)")
        case let error as StepFailure: self.init(.unprocessableContent, "\(error)")
        case let error as SQLiteError: self.init(error)
        case let error as HTTPError: self.init(error.status, error.body ?? error.status.reasonPhrase)
        case is HTTPParserError:
            self.init(
                .badRequest, "the body is not sent as its headers say, or it does not end",
                headers: [.connection: "close"])
        case is CancellationError:
            self.init(.serviceUnavailable, "the server is stopping", headers: [.retryAfter: "1"])
        case let error as any HTTPResponseError: self.init(error.status, error.status.reasonPhrase)
        default: self.init(.internalServerError, "\(error)")
        }
    }

    private init(_ error: SQLiteError) {
        if error.isBusy {
            self.init(.serviceUnavailable, "the database is busy; try again in a moment", headers: [.retryAfter: "1"])
        } else if error.isFull {
            self.init(.insufficientStorage, "the disk of the database is full")
        } else {
            self.init(.internalServerError, "the database cannot be used: \(error)")
        }
    }

    private static func status(of error: JobStoreError) -> HTTPResponse.Status {
        switch error {
        case .noSuchJob, .noSuchRun, .noSuchQueue, .noSuchWorkflow, .noSuchSchedule, .noSuchRunner:
            .notFound
        case .keyTaken, .requestKeyTaken, .leaseLost, .memoryConflict, .decidedElsewhere: .conflict
        case .runnerLost, .schemaChanged: .serviceUnavailable
        default: .unprocessableContent
        }
    }
}

extension HTTPResponse.Status {
    static let insufficientStorage = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
}
