/// How many slots a runner has at present, and why: its settings, and what `auto` makes of the load.
struct RunnerTuning {
    private let sources: SettingsSources
    /// The database's rows that the settings were made of.
    private var rows: [String: String]
    private(set) var settings: Settings
    private var controller: SlotController?
    private var last: (sample: PressureSample, at: Int)?
    private var wasSaturated = false

    /// Milliseconds between two looks at the machine.
    static let interval = 1_000

    init(_ sources: SettingsSources, rows: [String: String]) throws {
        self.sources = sources
        self.rows = rows
        settings = try sources.settings(rows: rows)
        controller = Self.controller(settings, sources)
    }

    /// `nil`: nobody said.
    var batch: Int? {
        if case .fallback = settings[.batchSize].source { nil } else { settings.batchSize }
    }

    var slots: Int { controller?.slots ?? settings.slots }
    var isAdaptive: Bool { controller != nil }

    /// - Returns: whether the settings are others than before.
    /// - Throws: `SettingsError`, once for the same rows; the settings stay as they were.
    mutating func takeUp(_ rows: [String: String]) throws -> Bool {
        guard rows != self.rows else { return false }
        self.rows = rows
        let new = try sources.settings(rows: rows)
        guard new != settings else { return false }
        settings = new
        let next = Self.controller(new, sources)
        if next?.range != controller?.range { controller = next }
        last = nil
        return true
    }

    private static func controller(_ settings: Settings, _ sources: SettingsSources) -> SlotController? {
        settings.adaptiveRange(processors: sources.processors)
            .map { SlotController(range: $0, processors: sources.processors) }
    }

    // MARK: auto

    /// When the machine is to be looked at again.
    var nextLook: Int? { controller == nil ? nil : last.map { $0.at + Self.interval } }

    /// All slots are taken: more jobs may wait.
    mutating func saturated() { wasSaturated = true }

    /// Nothing runs any more: what the machine does meanwhile means nothing.
    mutating func rest() { last = nil }

    /// - Returns: whether the slots are others than before.
    mutating func look(_ sample: PressureSample, running: Int, at now: Int) -> Bool {
        guard var controller else { return false }
        defer {
            last = (sample, now)
            wasSaturated = false
        }
        guard let last else { return false }
        let pressure = sample.pressure(
            since: last.sample, milliseconds: now - last.at, processors: sources.processors, running: running)
        controller.look(pressure, isSaturated: wasSaturated)
        defer { self.controller = controller }
        return controller.slots != slots
    }
}
