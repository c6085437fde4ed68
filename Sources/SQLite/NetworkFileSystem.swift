import CLinux
import Glibc

/// File systems on which SQLite's locks and shared memory do not work between hosts, or not at all.
enum NetworkFileSystem {
    /// The name of the network file system that holds `folder`, `nil` for any other. FUSE may be one, and counts as
    /// one unless the environment has `WEIR_ALLOW_FUSE=1`.
    static func holding(_ folder: String) -> String? {
        var status = statfs()
        guard statfs(folder, &status) == 0 else { return nil }
        let allowsFUSE = getenv("WEIR_ALLOW_FUSE").map { String(cString: $0) } == "1"
        return name(ofMagic: UInt32(truncatingIfNeeded: status.f_type), allowsFUSE: allowsFUSE)
    }

    static func name(ofMagic magic: UInt32, allowsFUSE: Bool) -> String? {
        switch magic {
        case 0x6969: "NFS"
        case 0x517B: "SMB"
        case 0xFF53_4D42: "CIFS"
        case 0xFE53_4D42: "SMB2"
        case 0x6573_5546: allowsFUSE ? nil : "FUSE"
        case 0x0102_1997: "9p"
        case 0x6A65_6A63: "virtiofs"
        case 0x00C3_6400: "Ceph"
        case 0x5346_414F, 0x6B41_4653: "AFS"
        default: nil
        }
    }
}
