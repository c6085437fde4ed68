import JSON
import Jobs
import Stores

/// What workers ask and say.
extension ConductorAPI {
    static let taskRoutes = [
        Route("GET", "tasks/poll/batch/{type}") { api, call in
            let request = call.request
            let count = min(max(1, try request.number("count") ?? 1), 1_000)
            let found = try await api.poll(call, count: count, atMost: try request.number("timeout") ?? 100)
            return api.answer(found) { .json(.list($0)) }
        },
        Route("GET", "tasks/poll/{type}") { api, call in
            let tasks = try await api.poll(call, count: 1, atMost: try call.request.number("timeout") ?? 0)
            return api.answer(tasks) { $0.first.map { .json($0) } ?? .nothing }
        },
        Route("POST", "tasks") { api, call in
            let result = try call.request.object()
            return .text(try await api.change { try $0.update(result).task })
        },
        Route("POST", "tasks/update-v2") { try await $0.updateAndPoll($1) },
        Route("GET", "tasks/queue/sizes") { api, call in
            let names = call.request.values("taskType")
            return .json(try await api.look { try $0.queueSizes(names) })
        },
        Route("GET", "tasks/queue/size") { api, call in
            let name = call.request.value("taskType") ?? ""
            return .json(try await api.look { try $0.queueSizes([name])[name] ?? .integer(0) })
        },
        Route("GET", "tasks/queue/all") { api, _ in .json(try await api.look { try $0.queueSizes(nil) }) },
        Route("GET", "tasks/queue/polldata") { api, call in
            let name = call.request.value("taskType") ?? ""
            return .json(try await api.look { try $0.pollData(name) })
        },
        Route("POST", "tasks/{id}/log") { api, call in
            let text = Self.logText(call.request.body)
            try await api.change { try $0.log(text, to: call["id"]) }
            return .empty
        },
        Route("GET", "tasks/{id}/log") { api, call in .json(try await api.look { try $0.logLines(of: call["id"]) }) },
        Route("GET", "tasks/{id}") { api, call in .json(try await api.look { try $0.taskJSON(call["id"]) }) },
        Route("POST", "tasks/{workflow}/{status}/signal") { api, call in
            let output = try call.request.object()
            try await api.change { try $0.signal(call["workflow"], status: call["status"], output: output) }
            return .empty
        },
        Route("POST", "tasks/{workflow}/{status}/signal/sync") { try await $0.signalAndShow($1) },
        Route("POST", "tasks/{workflow}/{reference}/{status}") { api, call in
            .text(try await api.updateByReference(call) ?? "")
        },
        Route("POST", "tasks/{workflow}/{reference}/{status}/sync") { api, call in
            _ = try await api.updateByReference(call)
            return .json(try await api.look { try $0.workflow(call["workflow"]) })
        },
    ]

    private typealias HandedOut = [(json: JSONValue, item: Delivery.Item)]

    /// An answer whose tasks go back unless it is sent.
    private func answer(_ tasks: HandedOut, _ body: ([JSONValue]) -> APIResponse) -> APIResponse {
        var response = body(tasks.map(\.json))
        if !tasks.isEmpty { response.delivery = Delivery(tasks.map(\.item), api: self) }
        return response
    }

    /// Milliseconds for which a poll is held at the most.
    private static let mostPatience = 5_000

    private func poll(_ call: Call, count: Int, atMost patience: Int) async throws -> HandedOut {
        guard (0...Self.mostPatience).contains(patience) else {
            throw ConductorFault(400, "Long Poll Timeout value cannot be more than 5 seconds")
        }
        let type = RemoteType(call["type"], domain: call.request.value("domain"))
        return try await poll(
            type, worker: call.request.value("workerid"), count: count, patience: .milliseconds(patience))
    }

    /// Holds the poll until there is a task, and takes what is there. What brings nothing only reads.
    private func poll(
        _ type: RemoteType, worker: String?, count: Int, patience: Duration
    ) async throws -> HandedOut {
        if let worker, polls.isDue(type, worker: worker) {
            try await store.write { try $0.notePoll(of: type, by: worker) }
        }
        let end = ContinuousClock.now + patience
        while true {
            let seen = store.changes.version
            let isLast = ContinuousClock.now >= end
            var pause = max(.zero, end - .now)
            switch try await look({ try $0.outlook(type) }) {
            case .nothing: break
            case .later(let milliseconds): pause = min(pause, .milliseconds(max(1, milliseconds)))
            case .ready:
                let tasks = try await change { try $0.handOut(type, worker: worker, count: count) }
                if !tasks.isEmpty { return tasks }
            }
            guard !isLast, !store.changes.isStopping else { return [] }
            _ = try await store.changes.nextForClient(after: seen, atMost: pause)
        }
    }

    /// The update, and the next task of the same type. A task that has vanished is no error here: workers would take it
    /// for one of the path.
    private func updateAndPoll(_ call: Call) async throws -> APIResponse {
        let result = try call.request.object()
        let worker = result.text("workerId")
        let next = try await change { orchestra -> HandedOut in
            do {
                let update = try orchestra.update(result)
                guard update.isEnded else { return [] }
                return try orchestra.handOut(update.type, worker: worker, count: 1)
            } catch let fault as ConductorFault where fault.status == 404 {
                return []
            }
        }
        return answer(next) { $0.first.map { .json($0) } ?? .nothing }
    }

    private func updateByReference(_ call: Call) async throws -> String? {
        let output = try call.request.object()
        let worker = call.request.value("workerid")
        return try await change { orchestra in
            try orchestra.update(
                reference: call["reference"], of: call["workflow"], status: call["status"], output: output,
                worker: worker)
        }
    }

    private func signalAndShow(_ call: Call) async throws -> APIResponse {
        let output = try call.request.object()
        let given = call.request.value("returnStrategy")
        guard let view = given.map({ Orchestra.SignalView(rawValue: $0) }) ?? .target else {
            let known = Orchestra.SignalView.allCases.map(\.rawValue).joined(separator: ", ")
            throw ConductorFault.invalid("returnStrategy", "'\(given ?? "")' is none of \(known)")
        }
        let request = call.request.value("requestId") ?? UUIDText.make()
        return .json(
            try await change { orchestra in
                try orchestra.signal(call["workflow"], status: call["status"], output: output)
                return try orchestra.signalAnswer(call["workflow"], view, request: request)
            })
    }

    /// Clients send what stands between the quotes of a text of JSON.
    private static func logText(_ body: [UInt8]) -> String {
        let raw = String(decoding: body, as: UTF8.self)
        if let text = (try? JSONValue(parsing: body))?.string { return text }
        return (try? JSONValue(parsing: "\"\(raw)\""))?.string ?? raw
    }
}
