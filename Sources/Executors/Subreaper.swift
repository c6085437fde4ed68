import CSpawn
import Glibc

/// Adopts the descendants that outlive their parent, so that none of a script's processes escapes unseen.
package enum Subreaper {
    /// From now on, orphaned descendants become children of this process, whoever in it started their ancestor.
    package static func become() throws(SpawnError) {
        guard cspawn_become_subreaper() == 0 else { throw .other(call: "prctl", errno: errno) }
    }

    /// The children of this process that are none of `known`: pids of running `ScriptProcess`es and other children.
    package static func orphans(known: Set<Int32>) -> [MarkedProcess] {
        ProcessChildren.of(getpid()).compactMap { pid in
            known.contains(pid) ? nil : MarkedProcess(pid: pid)
        }
    }

    /// Whether some child of this process, living or ended, is none of `known`. Costs two or three system calls.
    package static func hasOrphans(except known: Set<Int32>) -> Bool {
        ProcessChildren.ofMainThread(getpid()).contains { !known.contains($0) }
    }

    /// Reaps adopted processes that have ended, and returns how many. The exits of `known` children stay untouched.
    @discardableResult
    package static func reapOrphans(except known: Set<Int32>) -> Int {
        guard cspawn_has_ended_child() else { return 0 }
        // By pid, never any child: that would take the exit status of one that is waited for through its pidfd.
        return ProcessChildren.of(getpid()).count { !known.contains($0) && cspawn_reap_pid($0) == 1 }
    }
}
