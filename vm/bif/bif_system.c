/* bif_system: system_info/1, system_flag/2, statistics/1, memory/0,1.
 *
 * Tables of items, each with a function. What is not here is badarg, as in OTP: nothing is made up about
 * schedulers, allocators or distribution that this system does not have. Source: erl(25) as the oracle;
 * erlang(3).
 */
#include "bif/args.h"
#include "bif/monitor.h"
#include "bif/clock.h"
#include "bif/state.h"

enum { PROCESS_LIMIT = 1 << 28, MIN_BIN_VHEAP_WORDS = 46422, NS_PER_MS = 1000000 };

static term number(struct process *p, uint64_t n) {
    return int_from_u64(&p->heap, n);
}
static term pair(struct process *p, term key, term value) {
    return TUPLE(&p->heap, key, value);
}
static term cons(struct process *p, term head, term tail) {
    return heap_cons(&p->heap, head, tail);
}

/* -- system_info */

static term info_otp_release(struct process *p) {
    return heap_string_of(p, "25");
}
static term info_version(struct process *p) {
    return heap_string_of(p, "13.1.5");
}
static term info_machine(struct process *p) {
    return heap_string_of(p, "LING");
}
static term info_architecture(struct process *p) {
    return heap_string_of(p, "x86_64-ling");
}
static term info_system_version(struct process *p) {
    return heap_string_of(p, "Ling (Erlang/OTP 25 compatible) [64-bit] [smp:1:1]\n");
}
static term info_one(struct process *p) {
    return small_make(1);
}
static term info_zero(struct process *p) {
    return small_make(0);
}
static term info_word_size(struct process *p) {
    return small_make(sizeof(term));
}
static term info_true(struct process *p) {
    return A_TRUE;
}
static term info_false(struct process *p) {
    return A_FALSE;
}
static term info_none(struct process *p) {
    return A_NONE;
}
static term info_undefined(struct process *p) {
    return A_UNDEFINED;
}
static term info_disabled(struct process *p) {
    return A_DISABLED;
}
static term info_private(struct process *p) {
    return A_PRIVATE;
}
static term info_opt(struct process *p) {
    return A_OPT;
}
static term info_emu(struct process *p) {
    return A_EMU;
}
static term info_little(struct process *p) {
    return A_LITTLE;
}
static term info_on_heap(struct process *p) {
    return A_ON_HEAP;
}
static term info_no_time_warp(struct process *p) {
    return A_NO_TIME_WARP;
}
static term info_final(struct process *p) {
    return A_FINAL;
}
static term info_process_count(struct process *p) {
    return number(p, p->vm->n_processes);
}
static term info_process_limit(struct process *p) {
    return small_make(PROCESS_LIMIT);
}
static term info_atom_count(struct process *p) {
    return number(p, atom_count(&p->vm->code));
}
static term info_atom_limit(struct process *p) {
    return small_make(ATOM_LIMIT);
}
static term info_start_time(struct process *p) {
    return number(p, p->vm->start_mono_ns);
}
static term info_end_time(struct process *p) {
    return int_from_i64(&p->heap, INT64_MAX);
}
static term info_os_type(struct process *p) {
    return pair(p, A_UNIX, A_LING);
}
static term info_os_version(struct process *p) {
    return TUPLE(&p->heap, small_make(0), small_make(1), small_make(0));
}
static term info_min_heap(struct process *p) {
    return pair(p, A_MIN_HEAP_SIZE, number(p, spawn_defaults.min_heap_words));
}
static term info_min_bin_vheap(struct process *p) {
    return pair(p, A_MIN_BIN_VHEAP_SIZE, small_make(MIN_BIN_VHEAP_WORDS));
}
static term info_fullsweep(struct process *p) {
    return pair(p, A_FULLSWEEP_AFTER, small_make(spawn_defaults.fullsweep_after));
}
static term info_max_heap(struct process *p) {
    return max_heap_term(p, spawn_defaults.max_heap_words);
}
static term info_garbage_collection(struct process *p) {
    term list = cons(p, info_fullsweep(p), NIL);
    list = cons(p, info_min_heap(p), list);
    list = cons(p, info_min_bin_vheap(p), list);
    return cons(p, pair(p, A_MAX_HEAP_SIZE, number(p, spawn_defaults.max_heap_words)), list);
}
static term info_system_logger(struct process *p) {
    const struct bif_state *s = bif_state(p->vm);
    return s ? s->system_logger : A_LOGGER;
}
static term info_blockers(struct process *p) {
    return NIL;
}

