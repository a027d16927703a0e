/* The two theory queues and nothing else: the floor a general engine is held against.
 *
 * One service, or two in line with blocking between them; Poisson arrivals, exponential stays, first
 * come first served. Draws, times and log rows are those of the engines, bit for bit (docs/model.md).
 *
 * Compile with -O3 -ffp-contract=off and without -ffast-math: no fused multiply-add, no reordering.
 * Parts can be exchanged to see what they cost:
 *   -DSHORT_DRAWS   SplitMix64 in the place of Philox4x64-10 (other numbers, the same laws)
 *   -DNO_EVENT_LIST the few timers are looked through one by one; there is no heap
 *   -DTALLIES       daily tallies, a row per wait and a row per person are kept
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { STAY_ENDS = 7, ARRIVES = 17, CAPACITY = 3, LISTED = 38, TURNED_AWAY = 39, ADMITTED = 46,
       BLOCKED = 48, LEAVES_PLACE = 50, GOES = 4 };
enum { STREET = -1, LEFT = -2 };
enum { PLACES = 64 }; /* at most, in one service */

typedef struct { /* what is simulated */
    uint64_t seed, replication, stream_key, gap_purpose, stay_purpose[2];
    double horizon, rate, mean[2];
    int32_t places[2], waiting_room, wants_log; /* waiting_room: -1 no limit */
} Queue;

typedef struct { double time; int32_t event, person, service, other, number, unused; } Row;

typedef struct { /* what came of it; the arrays belong to the caller (see release) */
    int64_t events, people, rows, rows_room;
    double waited, tallied;   /* sums, so that nothing is computed for nobody */
    Row *log;
} Outcome;

typedef struct { double time; uint64_t order; int32_t person, service; } Timer;

typedef struct { /* daily tallies */
    double living[2], waiting, blocked;              /* now */
    double living_area[2], waiting_area, blocked_area; /* over the day */
    double arrivals, turned_away, listed[2], admissions[2], completions[2], departures[2], left;
} Day;

typedef struct { double service, listed, ended; } Wait;
typedef struct { double entered, gone; } Milestones;

typedef struct {
    const Queue *queue;
    Outcome *out;
    double now, due;          /* due: the sum of the unit exponential gaps */
    uint64_t keys[10][2];     /* of the ten rounds */
    Timer timers[2 * PLACES + 1];
    int timer_count;
    double *listed_at;        /* per person */
    int64_t people_room;
    int64_t *list, list_head, list_tail, list_room;
    int64_t blocked[PLACES];  /* ring of those blocked in the first service */
    int blocked_head, blocked_count, occupied[2];
#ifdef TALLIES
    Day today, *days;
    Wait *waits;
    Milestones *milestones;
    int64_t day, wait_count, waits_room;
#endif
} World;

/* --- draws --------------------------------------------------------------------------------- */

static inline uint64_t split_mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline uint64_t person_key(uint64_t source, uint64_t rank) {
    return split_mix(source + 0x9E3779B97F4A7C15u * rank);
}

static inline uint64_t high(uint64_t a, uint64_t b) {
    return (uint64_t)(((unsigned __int128)a * b) >> 64);
}

/* Philox4x64-10, first word; source: Salmon, Moraes, Dror and Shaw, SC11 (2011). */
static inline double uniform(const World *w, uint64_t key, uint64_t purpose, uint64_t count) {
#ifdef SHORT_DRAWS
    uint64_t a = split_mix(key ^ (purpose + 0x9E3779B97F4A7C15u * count) ^ w->keys[0][0]);
#else
    const uint64_t m0 = 0xD2E7470EE14C6C93u, m1 = 0xCA5A826395121157u;
    uint64_t a = key, b = purpose, c = count, d = 0;
    for (int turn = 0; turn < 10; turn++) {
        uint64_t low0 = m0 * a, high0 = high(m0, a), low1 = m1 * c, high1 = high(m1, c);
        a = high1 ^ b ^ w->keys[turn][0];
        b = low1;
        c = high0 ^ d ^ w->keys[turn][1];
        d = low0;
    }
#endif
    return (double)(a >> 11) * 0x1p-53;
}

/* --- event list ------------------------------------------------------------------------------ */

static inline int earlier(const Timer *a, const Timer *b) {
    return a->time != b->time ? a->time < b->time : a->order < b->order;
}

#ifdef NO_EVENT_LIST
static inline void put(World *w, Timer timer) { w->timers[w->timer_count++] = timer; }

static inline Timer take(World *w) {
    int first = 0;
    for (int i = 1; i < w->timer_count; i++)
        if (earlier(&w->timers[i], &w->timers[first])) first = i;
    Timer timer = w->timers[first];
    w->timers[first] = w->timers[--w->timer_count];
    return timer;
}
#else
static inline void put(World *w, Timer timer) {
    int place = w->timer_count++;
    while (place > 0) {
        int above = (place - 1) / 2;
        if (!earlier(&timer, &w->timers[above])) break;
        w->timers[place] = w->timers[above];
        place = above;
    }
    w->timers[place] = timer;
}

