/* A statement timeout for SQLite, as PostgreSQL has one.
 *
 * Every new connection gets the SQL function nuages_statement_timeout(milliseconds). Once it was called with a number
 * above 0, a statement of that connection that runs longer ends with SQLITE_INTERRUPT; 0 takes the limit away.
 * The function returns the limit before the call.
 * Under a limit, long statements also stand back for short ones.
 */
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "sqlite3.h"

/* Virtual machine steps between two looks at the clock: well under a millisecond. */
#define STEPS 4000

/* From here on a statement is a long one: nanoseconds. */
#define PATIENCE 20000000

typedef struct Timer {
    sqlite3_int64 limit;  /* nanoseconds */
    sqlite3_int64 began;  /* of the statement now running, nanoseconds */
} Timer;

static sqlite3_int64 now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (sqlite3_int64)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int on_statement(unsigned what, void *timer, void *statement, void *text) {
    (void)what; (void)statement; (void)text;
    ((Timer *)timer)->began = now();
    return 0;
}

static int on_progress(void *data) {
    const Timer *timer = data;
    sqlite3_int64 ran = now() - timer->began;
    /* What takes long stands back for the short statements of others; where none of them waits this does nothing. */
    if (ran > PATIENCE) sched_yield();
    return ran > timer->limit;
}

static void statement_timeout(sqlite3_context *context, int count, sqlite3_value **values) {
    Timer *timer = sqlite3_user_data(context);
    sqlite3 *connection = sqlite3_context_db_handle(context);
    sqlite3_int64 milliseconds = sqlite3_value_int64(values[0]);
    sqlite3_int64 before = timer->limit / 1000000;
    (void)count;
    timer->limit = milliseconds * 1000000;
    timer->began = now();
    if (milliseconds > 0) {
        sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, on_statement, timer);
        sqlite3_progress_handler(connection, STEPS, on_progress, timer);
    } else {
        sqlite3_trace_v2(connection, 0, NULL, NULL);
        sqlite3_progress_handler(connection, 0, NULL, NULL);
    }
    sqlite3_result_int64(context, before);
}

static int on_open(sqlite3 *connection, char **message, const sqlite3_api_routines *api) {
    Timer *timer;
    (void)message; (void)api;
    timer = calloc(1, sizeof(Timer));
    if (!timer) return SQLITE_NOMEM;
    /* free() is called for the timer when the connection closes, and when this call fails. */
    return sqlite3_create_function_v2(connection, "nuages_statement_timeout", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                      timer, statement_timeout, NULL, NULL, free);
}

__attribute__((constructor)) static void register_with_sqlite(void) {
    sqlite3_auto_extension((void (*)(void))on_open);
}
