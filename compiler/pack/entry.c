/* entry: which of the user's modules the instance starts.
 *
 *   --entry M  >  the module named as the program  >  the only one that exports handle/1 or main/1
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "pack/note.h"
#include "pack/program.h"

static bool is_entry(const struct unit *u) {
    return u->origin == UNIT_USER && (unit_export(u, "handle", 1) || unit_export(u, "main", 1));
}

static int choose(struct program *p, struct unit *u) {
    p->entry = u;
    p->service = unit_export(u, "handle", 1) != 0;
    return EXIT_FINE;
}

static int none_or_many(struct program *p, uint32_t n, const char *program_name) {
    if (n == 0) {
        note_error("%s: no module in it exports handle/1 (a service) or main/1 (a script): one of them is "
                   "where it starts",
                   program_name);
        return EXIT_USER;
    }
    char *list = mem_text("", 0);
    for (uint32_t i = 0; i < p->n_units; i++) {
        if (!is_entry(p->units[i])) continue;
        char *longer = mem_format("%s%s%s", list, *list ? ", " : "", p->units[i]->name);
        free(list);
        list = longer;
    }
    note_error("several modules could be the entry: %s; choose one with --entry MODULE", list);
    free(list);
    return EXIT_USER;
}

int program_find_entry(struct program *p, const char *wanted, const char *program_name) {
    const char *name = wanted ? wanted : program_name;
    struct unit *only = NULL;
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_units; i++) {
        struct unit *u = p->units[i];
        if (u->origin == UNIT_USER && strcmp(u->name, name) == 0 && (wanted || is_entry(u))) {
            if (is_entry(u)) return choose(p, u);
            note_error("entry module %s exports neither handle/1 (a service) nor main/1 (a script)", name);
            return EXIT_USER;
        }
        if (is_entry(u)) {
            only = u;
            n++;
        }
    }
    if (wanted) {
        note_error("entry module %s is not in the program", wanted);
        return EXIT_USER;
    }
    return n == 1 ? choose(p, only) : none_or_many(p, n, program_name);
}
