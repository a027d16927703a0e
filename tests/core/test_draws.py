"""Keyed draws: known answers, numpy as oracle, uniformity, and no trace of neighbouring keys.

All keys are fixed, so a test gives the same verdict for ever; the false-alarm rate named beside a
statistical test is the chance that a perfect generator would have been given a wrong verdict.
"""

import itertools
import random
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from sim.core.draws import Keyed, key_of, person_key

FALSE_ALARM = 1e-3  # of each statistical test in this file
Words = tuple[int, int, int, int, int]  # seed, replication, person, purpose, count
Generator = Callable[[Words], float]


def keyed(words: Words) -> float:
    return Keyed(words[0], words[1]).uniform(*words[2:])


def folded(words: Words) -> float:
    """A home-made keying: the five words are added, then mixed by a good finaliser."""
    return float(person_key(sum(words) % 2**64, 0) >> 11) * 2.0**-53


def numpy_first_word(words: Words) -> int:
    """numpy's Philox adds one to the 256-bit counter before its first output."""
    seed, replication, person, purpose, count = words
    counter = (person + (purpose << 64) + (count << 128) - 1) % 2**256
    generator = np.random.Philox(key=seed + (replication << 64), counter=counter)
    return int(generator.random_raw())


PI = (0x452821E638D01377, 0xBE5466CF34E90C6C, 0x243F6A8885A308D3, 0x13198A2E03707344)


@pytest.mark.parametrize(
    ("key", "counter", "answer"),
    [
        ((0, 0), (0, 0, 0, 0), 0x16554D9ECA36314C),
        ((2**64 - 1,) * 2, (2**64 - 1,) * 4, 0x87B092C3013FE90B),
        (PI[:2], (*PI[2:], 0xA4093822299F31D0, 0x082EFA98EC4E6C89), 0xA528F45403E61D95),
    ],
)
def test_oracle_gives_the_published_answers(
    key: tuple[int, int], counter: tuple[int, int, int, int], answer: int
) -> None:
    whole_counter = sum(word << (64 * place) for place, word in enumerate(counter))
    oracle = np.random.Philox(key=key[0] + (key[1] << 64), counter=(whole_counter - 1) % 2**256)
    assert int(oracle.random_raw()) == answer


def test_zero_words_give_the_published_answer() -> None:
    assert Keyed(0, 0).word(0, 0, 0) == 0x16554D9ECA36314C


def test_random_words_agree_with_numpy() -> None:
    source = random.Random(20260101)
    for _ in range(2000):
        words: Words = tuple(source.getrandbits(64) for _ in range(5))  # type: ignore[assignment]
        assert Keyed(*words[:2]).word(*words[2:]) == numpy_first_word(words)


@pytest.mark.parametrize("place", range(5))
def test_swapped_or_shifted_words_do_not_agree_with_numpy(place: int) -> None:
    words = [11, 22, 33, 44, 55]
    words[place] += 1
    shifted: Words = tuple(words)  # type: ignore[assignment]
    assert Keyed(11, 22).word(33, 44, 55) != numpy_first_word(shifted)


def test_uniform_is_the_top_53_bits() -> None:
    draws = Keyed(1, 2)
    for count in range(1000):
        assert draws.uniform(3, 4, count) * 2.0**53 == draws.word(3, 4, count) >> 11


def test_a_draw_does_not_depend_on_earlier_draws() -> None:
    draws = Keyed(7, 3)
    first = draws.uniform(1, 2, 0)
    for count in range(1, 50):
        draws.uniform(9, 9, count)
    assert draws.uniform(1, 2, 0) == first


@pytest.mark.parametrize("wrong", [-1, 2**64])
def test_words_outside_64_bits_are_refused(wrong: int) -> None:
    with pytest.raises(ValueError, match=r"seed must be a whole number from 0 to 2\*\*64 - 1"):
        Keyed(wrong, 0)
    with pytest.raises(ValueError, match="replication must be"):
        Keyed(0, wrong)


