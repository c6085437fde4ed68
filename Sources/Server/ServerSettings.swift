package import MCP

/// How the server is set up.
package struct ServerSettings: Sendable {
    package enum Listening: Sendable, Equatable {
        /// A port of 0 is one that the system chooses.
        case address(String, port: Int)
        case socket(path: String)
    }

    /// Paths of PEM files.
    package struct Certificate: Sendable {
        package var chain: String
        package var key: String

        package init(chain: String, key: String) {
            self.chain = chain
            self.key = key
        }
    }

    package var listening: Listening
    package var certificate: Certificate?
    /// The token is needed by everybody.
    package var requiresToken = false
    package var limits = Limits()
    /// Folders of workflow files that clients may start by name.
    package var workflowFolders: [String] = []
    /// What clients of the Model Context Protocol may have done.
    package var toolAccess = Set(ToolAccess.allCases)
    /// What this program calls itself, as `0.1.0`.
    package var version: String
    /// Of this process: PATH for what is started.
    package var environment: [String: String] = [:]
    /// The folder that relative paths of requests start from.
    package var directory: String

    package init(listening: Listening, version: String, directory: String) {
        self.listening = listening
        self.version = version
        self.directory = directory
    }

    /// - Parameter port: that the system gave, where none was asked for.
    func door(port: Int?) -> AccessPolicy.Door {
        switch listening {
        case .socket: .socket
        case .address(let host, let asked):
            Self.isLoopback(host) ? .loopback(port: asked == 0 ? port ?? 0 : asked) : .network
        }
    }

    /// Whether only processes of this host reach the address.
    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host == "[::1]"
            || (host.hasPrefix("127.") && host.split(separator: ".").count == 4
                && host.utf8.allSatisfy {
                    ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || $0 == UInt8(ascii: ".")
                })
    }
}
