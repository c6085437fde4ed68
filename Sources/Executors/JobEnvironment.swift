/// The environment of a job.
package enum JobEnvironment {
    /// What a job has of the runner's environment: who and where it is, its language and its time zone. Nothing else
    /// passes, so that no token or key of the runner's leaks to a job that was not given it.
    static let inheritedNames: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TZDIR", "TMPDIR", "TERM", "COLORTERM",
        "NO_COLOR", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME",
    ]
    static let inheritedPrefixes = ["LC_"]

    /// What is allowed of `inherited`, then `declared` over it, then Weir's own variables over both.
    package static func make(inherited: [String: String], declared: [String: String], weir: [String: String])
        -> [String: String]
    {
        var environment = inherited.filter { isInherited($0.key) }
        environment.merge(declared) { $1 }
        environment.merge(weir) { $1 }
        return environment
    }

    static func isInherited(_ name: String) -> Bool {
        inheritedNames.contains(name) || inheritedPrefixes.contains { name.hasPrefix($0) }
    }
}