def test_numpy_whole_numbers_are_the_same_key() -> None:
    assert Keyed(np.int64(5), np.uint64(6)).word(1, 2, 3) == Keyed(5, 6).word(1, 2, 3)  # type: ignore[arg-type]


def test_names_and_persons_keep_their_keys_for_ever() -> None:
    assert key_of("arrivals.men") == int.from_bytes(bytes.fromhex("f6bbdc6548fa0e42"), "little")
    assert person_key(0, 0) == 0
    # The first outputs of SplitMix64 started at 1234567, as published with the generator.
    assert [person_key(1234567, rank) for rank in (1, 2, 3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def colliding_keys(key: Callable[[int, int], int]) -> int:
    sources = [key_of(name) for name in ("men", "women", "newborn", "start")] + [0, 1, 2, 3]
    keys = [key(source, rank) for source in sources for rank in range(30_000)]
    return len(keys) - len(set(keys))


def test_persons_of_all_sources_have_different_keys() -> None:
    # 240,000 random keys of 64 bits collide with a chance of 2e-9.
    assert colliding_keys(person_key) == 0


def test_collisions_would_be_seen() -> None:
    assert colliding_keys(lambda source, rank: (source + rank) % 2**64) > 0


def chance_of_uniformity(values: list[float]) -> float:
    """Return the smaller p-value of Kolmogorov-Smirnov and chi-squared (256 cells), times two."""
    counts = np.histogram(values, bins=256, range=(0.0, 1.0))[0]
    chances = (stats.kstest(values, "uniform").pvalue, stats.chisquare(counts).pvalue)
    return 2.0 * float(min(chances))


def test_draws_are_uniform() -> None:
    draws = Keyed(42, 0)
    values = [draws.uniform(p, q, c) for p in range(40) for q in range(50) for c in range(50)]
    assert chance_of_uniformity(values) > FALSE_ALARM


def test_a_one_percent_slope_is_seen_as_not_uniform() -> None:
    draws = Keyed(42, 0)
    values = [draws.uniform(p, 0, c) ** 1.02 for p in range(200) for c in range(500)]
    assert chance_of_uniformity(values) < FALSE_ALARM


def neighbours(generator: Generator) -> list[list[float]]:
    """Return draws at 12,000 keys of even words, then at the same keys with one word one higher.

    Even words keep the pairs of one comparison free of common draws.
    """
    evens = (range(0, 4, 2), range(0, 20, 2), range(0, 60, 2), range(0, 10, 2), range(0, 8, 2))
    keys: list[Words] = list(itertools.product(*evens))
    rows = [[generator(key) for key in keys]]
    for place in range(5):
        moved = [(*key[:place], key[place] + 1, *key[place + 1 :]) for key in keys]
        rows.append([generator(key) for key in moved])  # type: ignore[arg-type]
    return rows


def chance_of_independence(generator: Generator) -> float:
    """Return the smallest p-value over 15 pairs of neighbours, corrected for their number.

    Each pair is judged by its correlation and by chi-squared in 16 x 16 cells.
    """
    chances = []
    for first, second in itertools.combinations(neighbours(generator), 2):
        cells = np.histogram2d(first, second, bins=16, range=((0, 1), (0, 1)))[0]
        chances.append(stats.chisquare(cells.ravel()).pvalue)
        chances.append(stats.pearsonr(first, second).pvalue)
    return float(min(chances)) * len(chances)


def test_neighbouring_keys_are_independent() -> None:
    assert chance_of_independence(keyed) > FALSE_ALARM


def test_words_folded_by_addition_are_rejected() -> None:
    # Alone each word looks well: person 1 purpose 0 and person 0 purpose 1 are the same draw.
    assert chance_of_uniformity([folded((1, 2, p, 3, 4)) for p in range(20_000)]) > FALSE_ALARM
    assert chance_of_independence(folded) < 1e-100


def test_a_slight_dependence_is_rejected() -> None:
    def leaning(words: Words) -> float:
        previous = keyed((*words[:4], words[4] // 2 * 2))
        return 0.95 * keyed(words) + 0.05 * previous if words[4] % 2 else previous

    assert chance_of_independence(leaning) < FALSE_ALARM
