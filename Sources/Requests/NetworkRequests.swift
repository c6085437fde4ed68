package import Engine
package import Workflows

/// Makes requests over the network. The client and its threads are made with the first one.
package struct NetworkRequests: RequestService {
    package init() {}

    package func http(_ call: HTTPCall, timeout: Int?) -> TaskBody {
        let task = HTTPTask(call, limit: RequestLimits.time(of: timeout, usual: 300_000))
        return { context in await task.run(context) }
    }

    package func chat(_ question: ChatQuestion, timeout: Int?) -> TaskBody {
        let task = ChatTask(question, limit: RequestLimits.time(of: timeout, usual: 600_000))
        return { context in await task.run(context) }
    }
}

/// Bounds of what is sent for and taken in.
enum RequestLimits {
    /// Bytes of an answer's body, or of a model's text.
    static let answer = 1 << 20
    /// Bytes of a stream as a whole, and of one event in it.
    static let stream = 64 << 20
    static let event = 4 << 20
    /// Bytes of an error's body that are read.
    static let fault = 64 << 10
    static let redirects = 5

    /// Milliseconds. The runner ends an attempt at its own time limit, and says so: this one comes a little later.
    static func time(of timeout: Int?, usual: Int) -> Int { timeout.map { $0 + 5_000 } ?? usual }
}
