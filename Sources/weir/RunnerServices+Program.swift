import Engine
import Requests

extension RunnerServices {
    /// What this program's runners execute besides processes.
    static var program: RunnerServices {
        var services = RunnerServices()
        services.requests = NetworkRequests()
        return services
    }
}
