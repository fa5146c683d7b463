/* timer: the wheel against a sorted model, never early, in order; cancel; message timers. */
#include "vm_setup.h"

enum { TIMERS = 400 };
static const uint64_t ms = 1000000;

struct model {
    struct timer timer;
    uint64_t deadline_ns;
    bool runs;
    int fired;
};
static struct model model[TIMERS];
static uint64_t clock_ns, last_fired_tick;

static void fired(struct vm *vm, struct timer *t) {
    struct model *m = (struct model *)t;
    assert_true(m->runs);
    assert_false(timer_running(t));
    assert_true(m->deadline_ns <= clock_ns);
    assert_true(t->tick >= last_fired_tick); /* in the order of their deadlines */
    last_fired_tick = t->tick;
    m->runs = false;
    m->fired++;
}

static void test_wheel(void **state) {
    struct vm *vm = unit_vm();
    struct unit_random r = {9};
    memset(model, 0, sizeof model);
    clock_ns = 77 * ms;
    timers_init(&vm->timers, clock_ns);
    uint32_t running = 0;
    for (int step = 0; step < 30000; step++) {
        struct model *m = &model[unit_next(&r) % TIMERS];
        uint64_t span = ms << unit_next(&r) % 30;
        if (m->runs && unit_next(&r) % 2) {
            timer_cancel(&vm->timers, &m->timer);
            m->runs = false;
            running--;
        } else if (!m->runs) {
            m->deadline_ns = clock_ns + ms + unit_next(&r) % span;
            m->timer.fire = fired;
            m->runs = true;
            running++;
            timer_start(&vm->timers, &m->timer, m->deadline_ns);
        }
        assert_int_equal(vm->timers.count, running);
        if (step % 5) continue;
        uint64_t next = timers_next_ns(&vm->timers), earliest = UINT64_MAX;
        for (int i = 0; i < TIMERS; i++)
            if (model[i].runs && model[i].deadline_ns < earliest) earliest = model[i].deadline_ns;
        assert_true(earliest == UINT64_MAX ? next == UINT64_MAX : next <= earliest + ms);
        assert_true(next > clock_ns - ms);
        clock_ns += unit_next(&r) % (ms << unit_next(&r) % 24);
        last_fired_tick = 0;
        timers_advance(vm, &vm->timers, clock_ns);
        for (int i = 0; i < TIMERS; i++) {
            if (model[i].runs) assert_true(model[i].deadline_ns + ms > clock_ns);
            assert_int_equal(model[i].runs, timer_running(&model[i].timer));
        }
        running = vm->timers.count;
    }
}

/* A wheel that wakes too early without reason would make the machine busy. */
static void test_sleeps_long(void **state) {
    struct vm *vm = unit_vm();
    struct model m = {.deadline_ns = 3600 * 1000 * ms, .runs = true};
    m.timer.fire = fired;
    clock_ns = 1;
    last_fired_tick = 0;
    timer_start(&vm->timers, &m.timer, m.deadline_ns);
    int wakes = 0;
    while (m.runs) {
        uint64_t next = timers_next_ns(&vm->timers);
        assert_true(next > clock_ns);
        clock_ns = next;
        timers_advance(vm, &vm->timers, clock_ns);
        wakes++;
    }
    assert_true(wakes <= TIMER_LEVELS);
    assert_int_equal(timers_next_ns(&vm->timers), UINT64_MAX);
}

static void test_past_and_far(void **state) {
    struct vm *vm = unit_vm();
    struct model past = {.deadline_ns = 1, .runs = true}, far = {.deadline_ns = UINT64_MAX, .runs = true};
    past.timer.fire = far.timer.fire = fired;
    clock_ns = 500 * ms;
    last_fired_tick = 0;
    timers_advance(vm, &vm->timers, clock_ns);
    timer_start(&vm->timers, &past.timer, 1);
    timer_start(&vm->timers, &far.timer, UINT64_MAX);
    assert_true(timers_next_ns(&vm->timers) <= clock_ns);
    timers_advance(vm, &vm->timers, clock_ns);
    assert_int_equal(past.fired, 1);
    assert_true(timer_running(&far.timer));
    timer_cancel(&vm->timers, &far.timer);
    timer_cancel(&vm->timers, &far.timer);
    assert_int_equal(vm->timers.count, 0);
}

static void advance_to(struct vm *vm, uint64_t ns) {
    unit_now_ns = ns;
    timers_advance(vm, &vm->timers, ns);
}

static void test_messages(void **state) {
    struct vm *vm = unit_vm();
    struct process *p = unit_spawn(vm), *q = unit_spawn(vm);
    assert_int_equal(name_register(vm, A_TIMEOUT, q), ST_OK);
    term plain = msg_timer_start(p, 10 * ms, q->pid, heap_string(&p->heap, "hi", 2, NIL), false);
    term wrapped = msg_timer_start(p, 20 * ms, A_TIMEOUT, A_OK, true);
    term doomed = msg_timer_start(p, 20 * ms, p->pid, heap_string(&p->heap, "hi", 2, NIL), true);
    uint64_t wrapped_lo = ref_lo(wrapped);
    assert_true(msg_timer_read(vm, plain) > 9 * (int64_t)ms);
    advance_to(vm, 9 * ms);
    assert_int_equal(q->mailbox.length, 0);
    advance_to(vm, 10 * ms + 1);
    assert_int_equal(small_value(list_head(unit_receive(q))), 'h');
    assert_int_equal(msg_timer_read(vm, plain), -1);
    assert_int_equal(msg_timer_cancel(vm, plain), -1);
    assert_true(msg_timer_cancel(vm, doomed) > 0);
    term other = msg_timer_start(q, 1000 * ms, p->pid, A_OK, false);
    process_terminate(vm, p, A_NORMAL); /* takes its timers along */
    assert_int_equal(msg_timer_read(vm, other), -1);
    advance_to(vm, 2000 * ms);
    term t = unit_receive(q);
    assert_true(term_is_tuple_of(t, 3));
    assert_true(tuple_elements(t)[0] == A_TIMEOUT && tuple_elements(t)[2] == A_OK);
    assert_int_equal(ref_lo(tuple_elements(t)[1]), wrapped_lo);
    assert_true(unit_receive(q) == NONE);
    for (int i = 0; i < 500; i++)
        assert_true(msg_timer_start(q, 3000 * ms, q->pid, small_make(i), false) != NONE);
    advance_to(vm, 3000 * ms);
    for (int i = 0; i < 500; i++)
        assert_int_equal(small_value(unit_receive(q)), i); /* in the order of their start */
    unit_end_all(vm);
}

static void test_wait(void **state) {
    struct vm *vm = unit_vm();
    struct process *p = unit_spawn(vm);
    process_wait_start(p, 50 * ms);
    assert_int_equal(p->state, PROC_WAITING);
    advance_to(vm, 51 * ms);
    assert_int_equal(p->state, PROC_READY);
    assert_true(p->flags & PROC_TIMEOUT);
    assert_null(p->wait_timer);
    assert_ptr_equal(ready_pop(vm), p);
    process_wait_start(p, 90 * ms);
    assert_false(p->flags & PROC_TIMEOUT);
    process_terminate(vm, p, A_NORMAL);
    assert_int_equal(vm->timers.count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wheel),        cmocka_unit_test(test_sleeps_long),
        cmocka_unit_test(test_past_and_far), cmocka_unit_test(test_messages),
        cmocka_unit_test(test_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
