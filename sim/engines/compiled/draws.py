"""Draws, calendars and laws in compiled code, and the tables of gamma laws."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from sim.core import calendars, quantiles
from sim.core.quantiles import COEFFICIENTS, NOWHERE, PIECES
from sim.engines.compiled.jit import INTERPRETED, compiled, compiled_copies, entry, high_product
from sim.engines.compiled.memory import (
    calendars_of,
    draws_of,
    laws_of,
    people_of,
    pieces_of,
    purposes_of,
    scalars_of,
    shapes_of,
    site_draws_of,
    sites_of,
    steps_of,
    values_of,
)

# --- Draws, calendars and laws: what chance and the time of day say now.

_shared = compiled_copies(
    (*quantiles.RESIDUAL_FUNCTIONS, *quantiles.PIECE_FUNCTIONS),
    *(vars(quantiles), vars(quantiles), vars(quantiles)),
)
quantile = _shared["quantile"]
residual_quantile = _shared["residual_quantile"]
piece_of = _shared["piece_of"]
fill_piece = _shared["fill_piece"]
value_in_piece = _shared["value_in_piece"]

_MULTIPLIER_0 = np.uint64(0xD2E7470EE14C6C93)
_MULTIPLIER_1 = np.uint64(0xCA5A826395121157)
_KEY_STEP_0 = np.uint64(0x9E3779B97F4A7C15)
_KEY_STEP_1 = np.uint64(0xBB67AE8584CAA73B)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_ROUNDS_BUT_ONE = 9
MILLISECONDS = float(calendars.MILLISECONDS)
_UNIFORM_STEP = 2.0**-53
FIXED = int(quantiles.Family.FIXED)

if INTERPRETED:
    np.seterr(over="ignore")  # 64-bit words wrap around, as they do when compiled


@compiled
def keyed(state: int, key: Any, purpose: int, count: Any) -> float:
    """Return a draw in [0, 1): the first word of Philox4x64-10 (see ``sim.core.draws``)."""
    scalars = scalars_of(state)
    key_0, key_1 = scalars["key_0"], scalars["key_1"]
    word_0, word_1 = np.uint64(key), purposes_of(state)[purpose]
    word_2, word_3 = np.uint64(count), np.uint64(0)
    for _ in range(_ROUNDS_BUT_ONE):
        high_0, low_0 = high_product(_MULTIPLIER_0, word_0), _MULTIPLIER_0 * word_0
        high_1, low_1 = high_product(_MULTIPLIER_1, word_2), _MULTIPLIER_1 * word_2
        word_0, word_1 = high_1 ^ word_1 ^ key_0, low_1
        word_2, word_3 = high_0 ^ word_3 ^ key_1, low_0
        key_0, key_1 = key_0 + _KEY_STEP_0, key_1 + _KEY_STEP_1
    word_0 = high_product(_MULTIPLIER_1, word_2) ^ word_1 ^ key_0
    return float(word_0 >> np.uint64(11)) * _UNIFORM_STEP


@compiled
def person_key(source: Any, rank: int) -> Any:
    """Return the key of a person of a source (see ``sim.core.draws``)."""
    mixed = source + _KEY_STEP_0 * np.uint64(rank)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX_1
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_2
    return mixed ^ (mixed >> np.uint64(31))


# --- time -----------------------------------------------------------------------------------------


# What is due, is due at a whole millisecond: a whole number, as a float, so that inf means never.
# Only when it happens is it turned into days (``sim.core.calendars.rounded``).


@compiled
def moment(time: float) -> float:
    """Return the millisecond nearest to a time [days], halves to the even one."""
    return float(np.rint(time * MILLISECONDS))


@compiled
def after(state: int, duration: float) -> float:
    """Return the millisecond that lies so many days after now."""
    return moment(scalars_of(state)["now"] + duration)


# --- calendars ------------------------------------------------------------------------------------


@compiled
def step_now(state: int, calendar: int) -> Any:
    """Return the step of a calendar in force now; as time only goes on, the place is kept."""
    kept, steps = calendars_of(state)[calendar], steps_of(state)
    current, last = kept["current"], kept["last"]
    if current < last:
        now = scalars_of(state)["now"]
        while current < last and steps[current + 1]["time"] <= now:
            current += 1
        kept["current"] = current
    return steps[current]


@compiled
def value_now(state: int, calendar: int) -> float:
    """Return the value in force now."""
    return float(step_now(state, calendar)["value"])


@compiled
def area_now(state: int, calendar: int) -> float:
    """Return the integral from 0 to now."""
    step = step_now(state, calendar)
    return float(step["area"] + step["value"] * (scalars_of(state)["now"] - step["time"]))


@compiled
def next_change(state: int, calendar: int) -> float:
    """Return when the value changes next; inf if it never does."""
    if calendar < 0:
        return math.inf
    step_now(state, calendar)
    kept = calendars_of(state)[calendar]
    if kept["current"] == kept["last"]:
        return math.inf
    return float(steps_of(state)[kept["current"] + 1]["time"])


@compiled
def when(state: int, calendar: int, target: float, enough: float) -> float:
    """Return the smallest time whose area reaches ``target``; inf if none does.

    Where a stretch ends with the part ``enough`` of the target, that will do.
    """
    if target <= 0.0:
        return 0.0
    kept, steps = calendars_of(state)[calendar], steps_of(state)
    first, last = kept["first"], kept["last"]
    following = last + 1 if first == last else _first_reaching(state, calendar, target * enough)
    step = steps[following - 1]
    if following <= last:
        reached = step["time"] + (target - step["area"]) / step["value"]
        return float(min(reached, steps[following]["time"]))
    if step["value"] > 0.0:
        return float(step["time"] + (target - step["area"]) / step["value"])
    return math.inf


@compiled
def _first_reaching(state: int, calendar: int, target: float) -> int:
    """Return the first step whose area is ``target`` or more, looking ahead from today's step."""
    kept, steps = calendars_of(state)[calendar], steps_of(state)
    low, high, stride = kept["current"], kept["last"] + 1, 1
    if steps[low]["area"] >= target:
        low, high = kept["first"], low
    else:
        while low + stride < high:
            if steps[low + stride]["area"] >= target:
                high = low + stride
                break
            low += stride
            stride += stride
    # area[low] < target <= area[high], or high lies behind the last step
    while high - low > 1:
        middle = (low + high) >> 1
        if steps[middle]["area"] >= target:
            high = middle
        else:
            low = middle
    return int(high)


