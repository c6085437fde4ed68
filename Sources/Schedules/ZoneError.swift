/// Why a time zone cannot be used.
package enum ZoneError: Error, Hashable, CustomStringConvertible {
    /// No file can have this name.
    case badName(String)
    case unknown(String)
    /// The host has no time zones.
    case noData(directory: String)
    /// The file is not what it should be.
    case malformed(String, reason: String)

    package var description: String {
        switch self {
        case .badName(let name):
            "'\(name.prefix(80))' is no name of a time zone; they look like Europe/Berlin, America/New_York or UTC"
        case .unknown(let name):
            "there is no time zone '\(name)' on this host; the names are those of IANA, with capitals: Europe/Berlin"
        case .noData(let directory):
            "there are no time zones in \(directory); install the package tzdata (apt-get install tzdata), or use UTC"
        case .malformed(let name, let reason):
            "the file of the time zone '\(name)' cannot be used: \(reason); install the package tzdata again"
        }
    }
}
