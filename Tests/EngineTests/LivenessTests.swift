import Glibc
import Jobs
import TestSupport
import Testing

@testable import Engine

@Suite struct `A runner's lock` {
    @Test func `is had by one, and free when that one closes its file`() throws {
        try withTemporaryFolder { folder in
            let mine = try Liveness(database: "\(folder)/w.db")
            var theirs: Liveness? = try Liveness(database: "\(folder)/w.db")
            #expect(theirs?.take(RunnerID(3)) == true)
            #expect(!mine.take(RunnerID(3)))
            #expect(mine.take(RunnerID(4)))
            theirs = nil
            #expect(mine.take(RunnerID(3)))
        }
    }

    @Test func `is free after it was released`() throws {
        try withTemporaryFolder { folder in
            let mine = try Liveness(database: "\(folder)/w.db")
            let theirs = try Liveness(database: "\(folder)/w.db")
            #expect(theirs.take(RunnerID(1)))
            theirs.release(RunnerID(1))
            #expect(mine.take(RunnerID(1)))
        }
    }

    @Test func `passes to nobody that the process starts`() throws {
        try withTemporaryFolder { folder in
            var holder: Liveness? = try Liveness(database: "\(folder)/w.db")
            #expect(holder?.take(RunnerID(1)) == true)
            // It lives until its input ends, with all that it inherited.
            let child = try #require(popen("cat > /dev/null", "w"))
            defer { pclose(child) }
            holder = nil
            // What another thread is just starting may have it until its exec; this child would have it for ever.
            let other = try Liveness(database: "\(folder)/w.db")
            var looks = 0
            while !other.take(RunnerID(1)), looks < 5_000 {
                looks += 1
                usleep(1_000)
            }
            #expect(looks < 5_000)
        }
    }
}