static inline Timer take(World *w) {
    Timer timer = w->timers[0], last = w->timers[--w->timer_count];
    int place = 0, below;
    while ((below = 2 * place + 1) < w->timer_count) {
        if (below + 1 < w->timer_count && earlier(&w->timers[below + 1], &w->timers[below])) below++;
        if (!earlier(&w->timers[below], &last)) break;
        w->timers[place] = w->timers[below];
        place = below;
    }
    w->timers[place] = last;
    return timer;
}
#endif

/* To the nearest millisecond, halves to the even one: a sum this large has no room for fractions. */
static inline double rounded(double time) {
    const double milliseconds = 86400000.0, shift = 6755399441055744.0;
    return ((time * milliseconds + shift) - shift) / milliseconds;
}

static inline void set(World *w, double time, int code, int64_t person, int service) {
    uint64_t order = (uint64_t)code << 48 | (uint64_t)(person + 1) << 12 | (uint64_t)(service + 1);
    put(w, (Timer){rounded(time), order, (int32_t)person, service});
}

/* --- log and tallies ------------------------------------------------------------------------- */

static inline void write_row(World *w, int event, int64_t person, int service, int other, int number) {
    Outcome *out = w->out;
    if (!w->queue->wants_log) return;
    if (out->rows == out->rows_room) {
        out->rows_room = out->rows_room ? 2 * out->rows_room : 4096;
        out->log = realloc(out->log, (size_t)out->rows_room * sizeof(Row));
    }
    out->log[out->rows++] = (Row){w->now, event, (int32_t)person, service, other, number, 0};
}

#ifdef TALLIES
static void close_day(World *w) {
    Day *now = &w->today;
    w->days[w->day++] = *now;
    Day next = {{now->living[0], now->living[1]}, now->waiting, now->blocked,
                {now->living[0], now->living[1]}, now->waiting, now->blocked,
                0, 0, {0, 0}, {0, 0}, {0, 0}, {0, 0}, 0};
    *now = next;
}
#define COUNT(field) (w->today.field += 1)
#define LEVEL(field, area, delta) \
    (w->today.field += (delta), w->today.area += (delta) * ((double)(w->day + 1) - w->now))
#else
#define COUNT(field) ((void)0)
#define LEVEL(field, area, delta) ((void)0)
#endif

static inline void end_wait(World *w, int64_t person, int service) {
    w->out->waited += w->now - w->listed_at[person];
    (void)service;
#ifdef TALLIES
    if (w->wait_count == w->waits_room) {
        w->waits_room = w->waits_room ? 2 * w->waits_room : 4096;
        w->waits = realloc(w->waits, (size_t)w->waits_room * sizeof(Wait));
    }
    w->waits[w->wait_count++] = (Wait){service, w->listed_at[person], w->now};
#endif
}

/* --- what happens ------------------------------------------------------------------------------ */

static inline void list_person(World *w, int64_t person, int service) {
    w->listed_at[person] = w->now;
    write_row(w, LISTED, person, service, -1, 0);
    COUNT(listed[service]);
}

static inline void admit(World *w, int64_t person, int service, int from) {
    const Queue *q = w->queue;
    end_wait(w, person, service);
    write_row(w, ADMITTED, person, service, from, 0);
    COUNT(admissions[service]);
    LEVEL(living[service], living_area[service], 1);
    w->occupied[service]++;
    double u = uniform(w, person_key(q->stream_key, (uint64_t)person), q->stay_purpose[service], 0);
    set(w, w->now + -q->mean[service] * log(1.0 - u), STAY_ENDS, person, service);
}

static inline void leave_place(World *w, int64_t person, int service, int to) {
    write_row(w, LEAVES_PLACE, person, service, to, 0);
    COUNT(departures[service]);
    LEVEL(living[service], living_area[service], -1);
    w->occupied[service]--;
}

static inline void go(World *w, int64_t person, int from) {
    write_row(w, GOES, person, from, LEFT, 0);
    COUNT(left);
#ifdef TALLIES
    w->milestones[person].gone = w->now;
#endif
}

static inline void fill_first(World *w) {
    if (w->list_head == w->list_tail) return;
    int64_t person = w->list[w->list_head++ & (w->list_room - 1)];
    LEVEL(waiting, waiting_area, -1);
    admit(w, person, 0, STREET);
}

static inline void move_on(World *w, int64_t person) {
    leave_place(w, person, 0, 1);
    admit(w, person, 1, 0);
    fill_first(w);
}

static inline void next_arrival(World *w) {
    const Queue *q = w->queue;
    double u = uniform(w, q->stream_key, q->gap_purpose, (uint64_t)w->out->people);
    w->due += -log(1.0 - u);
    set(w, w->due / q->rate, ARRIVES, -1, 0);
}