struct item {
    term name;
    term (*value)(struct process *p);
};

static term item_value(struct process *p, const struct item *items, size_t n, term name) {
    for (size_t i = 0; i < n; i++)
        if (items[i].name == name) return items[i].value(p);
    return NONE;
}

static const struct item infos[] = {
    {A_OTP_RELEASE, info_otp_release},
    {A_VERSION, info_version},
    {A_MACHINE, info_machine},
    {A_SYSTEM_ARCHITECTURE, info_architecture},
    {A_SYSTEM_VERSION, info_system_version},
    {A_WORDSIZE, info_word_size},
    {A_SCHEDULERS, info_one},
    {A_SCHEDULERS_ONLINE, info_one},
    {A_SCHEDULER_ID, info_one},
    {A_LOGICAL_PROCESSORS, info_one},
    {A_LOGICAL_PROCESSORS_ONLINE, info_one},
    {A_LOGICAL_PROCESSORS_AVAILABLE, info_one},
    {A_DIRTY_CPU_SCHEDULERS, info_zero},
    {A_DIRTY_CPU_SCHEDULERS_ONLINE, info_zero},
    {A_DIRTY_IO_SCHEDULERS, info_zero},
    {A_THREAD_POOL_SIZE, info_zero},
    {A_SMP_SUPPORT, info_false},
    {A_THREADS, info_false},
    {A_MULTI_SCHEDULING, info_disabled},
    {A_MULTI_SCHEDULING_BLOCKERS, info_blockers},
    {A_NORMAL_MULTI_SCHEDULING_BLOCKERS, info_blockers},
    {A_KERNEL_POLL, info_false},
    {A_PROCESS_COUNT, info_process_count},
    {A_PROCESS_LIMIT, info_process_limit},
    {A_ATOM_COUNT, info_atom_count},
    {A_ATOM_LIMIT, info_atom_limit},
    {A_HEAP_TYPE, info_private},
    {A_BUILD_TYPE, info_opt},
    {A_EMU_TYPE, info_opt},
    {A_EMU_FLAVOR, info_emu},
    {A_ENDIAN, info_little},
    {A_MESSAGE_QUEUE_DATA, info_on_heap},
    {A_OS_TYPE, info_os_type},
    {A_OS_VERSION, info_os_version},
    {A_MIN_HEAP_SIZE, info_min_heap},
    {A_MIN_BIN_VHEAP_SIZE, info_min_bin_vheap},
    {A_MAX_HEAP_SIZE, info_max_heap},
    {A_FULLSWEEP_AFTER, info_fullsweep},
    {A_GARBAGE_COLLECTION, info_garbage_collection},
    {A_START_TIME, info_start_time},
    {A_END_TIME, info_end_time},
    {A_TIME_CORRECTION, info_true},
    {A_TIME_OFFSET, info_final},
    {A_TIME_WARP_MODE, info_no_time_warp},
    {A_TOLERANT_TIMEOFDAY, info_disabled},
    {A_DEBUG_COMPILED, info_false},
    {A_DYNAMIC_TRACE, info_none},
    {A_DYNAMIC_TRACE_PROBES, info_false},
    {A_CREATION, info_zero},
    {A_CPU_TOPOLOGY, info_undefined},
    {A_SYSTEM_LOGGER, info_system_logger},
};

term bif_erlang_system_info_1(struct process *p, const term *a) {
    term name = a[0];
    if (term_is_tuple_of(name, 2) &&
        tuple_elements(name)[0] == A_WORDSIZE) { /* {wordsize, internal | external} */
        term which = tuple_elements(name)[1];
        return which == A_INTERNAL || which == A_EXTERNAL ? info_word_size(p) : raise_badarg(p);
    }
    term value = item_value(p, infos, ARRAY_LEN(infos), name);
    return value == NONE ? raise_badarg(p) : value;
}

/* -- system_flag: the flags that this system has */

static term flag_system_logger(struct process *p, term value) {
    struct bif_state *s = bif_state(p->vm);
    if (!s) return raise_system_limit(p);
    if (!term_is_pid(value) && value != A_LOGGER && value != A_UNDEFINED) return raise_badarg(p);
    term old = s->system_logger;
    s->system_logger = value;
    return old;
}

