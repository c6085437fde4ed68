import Engine
import HTTPTypes
import Hummingbird

extension TraceContext {
    /// What the request says of the trace that it belongs to; `nil`: nothing, or nothing that can be understood.
    static func incoming(_ request: Request) -> String? {
        guard let text = HTTPField.Name("traceparent").flatMap({ request.headers[$0] }), traceID(of: text) != nil else {
            return nil
        }
        return text
    }
}
