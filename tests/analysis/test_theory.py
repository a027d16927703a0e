"""Theory: known values, limiting cases, and formulas of different origin that must agree."""

import dataclasses
import math
import random

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, stats

from sim.analysis.theory import (
    TwoServices,
    birth_death,
    erlang_a,
    erlang_c,
    erlang_c_mean_wait,
    generator,
    infinite_places_mean,
    long_run,
    mmc,
    mmck,
    pollaczek_khinchine_mean_wait,
    priority_mean_waits,
    queue_in_time,
    two_services,
    two_services_limit,
    two_services_without_limit,
)
from sim.core.calendars import calendar, constant
from sim.core.queues import erlang_b

# ------------------------------------------------------------------ one service, long run


def test_erlang_b_is_the_truncated_poisson_probability() -> None:
    for load, places in ((0.5, 1), (8.0, 14), (14.0, 14), (300.0, 310), (40.0, 3)):
        expected = stats.poisson.pmf(places, load) / stats.poisson.cdf(places, load)
        assert erlang_b(load, places) == pytest.approx(expected, rel=1e-10)


def test_erlang_values_of_published_tables() -> None:
    # Erlang B and C at 10 erlangs, as printed in telephone traffic tables.
    assert erlang_b(10.0, 10) == pytest.approx(0.2146, abs=5e-5)
    assert erlang_c(10.0, 12) == pytest.approx(0.4494, abs=5e-5)


def test_one_place_is_the_single_server_queue() -> None:
    assert erlang_c(0.8, 1) == pytest.approx(0.8)
    assert erlang_c_mean_wait(0.4, 2.0, 1) == pytest.approx(0.8 * 2.0 / 0.2)


def test_a_long_waiting_room_is_an_unlimited_list() -> None:
    unlimited, limited = mmc(0.5, 24.0, 14), mmck(0.5, 24.0, 14, 400)
    for field in dataclasses.fields(unlimited):
        expected = getattr(unlimited, field.name)
        assert getattr(limited, field.name) == pytest.approx(expected, rel=1e-9, abs=1e-20)


def test_another_mean_stay_does_not_agree_with_the_chain() -> None:
    wrong = mmck(0.5, 24.1, 14, 400)
    assert wrong.mean_wait != pytest.approx(mmc(0.5, 24.0, 14).mean_wait, rel=1e-2)


def test_no_waiting_room_is_the_loss_system() -> None:
    loss = mmck(0.9, 10.0, 7, 0)
    assert loss.turned_away_share == pytest.approx(erlang_b(9.0, 7))
    assert (loss.waiting, loss.wait_share) == (0.0, 0.0)
    assert loss.present == pytest.approx(9.0 * (1.0 - erlang_b(9.0, 7)))


def test_one_place_with_a_room_is_geometric() -> None:
    ratio, most = 1.3, 6
    shares = ratio ** np.arange(most + 1)
    result = mmck(1.3, 1.0, 1, most - 1)
    assert result.turned_away_share == pytest.approx(shares[-1] / shares.sum())
    assert result.present == pytest.approx(1.0 - shares[0] / shares.sum())


def test_waits_are_of_those_who_entered() -> None:
    """One place, one seat: those who find one person wait for that stay, the others do not."""
    one_present = 1.3 / (1.0 + 1.3)
    assert mmck(1.3, 1.0, 1, 1).mean_wait == pytest.approx(one_present)


def test_patience_without_end_is_the_unlimited_list() -> None:
    patient, unlimited = erlang_a(0.5, 20.0, 1e9, 14), mmc(0.5, 20.0, 14)
    assert patient.mean_wait == pytest.approx(unlimited.mean_wait, rel=1e-6)
    assert patient.reneged_share == pytest.approx(0.0, abs=1e-8)


def test_patience_as_long_as_the_stay_is_a_poisson_number_of_people() -> None:
    """With equal rates out of place and list everybody leaves alike: M/M/infinity."""
    result = erlang_a(1.1, 10.0, 10.0, 6)
    people = np.arange(200)
    waiting = float(stats.poisson.pmf(people, 11.0) @ np.maximum(people - 6, 0))
    assert result.waiting == pytest.approx(waiting, rel=1e-9)
    assert result.present + result.waiting == pytest.approx(11.0, rel=1e-9)


def test_a_long_list_is_not_cut_short() -> None:
    long = erlang_a(5.0, 10.0, 10.0, 6)
    assert long.present + long.waiting == pytest.approx(50.0, rel=1e-9)


