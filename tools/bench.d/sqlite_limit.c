// What SQLite itself allows: the same work in C over a table of its own, with prepared statements and nothing else.
//
//     sqlite_limit claim  PATH JOBS BATCH full|normal    claims BATCH jobs in one transaction, ends them in the next
//     sqlite_limit insert PATH ROWS BATCH full|normal    inserts BATCH rows in a transaction
//
// Prints jobs or rows a second, measured from the first transaction to the last. PATH must not exist; it is removed.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static sqlite3 *db;

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void fail(const char *what) {
    fprintf(stderr, "sqlite_limit: %s: %s\n", what, sqlite3_errmsg(db));
    exit(1);
}

static void script(const char *sql) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail(sql);
}

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) fail(sql);
    return statement;
}

static int step(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail(sqlite3_sql(statement));
    return code;
}

static void run(sqlite3_stmt *statement) {
    while (step(statement) == SQLITE_ROW) {}
    sqlite3_reset(statement);
}

static const char *schema =
    "CREATE TABLE tasks(id INTEGER PRIMARY KEY, state INTEGER NOT NULL, priority INTEGER NOT NULL DEFAULT 0,"
    "  run_at INTEGER NOT NULL, lease INTEGER, owner INTEGER, attempt INTEGER NOT NULL DEFAULT 0, command TEXT NOT NULL);"
    "CREATE TABLE attempts(id INTEGER PRIMARY KEY, task INTEGER NOT NULL, started INTEGER, ended INTEGER,"
    "  status INTEGER, owner INTEGER);"
    "CREATE INDEX ready ON tasks(priority DESC, id) WHERE state = 0;"
    "CREATE INDEX leased ON tasks(lease) WHERE state = 1;";

static sqlite3_stmt *begin, *commit, *insert_task, *claim_task, *end_task, *insert_attempt;

static void prepare_all(void) {
    begin = prepare("BEGIN IMMEDIATE");
    commit = prepare("COMMIT");
    insert_task = prepare("INSERT INTO tasks(state, run_at, command) VALUES (0, ?1, ?2)");
    claim_task = prepare(
        "UPDATE tasks SET state = 1, lease = ?1, owner = ?2, attempt = attempt + 1"
        " WHERE id = (SELECT id FROM tasks WHERE state = 0 AND run_at <= ?3 ORDER BY priority DESC, id LIMIT 1)"
        " RETURNING id, command");
    end_task = prepare("UPDATE tasks SET state = 2, lease = NULL WHERE id = ?1 AND state = 1 AND owner = ?2");
    insert_attempt = prepare("INSERT INTO attempts(task, started, ended, status, owner) VALUES (?1, ?2, ?3, 0, ?4)");
}

static const sqlite3_int64 now = 1LL << 40;
static const int owner = 1;

static void insert(int count) {
    for (int i = 0; i < count; i++) {
        sqlite3_bind_int64(insert_task, 1, i);
        sqlite3_bind_text(insert_task, 2, "/bin/true --some argument /path/of/input", -1, SQLITE_STATIC);
        run(insert_task);
    }
}

// The id of the best ready job, 0 when there is none.
static sqlite3_int64 claim(void) {
    sqlite3_bind_int64(claim_task, 1, now + 30000);
    sqlite3_bind_int(claim_task, 2, owner);
    sqlite3_bind_int64(claim_task, 3, now);
    sqlite3_int64 id = 0;
    if (step(claim_task) == SQLITE_ROW) {
        id = sqlite3_column_int64(claim_task, 0);
        (void)sqlite3_column_text(claim_task, 1);
    }
    sqlite3_reset(claim_task);
    return id;
}

static void end(sqlite3_int64 id) {
    sqlite3_bind_int64(end_task, 1, id);
    sqlite3_bind_int(end_task, 2, owner);
    run(end_task);
    if (sqlite3_changes(db) != 1) fail("a job was lost");
    sqlite3_bind_int64(insert_attempt, 1, id);
    sqlite3_bind_int64(insert_attempt, 2, now);
    sqlite3_bind_int64(insert_attempt, 3, now);
    sqlite3_bind_int(insert_attempt, 4, owner);
    run(insert_attempt);
}

static void claim_all(int batch) {
    sqlite3_int64 *ids = malloc(batch * sizeof *ids);
    for (;;) {
        int count = 0;
        run(begin);
        while (count < batch && (ids[count] = claim()) != 0) count++;
        run(commit);
        if (count == 0) break;
        run(begin);
        for (int i = 0; i < count; i++) end(ids[i]);
        run(commit);
    }
    free(ids);
}

static void insert_all(int rows, int batch) {
    for (int done = 0; done < rows; done += batch) {
        run(begin);
        insert(rows - done < batch ? rows - done : batch);
        run(commit);
    }
}

int main(int count, char **arguments) {
    if (count != 6) {
        fprintf(stderr, "usage: sqlite_limit claim|insert PATH N BATCH full|normal\n");
        return 64;
    }
    int claims = strcmp(arguments[1], "claim") == 0;
    const char *path = arguments[2];
    int jobs = atoi(arguments[3]), batch = atoi(arguments[4]);
    if (sqlite3_open(path, &db) != SQLITE_OK) fail(path);
    script("PRAGMA journal_mode = WAL");
    script(strcmp(arguments[5], "full") == 0 ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    script("PRAGMA cache_size = -65536");
    script(schema);
    prepare_all();
    if (claims) {
        run(begin);
        insert(jobs);
        run(commit);
        script("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    double start = seconds();
    if (claims) claim_all(batch); else insert_all(jobs, batch);
    printf("per_second=%.1f\n", jobs / (seconds() - start));
    // Whoever opened the database last removes its log with it.
    for (sqlite3_stmt *s; (s = sqlite3_next_stmt(db, NULL)) != NULL;) sqlite3_finalize(s);
    sqlite3_close(db);
    unlink(path);
    return 0;
}
