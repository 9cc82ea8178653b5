/* Looking for a text within another, for SQLite: what LIKE '%text%' does, several times as fast.
 *
 * Every new connection gets the SQL function nuages_contains(text, what, ...): whether what is in text, or the next what
 * in the next text, and so on; one call costs less than several with OR between them. Letters of ASCII are the same in
 * either case, as for LIKE; NULL is as OR has it.
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

/* Room for a short text, which is prepared anew for each row: that costs less than to find what was kept, and with many
 * words all of them would be gone through for each. */
#define SHORT 64

typedef union Room {
    What what;
    unsigned char bytes[sizeof(What) + SHORT];
} Room;

static What *prepare(What *what, sqlite3_value *value) {
    const unsigned char *text = sqlite3_value_text(value);
    int i, length = sqlite3_value_bytes(value);
    if (!text) return NULL;
    for (i = 0; i < length; i++) what->bytes[i] = lower(text[i]);
    what->length = length;
    what->first_fold = length ? fold(what->bytes[0]) : 0;
    what->last_fold = length ? fold(what->bytes[length - 1]) : 0;
    return what;
}

static What *prepared(sqlite3_value *value) {
    What *what = sqlite3_malloc64(sizeof(What) + (sqlite3_uint64)sqlite3_value_bytes(value));
    if (what && !prepare(what, value)) { sqlite3_free(what); return NULL; }
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

/* What argument number `at` asks for: in `room`, or kept for the rows that follow. The caller frees it where `*mine` is
 * set. */
static What *asked(sqlite3_context *context, sqlite3_value **values, int at, Room *room, int *mine) {
    What *what;
    *mine = 0;
    if (sqlite3_value_bytes(values[at]) <= SHORT) return prepare(&room->what, values[at]);
    what = sqlite3_get_auxdata(context, at);
    if (what) return what;
    what = prepared(values[at]);
    if (!what) return NULL;
    sqlite3_set_auxdata(context, at, what, sqlite3_free);
    /* It may have been freed at once. */
    if (sqlite3_get_auxdata(context, at) == what) return what;
    *mine = 1;
    return prepared(values[at]);
}

static void contains(sqlite3_context *context, int count, sqlite3_value **values) {
    int at, unknown = 0;
    for (at = 0; at + 1 < count; at += 2) {
        const unsigned char *text;
        What *what;
        Room room;
        int found, mine;
        if (sqlite3_value_type(values[at]) == SQLITE_NULL || sqlite3_value_type(values[at + 1]) == SQLITE_NULL) {
            unknown = 1;
            continue;
        }
        text = sqlite3_value_text(values[at]);
        what = asked(context, values, at + 1, &room, &mine);
        if (!text || !what) { sqlite3_result_error_nomem(context); return; }
        found = is_in(what, text, sqlite3_value_bytes(values[at]));
        if (mine) sqlite3_free(what);
        if (found) { sqlite3_result_int(context, 1); return; }
    }
    if (!unknown) sqlite3_result_int(context, 0);
}

int nuages_contains_register(sqlite3 *connection) {
    return sqlite3_create_function_v2(connection, "nuages_contains", -1,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                      NULL, contains, NULL, NULL, NULL);
}
