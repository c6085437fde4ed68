#include "CWalReset.h"

#include <sqlite3.h>
#include <string.h>

// A file of ours, followed in memory by the system's own file.
struct hooked_file {
    sqlite3_file base;
    bool is_database;
};

static sqlite3_vfs *system_vfs;
static int (*armed_hook)(void *context);
static void *hook_context;
static int hook_result = -1;

static sqlite3_file *real(sqlite3_file *file) { return (sqlite3_file *)((struct hooked_file *)file + 1); }

static int hook_close(sqlite3_file *f) { return real(f)->pMethods->xClose(real(f)); }
static int hook_read(sqlite3_file *f, void *to, int count, sqlite3_int64 at) {
    return real(f)->pMethods->xRead(real(f), to, count, at);
}
static int hook_write(sqlite3_file *f, const void *from, int count, sqlite3_int64 at) {
    return real(f)->pMethods->xWrite(real(f), from, count, at);
}
static int hook_truncate(sqlite3_file *f, sqlite3_int64 size) { return real(f)->pMethods->xTruncate(real(f), size); }
static int hook_sync(sqlite3_file *f, int flags) { return real(f)->pMethods->xSync(real(f), flags); }
static int hook_size(sqlite3_file *f, sqlite3_int64 *size) { return real(f)->pMethods->xFileSize(real(f), size); }
static int hook_lock(sqlite3_file *f, int level) { return real(f)->pMethods->xLock(real(f), level); }
static int hook_unlock(sqlite3_file *f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
static int hook_check_lock(sqlite3_file *f, int *is_held) {
    return real(f)->pMethods->xCheckReservedLock(real(f), is_held);
}
static int hook_control(sqlite3_file *f, int operation, void *argument) {
    return real(f)->pMethods->xFileControl(real(f), operation, argument);
}
static int hook_sector_size(sqlite3_file *f) { return real(f)->pMethods->xSectorSize(real(f)); }
static int hook_characteristics(sqlite3_file *f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
static int hook_shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **at) {
    return real(f)->pMethods->xShmMap(real(f), region, size, extend, at);
}
static int hook_shm_lock(sqlite3_file *f, int offset, int count, int flags) {
    return real(f)->pMethods->xShmLock(real(f), offset, count, flags);
}
static void hook_shm_barrier(sqlite3_file *f) { real(f)->pMethods->xShmBarrier(real(f)); }
static int hook_shm_unmap(sqlite3_file *f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

static int hook_fetch(sqlite3_file *f, sqlite3_int64 at, int count, void **page) {
    (void)f, (void)at, (void)count;
    *page = NULL;  // No memory map: SQLite reads instead.
    return SQLITE_OK;
}

static int hook_unfetch(sqlite3_file *f, sqlite3_int64 at, void *page) {
    (void)at;
    if (((struct hooked_file *)f)->is_database && page == NULL && armed_hook != NULL) {
        int (*hook)(void *) = armed_hook;
        armed_hook = NULL;
        hook_result = hook(hook_context);
    }
    return SQLITE_OK;
}

static const sqlite3_io_methods hooked_methods = {
    .iVersion = 3,
    .xClose = hook_close,
    .xRead = hook_read,
    .xWrite = hook_write,
    .xTruncate = hook_truncate,
    .xSync = hook_sync,
    .xFileSize = hook_size,
    .xLock = hook_lock,
    .xUnlock = hook_unlock,
    .xCheckReservedLock = hook_check_lock,
    .xFileControl = hook_control,
    .xSectorSize = hook_sector_size,
    .xDeviceCharacteristics = hook_characteristics,
    .xShmMap = hook_shm_map,
    .xShmLock = hook_shm_lock,
    .xShmBarrier = hook_shm_barrier,
    .xShmUnmap = hook_shm_unmap,
    .xFetch = hook_fetch,
    .xUnfetch = hook_unfetch,
};

static int hook_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags) {
    (void)vfs;
    struct hooked_file *file = (struct hooked_file *)f;
    memset(file, 0, sizeof *file);
    file->is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    int code = system_vfs->xOpen(system_vfs, name, real(f), flags, out_flags);
    if (code == SQLITE_OK) file->base.pMethods = &hooked_methods;
    return code;
}

void walreset_register(bool is_default) {
    static sqlite3_vfs vfs;
    if (system_vfs == NULL) {
        system_vfs = sqlite3_vfs_find(NULL);
        vfs = *system_vfs;
        vfs.zName = "walreset";
        vfs.szOsFile = (int)sizeof(struct hooked_file) + system_vfs->szOsFile;
        vfs.xOpen = hook_open;
        vfs.pNext = NULL;
    }
    sqlite3_vfs_register(&vfs, is_default);
}

void walreset_arm(int (*hook)(void *context), void *context) {
    hook_result = -1;
    hook_context = context;
    armed_hook = hook;
}

int walreset_hook_result(void) { return hook_result; }
