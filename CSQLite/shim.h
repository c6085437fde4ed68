// The system's SQLite, and what Swift cannot call of it: macros and functions with variable arguments.
#ifndef WEIR_CSQLITE_SHIM_H
#define WEIR_CSQLITE_SHIM_H

#include <sqlite3.h>

/// sqlite3_db_config(db, option, value, NULL) for the options that take a switch.
static inline int weir_sqlite3_db_config(sqlite3 *db, int option, int value) {
    return sqlite3_db_config(db, option, value, (int *)0);
}

/// What such a switch is set to; -1 when SQLite does not know it.
static inline int weir_sqlite3_db_config_value(sqlite3 *db, int option) {
    int value = -1;
    return sqlite3_db_config(db, option, -1, &value) == SQLITE_OK ? value : -1;
}

/// SQLITE_TRANSIENT, a cast that Swift does not import.
static inline sqlite3_destructor_type weir_sqlite3_transient(void) { return SQLITE_TRANSIENT; }

#endif
