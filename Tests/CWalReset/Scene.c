#include "CWalReset.h"

#include <sqlite3.h>
#include <stddef.h>

static int run(sqlite3 *database, const char *sql) { return sqlite3_exec(database, sql, NULL, NULL, NULL); }

static int64_t number(sqlite3 *database, const char *sql) {
    sqlite3_stmt *statement = NULL;
    int64_t value = -1;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static int open_database(const char *path, sqlite3 **database) {
    int code = sqlite3_open_v2(path, database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "walreset");
    return code != SQLITE_OK ? code : run(*database, "PRAGMA wal_autocheckpoint = 0");
}

static int checkpoint(sqlite3 *database) {
    return sqlite3_wal_checkpoint_v2(database, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

// Begins the log anew when it may, since all of it was moved into the database.
static int small_commit(void *database) {
    return run(database, "UPDATE t SET v = v + 1, b = randomblob(600) WHERE a < 5");
}

static int large_commit(sqlite3 *database) { return run(database, "UPDATE t SET v = v + 1, b = randomblob(600)"); }

struct scene {
    sqlite3 *checkpointer, *writer, *gate;
};

// Leaves a log that is moved completely, and a checkpointer that has not looked at it since it grew.
static int prepare(struct scene *scene) {
    int code = run(scene->writer, "PRAGMA journal_mode = WAL");
    if (code == SQLITE_OK)
        code = run(scene->writer,
            "CREATE TABLE t (a INTEGER PRIMARY KEY, v INTEGER NOT NULL DEFAULT 0, b);"
            "WITH s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 20)"
            "  INSERT INTO t (a, b) SELECT i, randomblob(600) FROM s;"
            "CREATE INDEX i1 ON t (b)");
    if (code == SQLITE_OK) code = number(scene->checkpointer, "SELECT count(*) FROM t") == 20 ? SQLITE_OK : SQLITE_ERROR;
    if (code == SQLITE_OK) code = checkpoint(scene->writer);
    if (code == SQLITE_OK) code = large_commit(scene->writer);
    if (code == SQLITE_OK) code = checkpoint(scene->writer);
    return code;
}

static int race(struct scene *scene, enum walreset_checkpoint kind, struct walreset_outcome *outcome) {
    int code = kind == WALRESET_GATED ? run(scene->gate, "BEGIN IMMEDIATE") : SQLITE_OK;
    if (code != SQLITE_OK) return code;
    walreset_arm(small_commit, scene->writer);
    code = checkpoint(scene->checkpointer);
    outcome->hook_result = walreset_hook_result();
    walreset_arm(NULL, NULL);
    if (kind == WALRESET_GATED) {
        int end = run(scene->gate, "COMMIT");
        if (code == SQLITE_OK) code = end;
    }
    // Who was kept out tries again.
    if (code == SQLITE_OK && outcome->hook_result == SQLITE_BUSY) code = small_commit(scene->writer);
    return code;
}

// More commits, and the checkpoint that would skip what the stale progress hides.
static int go_on(struct scene *scene, struct walreset_outcome *outcome) {
    int code = large_commit(scene->writer);
    outcome->acknowledged = number(scene->writer, "SELECT sum(v) FROM t") + 1;
    if (code == SQLITE_OK) code = checkpoint(scene->writer);
    if (code == SQLITE_OK) code = run(scene->writer, "UPDATE t SET v = v + 1 WHERE a = 20");
    return code;
}

static int read_back(const char *path, struct walreset_outcome *outcome) {
    sqlite3 *database = NULL;
    int code = open_database(path, &database);
    if (code == SQLITE_OK) {
        outcome->found = number(database, "SELECT sum(v) FROM t");
        outcome->is_whole = number(database, "SELECT integrity_check = 'ok' FROM pragma_integrity_check LIMIT 1") == 1;
    }
    sqlite3_close(database);
    return code;
}

int walreset_run(const char *path, enum walreset_checkpoint kind, struct walreset_outcome *outcome) {
    struct scene scene = {NULL, NULL, NULL};
    walreset_register(false);
    int code = open_database(path, &scene.checkpointer);
    if (code == SQLITE_OK) code = open_database(path, &scene.writer);
    if (code == SQLITE_OK) code = open_database(path, &scene.gate);
    if (code == SQLITE_OK) code = prepare(&scene);
    if (code == SQLITE_OK) code = race(&scene, kind, outcome);
    if (code == SQLITE_OK) code = go_on(&scene, outcome);
    sqlite3_close(scene.checkpointer);
    sqlite3_close(scene.writer);
    sqlite3_close(scene.gate);
    return code == SQLITE_OK ? read_back(path, outcome) : code;
}