@compiled
def event_time(state: int, rate: int, left: float) -> float:
    """Return the millisecond at which a clock runs out, if it runs at a rate from now on."""
    due = moment(when(state, rate, area_now(state, rate) + left, 1.0))
    return max(float(scalars_of(state)["moment"]), due)


# --- what a person or a service draws -------------------------------------------------------------


@compiled
def uniform(state: int, person: int, purpose: int) -> float:
    """Return the next uniform draw of a person for a purpose."""
    draws, at = draws_of(state), person * scalars_of(state)["purpose_count"] + purpose
    count = draws[at]
    draws[at] = count + 1
    return keyed(state, people_of(state)[person]["key"], purpose, np.int64(count))


@compiled
def skip_draw(state: int, person: int, purpose: int) -> None:
    """Count a draw whose value does not matter."""
    draws_of(state)[person * scalars_of(state)["purpose_count"] + purpose] += 1


@compiled
def site_uniform(state: int, site: int, purpose: int) -> float:
    """Return the next uniform draw of a service for a purpose."""
    draws, at = site_draws_of(state), site * scalars_of(state)["purpose_count"] + purpose
    count = draws[at]
    draws[at] = count + 1
    return keyed(state, sites_of(state)[site]["key"], purpose, np.int64(count))


@compiled
def bernoulli(state: int, person: int, share: int, purpose: int) -> bool:
    """Draw whether something happens to a person; a share of 0 or 1 needs no look at the draw."""
    chance = value_now(state, share)
    if chance <= 0.0 or chance >= 1.0:
        skip_draw(state, person, purpose)
        return chance >= 1.0
    return uniform(state, person, purpose) < chance


@compiled
def exponential(state: int, person: int, purpose: int) -> float:
    """Return a unit exponential draw of a person."""
    return -math.log(1.0 - uniform(state, person, purpose))


@compiled
def shape_now(state: int, law: int) -> Any:
    """Return the distribution of a law in force now."""
    kept, shapes = laws_of(state)[law], shapes_of(state)
    current, last = kept["current"], kept["last"]
    if current < last:
        now = scalars_of(state)["now"]
        while current < last and shapes[current + 1]["time"] <= now:
            current += 1
        kept["current"] = current
    return shapes[current]


@compiled
def duration(state: int, person: int, law: int) -> float:
    """Draw a time [days] from the law in force now."""
    shape, purpose = shape_now(state, law), laws_of(state)[law]["purpose"]
    if shape["family"] == FIXED:
        skip_draw(state, person, purpose)
        return float(shape["a"])
    draw = uniform(state, person, purpose)
    if shape["pieces"] >= 0:
        piece, place = piece_of(draw)
        if piece != NOWHERE:
            at = shape["pieces"] + piece * COEFFICIENTS
            return float(shape["b"] * value_in_piece(pieces_of(state), at, place))
    values = values_of(state)[shape["values"] : shape["values_end"]]
    return float(quantile(shape["family"], shape["a"], shape["b"], shape["c"], values, draw))


# --- The pieces of gamma laws, all at once: made once per shape, not in each replication.

TABLE = PIECES * COEFFICIENTS
"""How many numbers the pieces of one law are."""
SIGNATURE: Any = (numba.float64, numba.float64, numba.float64[::1])
"""Of ``fill_table``."""


@entry
def fill_table(shape: float, log_gamma: float, table: Any) -> None:
    """Write all pieces of the gamma law of a shape, whose scale is 1."""
    for piece in range(PIECES):
        fill_piece(shape, log_gamma, piece, table, piece * COEFFICIENTS)


@lru_cache(maxsize=256)
def table_of(shape: float, log_gamma: float) -> NDArray[np.float64]:
    """Return the pieces of a shape; plans of a sweep mostly share their shapes."""
    table = np.empty(TABLE)
    fill_table(shape, log_gamma, table)
    table.flags.writeable = False
    return table