def test_patience_five_percent_longer_is_seen() -> None:
    longer = erlang_a(1.1, 10.0, 10.5, 6)
    assert longer.present + longer.waiting != pytest.approx(11.0, rel=5e-3)


def test_no_patience_is_the_loss_system() -> None:
    assert erlang_a(0.9, 10.0, 1e-6, 7).reneged_share == pytest.approx(erlang_b(9.0, 7), rel=1e-4)


@pytest.mark.parametrize("places", [1, 3, 12])
def test_flows_in_and_out_of_a_service_agree(places: int) -> None:
    for place in (erlang_a(1.0, 4.0, 6.0, places), mmck(1.0, 4.0, places, 5)):
        served = place.throughput / 1.0
        assert served + place.turned_away_share + place.reneged_share == pytest.approx(1.0)


def test_exponential_stays_make_the_two_single_server_formulas_agree() -> None:
    result = pollaczek_khinchine_mean_wait(0.3, 2.0, 4.0)
    assert result == pytest.approx(erlang_c_mean_wait(0.3, 2.0, 1))
    assert pollaczek_khinchine_mean_wait(0.3, 2.0, 0.0) == pytest.approx(result / 2)
    assert pollaczek_khinchine_mean_wait(0.3, 2.0, 5.0) != pytest.approx(result, rel=0.05)


def lindley_mean_wait(mean_stay: float, people: int) -> float:
    """Return the mean wait of simulated Erlang-2 stays for one place, 0.3 arrivals a day."""
    source = random.Random(11)
    wait, total = 0.0, 0.0
    for _ in range(people):
        total += wait
        stay = source.gammavariate(2.0, mean_stay / 2.0)
        wait = max(0.0, wait + stay - source.expovariate(0.3))
    return total / people


def test_a_single_place_with_erlang_stays_follows_pollaczek_and_khinchine() -> None:
    """Standard error of the simulated mean 1.0 %; four of them are allowed."""
    expected = pollaczek_khinchine_mean_wait(0.3, 2.0, 2.0)
    assert lindley_mean_wait(2.0, 300_000) == pytest.approx(expected, rel=0.04)
    assert lindley_mean_wait(2.1, 300_000) != pytest.approx(expected, rel=0.04)


def test_one_priority_is_the_plain_queue() -> None:
    assert priority_mean_waits([0.5], 20.0, 14)[0] == pytest.approx(mmc(0.5, 20.0, 14).mean_wait)


def test_priorities_share_out_the_same_total_wait() -> None:
    """Kleinrock's conservation law: the rate-weighted mean wait is that of the plain queue."""
    rates = (0.1, 0.25, 0.2)
    waits = priority_mean_waits(rates, 20.0, 14)
    weighted = sum(rate * wait for rate, wait in zip(rates, waits, strict=True)) / 0.55
    assert waits[0] < waits[1] < waits[2]
    assert weighted == pytest.approx(erlang_c_mean_wait(0.55, 20.0, 14))


def priority_chain_waits(rates: tuple[float, float], places: int) -> list[float]:
    """Return the waits of two priorities (mean stay 1) by a chain of the two lists.

    State (people of the first list, everybody else): all places are full whenever a list is.
    """
    longest = 60

    def moves(state: tuple[int, int]):  # type: ignore[no-untyped-def]
        first, others = state
        if others < places:
            yield (0, others + 1), sum(rates)
        else:
            if first < longest:
                yield (first + 1, others), rates[0]
            if others < places + longest:
                yield (first, others + 1), rates[1]
        if first > 0 and others >= places:
            yield (first - 1, others), places
        elif others > 0:
            yield (first, others - 1), min(others, places)

    shape = (longest + 1, places + longest + 1)
    shares = long_run(generator(shape, moves)).reshape(shape)
    first, others = np.indices(shape)
    lists = (first, np.maximum(others - places, 0))
    return [float(np.sum(shares * people)) / r for people, r in zip(lists, rates, strict=True)]


def test_priorities_agree_with_the_chain_of_two_lists() -> None:
    rates = (0.8, 0.7)
    expected = priority_chain_waits(rates, 3)
    assert priority_mean_waits(rates, 1.0, 3) == pytest.approx(expected, rel=1e-6)
    assert priority_mean_waits((0.7, 0.8), 1.0, 3) != pytest.approx(expected, rel=1e-2)


