/* The least and the greatest of many texts: what MIN(x) and MAX(x) do in two steps for each, in one.
 *
 * Every new connection gets the SQL aggregate nuages_span(text), which gives "least|greatest", or NULL where there is none.
 * Bytes are compared, as in SQLite's own order of texts: dates as Django writes them are in order.
 */
#include <string.h>

#include "sqlite3.h"

typedef struct Text {
    unsigned char *bytes;
    int size, room;
} Text;

typedef struct Span {
    Text least, greatest;
} Span;

static int order(const Text *text, const unsigned char *bytes, int size) {
    int common = memcmp(text->bytes, bytes, (size_t)(text->size < size ? text->size : size));
    return common ? common : text->size - size;
}

static int keep(Text *text, const unsigned char *bytes, int size) {
    if (size >= text->room) {
        unsigned char *larger = sqlite3_realloc(text->bytes, size + 32);
        if (!larger) return 0;
        text->bytes = larger;
        text->room = size + 32;
    }
    memcpy(text->bytes, bytes, (size_t)size);
    text->size = size;
    return 1;
}

static void step(sqlite3_context *context, int count, sqlite3_value **values) {
    const unsigned char *bytes = sqlite3_value_text(values[0]);
    Span *span;
    int size, done = 1;
    (void)count;
    if (!bytes) return;
    size = sqlite3_value_bytes(values[0]);
    span = sqlite3_aggregate_context(context, sizeof(Span));
    if (!span) { sqlite3_result_error_nomem(context); return; }
    if (!span->least.bytes || order(&span->least, bytes, size) > 0) done &= keep(&span->least, bytes, size);
    if (!span->greatest.bytes || order(&span->greatest, bytes, size) < 0) done &= keep(&span->greatest, bytes, size);
    if (!done) sqlite3_result_error_nomem(context);
}

static void finish(sqlite3_context *context) {
    Span *span = sqlite3_aggregate_context(context, 0);
    if (!span) return;
    if (span->least.bytes && span->greatest.bytes) {
        const Text *least = &span->least, *greatest = &span->greatest;
        char *both = sqlite3_mprintf("%.*s|%.*s", least->size, least->bytes, greatest->size, greatest->bytes);
        if (both) sqlite3_result_text(context, both, -1, sqlite3_free);
        else sqlite3_result_error_nomem(context);
    }
    sqlite3_free(span->least.bytes);
    sqlite3_free(span->greatest.bytes);
}

int nuages_span_register(sqlite3 *connection) {
    return sqlite3_create_function_v2(connection, "nuages_span", 1,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                      NULL, NULL, step, finish, NULL);
}
