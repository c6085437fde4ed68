import JSON
import Jobs

/// What holds for every task of one name.
struct TaskDefinition {
    enum RetryLogic: String { case fixed = "FIXED", exponential = "EXPONENTIAL_BACKOFF", linear = "LINEAR_BACKOFF" }
    enum TimeoutPolicy: String { case endWorkflow = "TIME_OUT_WF", retry = "RETRY", alert = "ALERT_ONLY" }

    let name: String
    var retryCount = 3
    var retryLogic = RetryLogic.fixed
    /// Seconds.
    var retryDelay = 60
    var backoffScale = 1
    /// Seconds from the first start, whatever the worker says meanwhile; 0: none.
    var timeout = 0
    var timeoutPolicy = TimeoutPolicy.endWorkflow
    /// Seconds without a word from the worker; 0: none.
    var responseTimeout = 3_600
    /// Seconds that a task may wait for a worker, from when it may be handed out; 0: any time.
    var pollTimeout = 0
    /// How many may be handed out within `rateSeconds`; 0: any number.
    var rateLimit = 0
    var rateSeconds = 1
    /// How many may be out at once; 0: any number.
    var concurrentLimit = 0
    var inputTemplate: [String: JSONValue] = [:]

    static let wholes = [
        "retryCount", "retryDelaySeconds", "backoffScaleFactor", "timeoutSeconds", "responseTimeoutSeconds",
        "concurrentExecLimit", "pollTimeoutSeconds", "rateLimitPerFrequency", "rateLimitFrequencyInSeconds",
    ]

    /// Without a definition, Conductor's defaults.
    init(name: String) { self.name = name }

    init(_ json: JSONValue) throws(ConductorFault) {
        guard let name = json.text("name") else { throw .invalid("name", "TaskDef name cannot be null or empty") }
        self.init(name: name)
        var errors: [(path: String, message: String)] = []
        func number(_ key: String, _ value: inout Int) {
            guard let given = json[key]?.present else { return }
            guard let whole = json.whole(key), whole >= 0 else {
                errors.append((key, "\(key) must be a whole number of at least 0, not \(given.text)"))
                return
            }
            if let excess = json.excess(key) { return errors.append((key, excess)) }
            value = whole
        }
        number("retryCount", &retryCount)
        number("retryDelaySeconds", &retryDelay)
        number("backoffScaleFactor", &backoffScale)
        number("timeoutSeconds", &timeout)
        number("responseTimeoutSeconds", &responseTimeout)
        number("concurrentExecLimit", &concurrentLimit)
        number("pollTimeoutSeconds", &pollTimeout)
        number("rateLimitPerFrequency", &rateLimit)
        number("rateLimitFrequencyInSeconds", &rateSeconds)
        if let given = json.text("retryLogic") {
            if let known = RetryLogic(rawValue: given) {
                retryLogic = known
            } else {
                errors.append(("retryLogic", "'\(given)' is not FIXED, EXPONENTIAL_BACKOFF or LINEAR_BACKOFF"))
            }
        }
        if let given = json.text("timeoutPolicy") {
            if let known = TimeoutPolicy(rawValue: given) {
                timeoutPolicy = known
            } else {
                errors.append(("timeoutPolicy", "'\(given)' is not RETRY, TIME_OUT_WF or ALERT_ONLY"))
            }
        }
        inputTemplate = json.members("inputTemplate")
        if timeout > 0, responseTimeout > timeout {
            if json["responseTimeoutSeconds"]?.present == nil {
                responseTimeout = timeout
            } else {
                errors.append(
                    (
                        "responseTimeoutSeconds",
                        "responseTimeoutSeconds: \(responseTimeout) must be at most timeoutSeconds: \(timeout)"
                    ))
            }
        }
        guard errors.isEmpty else { throw .invalid(errors) }
    }

    /// Within a task of a workflow; builders may leave its name out.
    init?(inlineOf task: JSONValue, name: String) {
        guard var inline = task["taskDefinition"]?.object else { return nil }
        inline["name"] = .string(name)
        guard let definition = try? TaskDefinition(.object(inline)) else { return nil }
        self = definition
    }

    /// Milliseconds before the attempt that follows the one with this number, from 0.
    func retryDelay(after attempt: Int) -> Int {
        let longest = 365 * 86_400
        let seconds: Int =
            switch retryLogic {
            case .fixed: retryDelay
            case .linear: Self.product(retryDelay, Self.product(backoffScale, attempt + 1, longest), longest)
            case .exponential: Self.product(retryDelay, 1 << min(attempt, 30), longest)
            }
        return min(seconds, longest) * 1_000
    }

    /// When a task that may be handed out from `moment` on has waited too long; `nil`: never.
    func pollDeadline(from moment: Timestamp) -> Timestamp? {
        guard pollTimeout > 0, timeoutPolicy != .alert else { return nil }
        return moment.advanced(by: min(pollTimeout, 365 * 86_400) * 1_000)
    }

    /// `nil`: any number may be handed out.
    var rate: RemoteRate? {
        guard rateLimit > 0 else { return nil }
        return RemoteRate(most: rateLimit, milliseconds: min(max(1, rateSeconds), 365 * 86_400) * 1_000)
    }

    private static func product(_ left: Int, _ right: Int, _ most: Int) -> Int {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? most : min(product, most)
    }

    /// As clients get it: what was given, and the defaults.
    static func json(_ given: JSONValue, createdAt: Int, updatedAt: Int) -> JSONValue {
        var members: [String: JSONValue] = [
            "retryCount": .integer(3), "timeoutSeconds": .integer(0), "inputKeys": .list([]), "outputKeys": .list([]),
            "timeoutPolicy": .string("TIME_OUT_WF"), "retryLogic": .string("FIXED"), "retryDelaySeconds": .integer(60),
            "responseTimeoutSeconds": .integer(3_600), "inputTemplate": .object([:]),
            "rateLimitPerFrequency": .integer(0), "rateLimitFrequencyInSeconds": .integer(1),
            "backoffScaleFactor": .integer(1),
        ]
        for (key, value) in given.object ?? [:] where value != .null { members[key] = value }
        members["createTime"] = .integer(createdAt)
        members["updateTime"] = .integer(updatedAt)
        return .object(members)
    }
}