static void wait_in_list(World *w, int64_t person) {
    if (w->list_tail - w->list_head == w->list_room) {
        int64_t *larger = malloc((size_t)w->list_room * 2 * sizeof(int64_t));
        for (int64_t i = w->list_head; i < w->list_tail; i++)
            larger[i & (2 * w->list_room - 1)] = w->list[i & (w->list_room - 1)];
        free(w->list);
        w->list = larger;
        w->list_room *= 2;
    }
    w->list[w->list_tail++ & (w->list_room - 1)] = person;
    LEVEL(waiting, waiting_area, 1);
}

static inline void arrive(World *w) {
    const Queue *q = w->queue;
    int64_t person = w->out->people++;
    if (person == w->people_room) {
        w->people_room *= 2;
        w->listed_at = realloc(w->listed_at, (size_t)w->people_room * sizeof(double));
#ifdef TALLIES
        w->milestones = realloc(w->milestones, (size_t)w->people_room * sizeof(Milestones));
#endif
    }
#ifdef TALLIES
    w->milestones[person] = (Milestones){w->now, NAN};
#endif
    write_row(w, ARRIVES, person, 0, -1, 0);
    COUNT(arrivals);
    int64_t waiting = w->list_tail - w->list_head;
    if (w->occupied[0] == q->places[0] && q->waiting_room >= 0 && waiting >= q->waiting_room) {
        write_row(w, TURNED_AWAY, person, 0, -1, 0);
        COUNT(turned_away);
        go(w, person, STREET);
    } else {
        list_person(w, person, 0);
        if (w->occupied[0] < q->places[0]) admit(w, person, 0, STREET);
        else wait_in_list(w, person);
    }
    next_arrival(w);
}

static inline void stay_ends(World *w, int64_t person, int service, int services) {
    const Queue *q = w->queue;
    int last = service == services - 1;
    write_row(w, STAY_ENDS, person, service, last ? LEFT : 1, 0);
    COUNT(completions[service]);
    if (last) {
        leave_place(w, person, service, LEFT);
        go(w, person, service);
        if (service == 0) {
            fill_first(w);
        } else if (w->blocked_count) {
            int64_t next = w->blocked[w->blocked_head];
            w->blocked_head = (w->blocked_head + 1) % PLACES;
            w->blocked_count--;
            LEVEL(blocked, blocked_area, -1);
            move_on(w, next);
        }
        return;
    }
    list_person(w, person, 1);
    if (w->occupied[1] < q->places[1]) {
        move_on(w, person);
        return;
    }
    w->blocked[(w->blocked_head + w->blocked_count++) % PLACES] = person;
    LEVEL(blocked, blocked_area, 1);
    write_row(w, BLOCKED, person, 0, 1, 0);
}

static inline __attribute__((always_inline)) void run(World *w, int services) {
    for (;;) {
        Timer timer = take(w);
        if (timer.time >= w->queue->horizon) break;
#ifdef TALLIES
        while (timer.time >= (double)(w->day + 1)) close_day(w);
#endif
        w->now = timer.time;
        w->out->events++;
        if (timer.person < 0) arrive(w);
        else stay_ends(w, timer.person, timer.service, services);
    }
#ifdef TALLIES
    while ((double)(w->day + 1) <= w->queue->horizon) close_day(w);
    for (int64_t day = 0; day < w->day; day++) w->out->tallied += w->days[day].living_area[0];
    for (int64_t i = 0; i < w->wait_count; i++) w->out->tallied += w->waits[i].ended;
    for (int64_t i = 0; i < w->out->people; i++) w->out->tallied += w->milestones[i].entered;
#endif
}

/* --- from outside ---------------------------------------------------------------------------- */

static void run_one(World *w) { run(w, 1); }
static void run_two(World *w) { run(w, 2); }

/* Simulate `services` (1 or 2) services in line; `release` the outcome afterwards. */
void simulate(const Queue *queue, int services, Outcome *out) {
    World *w = calloc(1, sizeof(World));
    memset(out, 0, sizeof(*out));
    w->queue = queue;
    w->out = out;
    for (int turn = 0; turn < 10; turn++) {
        w->keys[turn][0] = queue->seed + (uint64_t)turn * 0x9E3779B97F4A7C15u;
        w->keys[turn][1] = queue->replication + (uint64_t)turn * 0xBB67AE8584CAA73Bu;
    }
    w->people_room = 1024;
    w->listed_at = malloc((size_t)w->people_room * sizeof(double));
    w->list_room = 64;
    w->list = malloc((size_t)w->list_room * sizeof(int64_t));
#ifdef TALLIES
    w->days = malloc(((size_t)queue->horizon + 1) * sizeof(Day));
    w->milestones = malloc((size_t)w->people_room * sizeof(Milestones));
#endif
    for (int service = 0; service < services; service++)
        write_row(w, CAPACITY, -1, service, -1, queue->places[service]);
    next_arrival(w);
    if (services == 1) run_one(w);
    else run_two(w);
#ifdef TALLIES
    free(w->days);
    free(w->waits);
    free(w->milestones);
#endif
    free(w->listed_at);
    free(w->list);
    free(w);
}

void release(Outcome *out) { free(out->log); }
