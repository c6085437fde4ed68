// A deterministic check of SQLite's WAL-reset bug: https://sqlite.org/wal.html#walresetbug
//
// A checkpoint reads the log's header, and before it reads how far the log was moved already, another connection
// commits and begins the log anew. The checkpoint then publishes progress that belongs to the old log, and a later
// one skips that many frames of the new log: committed pages are lost.
//
// A VFS around the system's own gives control at that very instant, so that no timing luck is needed: SQLite calls
// xUnfetch(file, 0, 0) there, when the header has changed since the connection looked last.
#ifndef WEIR_CWALRESET_H
#define WEIR_CWALRESET_H

#include <stdbool.h>
#include <stdint.h>

/// Registers the VFS under the name "walreset"; as the default one, so that others open their files through it, if
/// asked. Once in a process.
void walreset_register(bool is_default);

/// Calls `hook` the next time that a checkpoint is at the critical instant, once.
void walreset_arm(int (*hook)(void *context), void *context);

/// What the hook returned, -1 when it was not called since it was armed.
int walreset_hook_result(void);

enum walreset_checkpoint {
    /// What SQLite does by itself after a commit.
    WALRESET_PASSIVE,
    /// The same, while another connection holds the write lock and writes nothing.
    WALRESET_GATED,
};

struct walreset_outcome {
    /// SQLite's code for the commit that was tried at the critical instant; -1 when that was not reached.
    int hook_result;
    /// The sum that was acknowledged and the one that was read back.
    int64_t acknowledged, found;
    bool is_whole;
};

/// Runs the whole scene on a new database at `path`. 0, or SQLite's code of what failed.
int walreset_run(const char *path, enum walreset_checkpoint kind, struct walreset_outcome *outcome);

#endif
