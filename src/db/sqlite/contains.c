/* Looking for a text within another, for SQLite: what LIKE '%text%' does, several times as fast.
 *
 * Every new connection gets the SQL function nuages_contains(text, what). Letters of ASCII are the same in either case, as
 * for LIKE; NULL within is NULL.
 */
#include <stdint.h>
#include <string.h>

#include "sqlite3.h"

#define BLOCK 16

typedef unsigned char Block __attribute__((vector_size(BLOCK)));

typedef struct What {
    int length;
    /* What to set in a byte before it is compared with the first or the last: 0x20 makes a letter lower case. */
    unsigned char first_fold, last_fold;
    unsigned char bytes[1];  /* in lower case */
} What;

static unsigned char lower(unsigned char byte) {
    return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

static unsigned char fold(unsigned char byte) {
    return byte >= 'a' && byte <= 'z' ? 0x20 : 0;
}

static What *prepared(sqlite3_value *value) {
    const unsigned char *text = sqlite3_value_text(value);
    int i, length = sqlite3_value_bytes(value);
    What *what = sqlite3_malloc64(sizeof(What) + (sqlite3_uint64)length);
    if (!what || !text) { sqlite3_free(what); return NULL; }
    for (i = 0; i < length; i++) what->bytes[i] = lower(text[i]);
    what->length = length;
    what->first_fold = length ? fold(what->bytes[0]) : 0;
    what->last_fold = length ? fold(what->bytes[length - 1]) : 0;
    return what;
}

static int is_at(const What *what, const unsigned char *text) {
    int i = 0;
    while (i < what->length && lower(text[i]) == what->bytes[i]) i++;
    return i == what->length;
}

/* Sixteen places at a time: only where both the first and the last byte fit is the rest looked at. */
static int is_in(const What *what, const unsigned char *text, int size) {
    int at = 0, i, last = what->length - 1;
    if (last < 0) return 1;
    if (last + BLOCK <= size) {
        const unsigned char first_byte = what->bytes[0], last_byte = what->bytes[last];
        for (; at + last + BLOCK <= size; at += BLOCK) {
            Block one, two;
            uint64_t hits[2];
            memcpy(&one, text + at, BLOCK);
            memcpy(&two, text + at + last, BLOCK);
            one = (Block)(((one | what->first_fold) == first_byte) & ((two | what->last_fold) == last_byte));
            memcpy(hits, &one, BLOCK);
            if (!(hits[0] | hits[1])) continue;
            for (i = 0; i < BLOCK; i++) {
                if (one[i] && is_at(what, text + at + i)) return 1;
            }
        }
    }
    for (; at + last < size; at++) {
        if (lower(text[at]) == what->bytes[0] && is_at(what, text + at)) return 1;
    }
    return 0;
}

static void contains(sqlite3_context *context, int count, sqlite3_value **values) {
    const unsigned char *text;
    What *what = sqlite3_get_auxdata(context, 1);
    (void)count;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL || sqlite3_value_type(values[1]) == SQLITE_NULL) return;
    text = sqlite3_value_text(values[0]);
    if (!text) { sqlite3_result_error_nomem(context); return; }
    if (what) { sqlite3_result_int(context, is_in(what, text, sqlite3_value_bytes(values[0]))); return; }
    what = prepared(values[1]);
    if (!what) { sqlite3_result_error_nomem(context); return; }
    sqlite3_result_int(context, is_in(what, text, sqlite3_value_bytes(values[0])));
    /* Kept for the rows that follow; it may be freed at once. */
    sqlite3_set_auxdata(context, 1, what, sqlite3_free);
}

int nuages_contains_register(sqlite3 *connection) {
    return sqlite3_create_function_v2(connection, "nuages_contains", 2,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                      NULL, contains, NULL, NULL, NULL);
}