/* Settings for all processes to come: known, and fixed. */
static term flag_fixed_words(struct process *p, term value, size_t now) {
    size_t words;
    return arg_size(value, SIZE_MAX >> 8, &words) ? number(p, now) : raise_badarg(p);
}

term bif_erlang_system_flag_2(struct process *p, const term *a) {
    if (a[0] == A_SYSTEM_LOGGER) return flag_system_logger(p, a[1]);
    if (a[0] == A_SCHEDULERS_ONLINE) return a[1] == small_make(1) ? a[1] : raise_badarg(p);
    if (a[0] == A_TIME_OFFSET) return a[1] == A_FINALIZE ? A_FINAL : raise_badarg(p);
    if (a[0] == A_MIN_HEAP_SIZE) return flag_fixed_words(p, a[1], spawn_defaults.min_heap_words);
    if (a[0] == A_FULLSWEEP_AFTER) return flag_fixed_words(p, a[1], spawn_defaults.fullsweep_after);
    if (a[0] == A_BACKTRACE_DEPTH) return flag_fixed_words(p, a[1], 8);
    return raise_badarg_cause(p, A_BADOPT);
}

/* -- statistics */

/* {Total, SinceLastCall} */
static term since_last(struct process *p, uint64_t total, uint64_t *last) {
    uint64_t before = *last;
    *last = total;
    term sum = number(p, total);
    return pair(p, sum, number(p, total - before));
}

static term stat_reductions(struct process *p) {
    struct bif_state *s = bif_state(p->vm);
    return s ? since_last(p, p->vm->stats.reductions, &s->last_reductions) : raise_system_limit(p);
}
static term stat_runtime(struct process *p) {
    struct bif_state *s = bif_state(p->vm);
    return s ? since_last(p, p->vm->stats.busy_ns / NS_PER_MS, &s->last_runtime_ms) : raise_system_limit(p);
}
static term stat_wall_clock(struct process *p) {
    struct bif_state *s = bif_state(p->vm);
    uint64_t ms = ((uint64_t)clock_monotonic_ns() - p->vm->start_mono_ns) / NS_PER_MS;
    return s ? since_last(p, ms, &s->last_wall_ms) : raise_system_limit(p);
}
static term stat_context_switches(struct process *p) {
    return pair(p, number(p, p->vm->stats.context_switches), small_make(0));
}
static term stat_garbage_collection(struct process *p) {
    term runs = number(p, p->vm->stats.gc_minor + p->vm->stats.gc_major);
    term words = number(p, p->vm->stats.words_reclaimed);
    return TUPLE(&p->heap, runs, words, small_make(0));
}
static term stat_io(struct process *p) {
    term in = pair(p, A_INPUT, number(p, p->vm->stats.io_in));
    return pair(p, in, pair(p, A_OUTPUT, number(p, p->vm->stats.io_out)));
}
static term stat_run_queue(struct process *p) {
    return number(p, p->vm->ready.length);
}
static term stat_active(struct process *p) {
    return number(p, p->vm->ready.length + 1u);
}
static term stat_run_queue_lengths(struct process *p) {
    return cons(p, stat_run_queue(p), NIL);
}
static term stat_active_tasks(struct process *p) {
    return cons(p, stat_active(p), NIL);
}

static const struct item stats[] = {
    {A_REDUCTIONS, stat_reductions},
    {A_EXACT_REDUCTIONS, stat_reductions},
    {A_RUNTIME, stat_runtime},
    {A_WALL_CLOCK, stat_wall_clock},
    {A_CONTEXT_SWITCHES, stat_context_switches},
    {A_GARBAGE_COLLECTION, stat_garbage_collection},
    {A_IO, stat_io},
    {A_RUN_QUEUE, stat_run_queue},
    {A_TOTAL_RUN_QUEUE_LENGTHS, stat_run_queue},
    {A_RUN_QUEUE_LENGTHS, stat_run_queue_lengths},
    {A_TOTAL_ACTIVE_TASKS, stat_active},
    {A_ACTIVE_TASKS, stat_active_tasks},
    {A_SCHEDULER_WALL_TIME, info_undefined},
};

/* since_last allocates nothing but its answer; NONE means raised, or no such item. */
term bif_erlang_statistics_1(struct process *p, const term *a) {
    p->want = WANT_YIELD;
    term value = item_value(p, stats, ARRAY_LEN(stats), a[0]);
    return value == NONE && p->want != WANT_RAISE ? raise_badarg(p) : value;
}