def test_birth_death_agrees_with_the_generator_of_the_chain() -> None:
    births, deaths = [3.0, 1.0, 4.0, 1.0], [5.0, 9.0, 2.0, 6.0]

    def moves(state: tuple[int, int]):  # type: ignore[no-untyped-def]
        if state[1] < 4:
            yield (0, state[1] + 1), births[state[1]]
        if state[1] > 0:
            yield (0, state[1] - 1), deaths[state[1] - 1]

    assert birth_death(births, deaths) == pytest.approx(long_run(generator((1, 5), moves)))
    assert birth_death(births, deaths[::-1]) != pytest.approx(birth_death(births, deaths))


def test_a_chain_that_leaves_its_states_is_refused() -> None:
    with pytest.raises(IndexError, match="the chain leaves its states"):
        generator((1, 2), lambda state: iter([((0, state[1] + 1), 1.0)]))


def test_what_has_no_steady_state_is_refused() -> None:
    with pytest.raises(ValueError, match="a load of 14 on 14 places has no steady state"):
        erlang_c(14.0, 14)
    with pytest.raises(ValueError, match="mean_stay must be above 0, not 0"):
        mmc(1.0, 0.0, 3)
    with pytest.raises(ValueError, match="have no steady state"):
        two_services_without_limit(TOO_MANY)


# ------------------------------------------------------------------ two services with blocking

TOO_MANY = TwoServices(0.7, (1.0, 1.0), (1, 1))
CROWDED = TwoServices(0.9, (1.5, 1.2), (2, 2))
PATHWAY = TwoServices(0.25, (12.0, 20.0), (6, 7))


def test_two_single_places_let_two_thirds_through() -> None:
    """The classical answer of Hunt (1956) for equal rates and nothing in between."""
    assert two_services_limit((1.0, 1.0), (1, 1)) == pytest.approx(2 / 3)


def test_a_crowded_first_list_reaches_the_limit() -> None:
    crowded = two_services(TwoServices(50.0, (12.0, 20.0), (6, 7)), 10)
    limit = two_services_limit((12.0, 20.0), (6, 7))
    assert crowded.throughput == pytest.approx(limit, rel=1e-4)
    assert limit < min(6 / 12.0, 7 / 20.0)


def test_many_places_behind_leave_nobody_blocked() -> None:
    free = two_services_without_limit(TwoServices(0.25, (12.0, 20.0), (6, 40)))
    alone = mmc(0.25, 12.0, 6)
    assert free.blocked == pytest.approx(0.0, abs=1e-9)
    assert free.waiting == pytest.approx(alone.waiting, rel=1e-6)
    assert free.second == pytest.approx(5.0, rel=1e-6)  # M/M/infinity fed by Burke's theorem


def test_flows_through_two_services_agree() -> None:
    open_list = two_services_without_limit(PATHWAY)
    assert open_list.throughput == pytest.approx(0.25, rel=1e-8)
    assert open_list.first_in_stay == pytest.approx(0.25 * 12.0, rel=1e-8)
    room = two_services(PATHWAY, 3)
    assert room.throughput == pytest.approx(0.25 * (1.0 - room.turned_away_share), rel=1e-8)
    assert room.first_in_stay / 12.0 == pytest.approx(room.throughput, rel=1e-8)


def test_a_crowded_but_unlimited_list_turns_nobody_away() -> None:
    limit = two_services_limit((1.5, 1.2), (2, 2))
    crowded = two_services_without_limit(TwoServices(0.97 * limit, (1.5, 1.2), (2, 2)))
    assert crowded.throughput == pytest.approx(0.97 * limit, rel=1e-8)


def simulated_blocked(case: TwoServices, room: int, moves: int) -> tuple[float, float]:
    """Return mean people blocked and on the list, by following people rather than states."""
    source = random.Random(3)
    listed = in_stay = blocked = second = 0
    clock = blocked_days = listed_days = 0.0
    for _ in range(moves):
        rates = (case.arrival_rate, in_stay / case.mean_stays[0], second / case.mean_stays[1])
        gap = source.expovariate(sum(rates))
        clock, blocked_days = clock + gap, blocked_days + blocked * gap
        listed_days += listed * gap
        event = source.choices((0, 1, 2), rates)[0]
        if event == 0:
            listed += 1 if listed < room or in_stay + blocked < case.places[0] else 0
        elif event == 1:
            in_stay, blocked = in_stay - 1, blocked + 1
        else:
            second -= 1
        while blocked and second < case.places[1]:
            blocked, second = blocked - 1, second + 1
        while listed and in_stay + blocked < case.places[0]:
            listed, in_stay = listed - 1, in_stay + 1
    return blocked_days / clock, listed_days / clock


