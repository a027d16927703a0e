"""Blocking traced to its root, against chains worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.blocking import Blocking, main_cause, root_weights
from sim.core.log import Outline, ServiceOutline
from sim.text.phrases import cause_sentence

SHELTER, CENTRE, HOME = 0, 1, 2

# Shelter: 100 place-days lived, 60 blocked, all for the centre. Centre: 40 lived, 10 blocked, all
# for homes. So a quarter of the centre's places are not the root: 60 blocked days are 45 for want
# of the centre and 15 for want of homes; the centre's own 10 are for want of homes.
BLOCKED = np.array([[0.0, 60.0, 0.0], [0.0, 0.0, 10.0], [0.0, 0.0, 0.0]])
LIVED = np.array([100.0, 40.0, 80.0])
BY_HAND = np.array([[0.0, 45.0, 15.0], [0.0, 0.0, 10.0], [0.0, 0.0, 0.0]])


def test_a_chain_of_three_services_is_traced_as_by_hand():
    np.testing.assert_allclose(BLOCKED @ root_weights(BLOCKED, LIVED), BY_HAND, rtol=1e-12)


def test_a_chain_not_traced_would_be_seen():
    untraced = np.eye(3)
    assert not np.allclose(BLOCKED @ untraced, BY_HAND, rtol=0.01)


def test_more_blocked_days_further_on_shift_the_root_as_by_hand():
    more = BLOCKED.copy()
    more[CENTRE, HOME] = 20.0  # half of the centre now, so half of the shelter's 60
    rooted = more @ root_weights(more, LIVED)
    np.testing.assert_allclose(rooted[SHELTER], [0.0, 30.0, 30.0], rtol=1e-12)


def test_a_service_waited_for_by_two_passes_on_its_own_shares():
    # The centre is blocked 10 days for homes and 10 for the shelter: half its places, half each.
    blocked = np.array([[0.0, 8.0, 0.0], [10.0, 0.0, 10.0], [0.0, 0.0, 0.0]])
    lived = np.array([80.0, 40.0, 80.0])
    # A day wanting the centre (c) stops there by half, goes to homes by a quarter, on to the
    # shelter (s) by a quarter; a day wanting the shelter comes back to the centre by a tenth:
    # c = (1/4 s, 1/2, 1/4), s = 1/10 c + 9/10 for the shelter itself.
    c = np.array([0.25 * 0.9, 0.5, 0.25]) / (1 - 0.25 * 0.1)
    weights = root_weights(blocked, lived)
    np.testing.assert_allclose(weights[CENTRE], c, rtol=1e-12)
    np.testing.assert_allclose(weights[SHELTER], 0.1 * c + [0.9, 0, 0], rtol=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost_or_invented(seed):
    chance = np.random.default_rng(seed)
    blocked = chance.random((6, 6)) * (chance.random((6, 6)) < 0.5)
    np.fill_diagonal(blocked, 0.0)
    lived = blocked.sum(axis=1) + chance.random(6)
    rooted = blocked @ root_weights(blocked, lived)
    np.testing.assert_allclose(rooted.sum(axis=1), blocked.sum(axis=1), rtol=1e-12)
    assert (rooted >= 0).all()


def test_a_locked_loop_is_its_own_root():
    # Two services hold each other, every place-day blocked; a third waits for one of them.
    blocked = np.array([[0.0, 5.0, 0.0], [0.0, 0.0, 7.0], [0.0, 7.0, 0.0]])
    lived = np.array([10.0, 7.0, 7.0])
    rooted = blocked @ root_weights(blocked, lived)
    np.testing.assert_allclose(rooted[0], [0.0, 2.5, 2.5], rtol=1e-6)
    np.testing.assert_allclose(rooted.sum(axis=1), blocked.sum(axis=1), rtol=1e-12)


def test_a_service_never_open_is_the_root_itself():
    blocked = np.array([[0.0, 5.0], [0.0, 0.0]])
    rooted = blocked @ root_weights(blocked, np.array([10.0, 0.0]))
    np.testing.assert_array_equal(rooted, blocked)


def outline() -> Outline:
    def service(name: str, french: str) -> ServiceOutline:
        return ServiceOutline(name, "places", False, False, 30.0, name_fr=french, name_en=name)

    services = (service("shelter", "l'hébergement"), service("centre", "le centre"))
    return Outline("t", "2024-01-01", 10.0, 0.0, ("people",), (*services, service("homes", "")))


def blocking() -> Blocking:
    root = root_weights(BLOCKED, LIVED)
    wanted = np.array([0.0, 40.0, 0.0, 60.0])
    wanted_root = np.append(wanted[:-1] @ root, wanted[-1])
    phi = BLOCKED.sum(axis=1) / LIVED
    return Blocking(BLOCKED, BLOCKED @ root, wanted, wanted_root, phi)


def test_the_main_cause_is_told_in_a_sentence():
    cause = main_cause(blocking(), LIVED, 10)
    assert cause is not None
    assert (cause.want, cause.where) == (CENTRE, SHELTER)
    assert cause_sentence(cause, outline(), "en") == (
        "Bottleneck: centre. In shelter, 6.0 of 10 occupied places are held on average by people "
        "who are ready to move on; 64 % of all blocked days and 30 % of the street nights are, at "
        "the root, for want of centre."
    )
    french = cause_sentence(cause, outline(), "fr")
    assert "Dans l'hébergement, 6,0 des 10 places" in french
    french = french.replace("\N{NO-BREAK SPACE}", " ")
    assert "64 % des journées bloquées" in french


def test_without_blocking_there_is_no_cause():
    nothing = np.zeros((3, 3))
    empty = Blocking(nothing, nothing, np.zeros(4), np.zeros(4), np.zeros(3))
    assert main_cause(empty, LIVED, 10) is None
