import Engine
import Glibc
import Jobs
import Workflows

/// Gathers what flags, environment, `weir.yaml` and database say of runners and jobs.
enum SettingsReader {
    /// All but the database's rows.
    ///
    /// - Parameters:
    ///   - flags: options of this command line.
    ///   - database: its path: `weir.yaml` may lie beside it.
    static func sources(
        flags: SettingsLayer = SettingsLayer(), database: String, config: String? = nil
    ) throws -> SettingsSources {
        let environment = try SettingsLayer(environment: ProcessEnvironment.all())
        return SettingsSources(
            layers: [flags, environment, try file(database: database, given: config)], processors: processors())
    }

    /// - Throws: `SettingsError` that names what is wrong and where.
    static func settings(from sources: SettingsSources, in store: JobStore) throws -> Settings {
        try sources.settings(rows: try store.look { try $0.parallelSettings() })
    }

    /// What holds for jobs that a command is to store.
    ///
    /// - Parameter store: `nil`: there is no database yet.
    static func settings(for store: JobStore?, at path: String, config: String? = nil) throws -> Settings {
        let sources = try sources(database: path, config: config)
        guard let store else { return try sources.settings(rows: [:]) }
        return try settings(from: sources, in: store)
    }

    static func processors() -> Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    private static func file(database: String, given: String?) throws -> SettingsLayer {
        let directory = try Directory.absolute(nil)
        guard let path = given ?? ConfigurationFile.find(directory: directory, database: database) else {
            return SettingsLayer()
        }
        do {
            return SettingsLayer(try ConfigurationFile.read(path, acceptsPipe: given != nil).parallel, file: path)
        } catch {
            throw Failure("\(error)", code: Failure.data)
        }
    }
}

extension JobSpec {
    /// Takes the defaults of jobs that somebody set.
    mutating func take(_ settings: Settings, retries given: Int?, timeout givenTimeout: Int?) {
        retries = given ?? settings.retries ?? 3
        timeout = givenTimeout ?? settings.timeout
        memoryLimit = memoryLimit ?? settings.memoryLimit
    }
}

extension SettingName {
    /// By any of its names: `batch_size`, `batch-size`, `parallel.batch_size`, `PARALLEL_BATCH_SIZE`.
    init(word: String) throws {
        let plain = word.replacing("-", with: "_")
        let known = Self.allCases
        if let name = known.first(where: { [$0.rawValue, $0.row, $0.variable].contains(plain) }) {
            self = name
            return
        }
        let names = known.map(\.rawValue)
        let near = NearMiss.find(plain, among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw Failure("there is no setting '\(word)'; there are \(names.joined(separator: ", "))\(near)")
    }

    /// Reads what somebody typed: lengths of time as everywhere, a bare number in the setting's own unit.
    func value(of text: String) throws -> SettingValue {
        if let value = SettingValue(text, for: self) { return value }
        if self == .timeout, Int(text) == nil, let length = TimeLength(argument: text),
            let value = SettingValue("\(length.milliseconds)", for: self)
        {
            return value
        }
        let near =
            self == .profile
            ? NearMiss.find(text, among: Profile.allCases.map(\.rawValue)).map { "; did you mean '\($0)'?" } ?? "" : ""
        if self == .profile { throw Failure("there is no profile '\(text)'; it is \(expected)\(near)") }
        let form = self == .timeout ? ", or a length of time such as 5m" : ""
        throw Failure("\(rawValue) is '\(text)', and must be \(expected)\(form)")
    }
}