def test_two_services_agree_with_people_followed_one_by_one() -> None:
    """Standard error of both simulated means 1.5 %; four of them are allowed."""
    exact = two_services(CROWDED, 4)
    expected = pytest.approx((exact.blocked, exact.waiting), rel=0.06)
    assert simulated_blocked(CROWDED, 4, 200_000) == expected


def test_a_ten_percent_longer_second_stay_is_rejected() -> None:
    exact = two_services(CROWDED, 4)
    longer = dataclasses.replace(CROWDED, mean_stays=(1.5, 1.32))
    assert simulated_blocked(longer, 4, 200_000)[0] != pytest.approx(exact.blocked, rel=0.06)


# ------------------------------------------------------------------ one service in time


def test_a_long_time_leads_to_the_steady_state() -> None:
    last = queue_in_time(constant(0.5), 4.0, constant(3.0), [2000.0])[0]
    steady = mmc(0.5, 4.0, 3)
    assert last.waiting == pytest.approx(steady.waiting, rel=1e-6)
    assert last.present == pytest.approx(steady.present, rel=1e-6)
    assert last.wait_chance != pytest.approx(steady.wait_share, rel=0.05)  # somebody, not anybody


def test_places_for_all_are_the_infinite_service() -> None:
    times, rates = (0.0, 10.0, 30.0), (0.9, 0.1, 0.4)
    moments = queue_in_time(calendar(times, rates), 8.0, constant(30.0), [5.0, 12.0, 31.0, 60.0])
    for moment in moments:
        expected = infinite_places_mean(times, rates, 8.0, moment.time)
        assert moment.present == pytest.approx(expected, rel=1e-8)
        assert moment.present != pytest.approx(
            infinite_places_mean(times, rates, 8.4, moment.time), rel=1e-3
        )


def integrated(places: tuple[int, int], opening: float, until: float) -> tuple[float, float]:
    """Return the means at ``until`` of 0.6 arrivals a day and stays of 5 days, by an ODE solver.

    State: everybody, in a place or waiting; right only while capacity does not fall.
    """
    people = np.arange(200)

    def change(t: float, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        out = np.minimum(people, places[0] if t < opening else places[1]) / 5.0 * shares
        enter = 0.6 * shares
        enter[-1] = 0.0
        flow = -out - enter
        flow[:-1] += out[1:]
        flow[1:] += enter[:-1]
        return flow

    shares = np.eye(200)[0]
    for begin, end in ((0.0, opening - 1e-12), (opening, until)):
        solved = integrate.solve_ivp(change, (begin, end), shares, rtol=1e-9, atol=1e-12)
        shares = solved.y[:, -1]
    open_places = places[1]
    present = float(shares @ np.minimum(people, open_places))
    return present, float(shares @ np.maximum(people - open_places, 0))


def test_an_opening_agrees_with_the_integrated_state_equations() -> None:
    opening = calendar((0.0, 20.0), (2.0, 4.0))
    moment = queue_in_time(constant(0.6), 5.0, opening, [26.0])[0]
    assert (moment.present, moment.waiting) == pytest.approx(
        integrated((2, 4), 20.0, 26.0), rel=1e-6
    )
    wrong = integrated((2, 4), 21.0, 26.0)
    assert (moment.present, moment.waiting) != pytest.approx(wrong, rel=1e-2)


def test_people_enter_at_the_very_time_places_open() -> None:
    opening = calendar((0.0, 20.0), (2.0, 60.0))
    just, at = queue_in_time(constant(0.6), 5.0, opening, [20.0 - 1e-9, 20.0])
    assert just.waiting > 1.0
    assert at.waiting == pytest.approx(0.0, abs=1e-9)
    assert at.present == pytest.approx(just.present + just.waiting)


def test_nobody_leaves_when_capacity_falls() -> None:
    closing = calendar((0.0, 10.0), (3.0, 0.0))
    quiet = calendar((0.0, 10.0), (50.0, 0.0))
    before, after = queue_in_time(quiet, 20.0, closing, [10.0, 30.0], longest_list=700)
    assert before.present == pytest.approx(3.0, abs=1e-6)
    assert after.present == pytest.approx(3.0 * math.exp(-1.0), abs=1e-6)
    assert after.waiting == pytest.approx(before.waiting, rel=1e-9)


def test_a_list_longer_than_allowed_is_refused() -> None:
    with pytest.raises(ValueError, match="the list passes 5 at time 30"):
        queue_in_time(constant(2.0), 5.0, constant(1.0), [30.0], longest_list=5)
