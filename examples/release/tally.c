/* tally: counts the lines, words and bytes of its input and prints its checksum and most frequent words.
 *
 *     tally < FILE            the counts
 *     tally --repeat N < FILE the counts, taken N times (to measure the speed)
 *     tally --self-test       tests itself, exits with 1 at the first fault
 */
#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_SIZE = 1 << 14, WORD_MAX = 31, TOP = 5 };

struct entry {
    char word[WORD_MAX + 1];
    unsigned long count;
};

struct tally {
    unsigned long lines, words, bytes, distinct;
    uint32_t crc;
    struct entry table[TABLE_SIZE]; /* open addressing; an empty word is a free place */
};

static uint32_t crc_table[256];

static void make_crc_table(void) {
    for (uint32_t n = 0; n < 256; n++) {
        uint32_t c = n;
        for (int bit = 0; bit < 8; bit++) c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
        crc_table[n] = c;
    }
}

/* Words that no longer fit are counted, but have no entry of their own. */
static void count_word(struct tally *t, const char *word, size_t length) {
    t->words++;
    if (length > WORD_MAX) length = WORD_MAX;
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)word[i]) * 16777619u;
    for (size_t probe = 0; probe < TABLE_SIZE; probe++) {
        struct entry *e = &t->table[(hash + probe) % TABLE_SIZE];
        if (e->word[0] == '\0') {
            if (t->distinct >= TABLE_SIZE / 2) return;
            memcpy(e->word, word, length);
            t->distinct++;
        }
        if (strncmp(e->word, word, length) == 0 && e->word[length] == '\0') {
            e->count++;
            return;
        }
    }
}

static void tally_text(struct tally *t, const char *text, size_t size) {
    char word[WORD_MAX + 1] = "";
    size_t length = 0;
    uint32_t crc = 0xFFFFFFFFu;
    memset(t, 0, sizeof *t);
    t->bytes = size;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        crc = crc_table[(crc ^ c) & 0xFF] ^ (crc >> 8);
        if (c == '\n') t->lines++;
        if (isalnum(c)) {
            if (length < WORD_MAX) word[length] = (char)tolower(c);
            length++;
        } else if (length > 0) {
            count_word(t, word, length);
            length = 0;
        }
    }
    if (length > 0) count_word(t, word, length);
    t->crc = ~crc;
    assert(t->distinct <= t->words);
}

static int by_count(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return strcmp(x->word, y->word);
}

static char *read_all(FILE *in, size_t *size) {
    size_t capacity = 1 << 16, used = 0, got;
    char *text = malloc(capacity);
    while (text != NULL && (got = fread(text + used, 1, capacity - used, in)) > 0) {
        used += got;
        if (used == capacity) {
            char *larger = realloc(text, capacity *= 2);
            if (larger == NULL) free(text);
            text = larger;
        }
    }
    *size = used;
    return text;
}

static int expect(const char *text, unsigned long lines, unsigned long words, uint32_t crc, struct tally *t) {
    tally_text(t, text, strlen(text));
    if (t->lines == lines && t->words == words && t->crc == crc) return 0;
    fprintf(stderr, "'%s': %lu lines, %lu words, crc %08x; expected %lu, %lu, %08x\n", text, t->lines, t->words,
            (unsigned)t->crc, lines, words, (unsigned)crc);
    return 1;
}

static int self_test(struct tally *t) {
    int faults = expect("", 0, 0, 0x00000000u, t);
    faults += expect("123456789", 0, 1, 0xCBF43926u, t); /* the check value of CRC-32 */
    faults += expect("The quick brown fox jumps over the lazy dog", 0, 9, 0x414FA339u, t);
    if (t->distinct != 8) faults++; /* "The" and "the" are one word */
    faults += expect("a\nb a\n\n", 3, 3, 0x01D990D9u, t);
    if (t->distinct != 2) faults++;
    printf("self-test: %s\n", faults == 0 ? "passed" : "FAILED");
    return faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
    static struct tally t;
    long repeat = argc == 3 && strcmp(argv[1], "--repeat") == 0 ? strtol(argv[2], NULL, 10) : 1;
    size_t size = 0;
    make_crc_table();
    if (argc == 2 && strcmp(argv[1], "--self-test") == 0) return self_test(&t);
    if ((argc != 1 && argc != 3) || repeat < 1) {
        fprintf(stderr, "usage: tally [--self-test | --repeat N] < FILE\n");
        return 2;
    }
    char *text = read_all(stdin, &size);
    if (text == NULL) {
        fprintf(stderr, "tally: out of memory\n");
        return EXIT_FAILURE;
    }
    for (long i = 0; i < repeat; i++) tally_text(&t, text, size);
    free(text);
    printf("lines %lu\nwords %lu\nbytes %lu\ndistinct %lu\ncrc32 %08x\n", t.lines, t.words, t.bytes, t.distinct,
           (unsigned)t.crc);
    qsort(t.table, TABLE_SIZE, sizeof t.table[0], by_count);
    for (int i = 0; i < TOP && t.table[i].count > 0; i++) printf("top %s %lu\n", t.table[i].word, t.table[i].count);
    return EXIT_SUCCESS;
}
