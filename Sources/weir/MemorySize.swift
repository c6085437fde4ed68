import ArgumentParser
import Workflows

/// An amount of memory: `512M`, `2G`, `1.5GiB`; a bare number is in bytes.
struct MemorySize: ExpressibleByArgument {
    let kibibytes: Int

    init?(argument: String) {
        guard let size = MemoryText.kibibytes(argument), MemoryText.limits.contains(size) else { return nil }
        kibibytes = size
    }
}
