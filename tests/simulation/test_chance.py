"""Random draws: functions of seed, purpose, entity and count, whatever else is drawn."""

import math
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.chance import Chance, keyed_uniform

KEYS = st.tuples(st.sampled_from(["muster", "failure"]), st.sampled_from(["plough-1/1", "plough-1/2", ""]))


@given(st.integers(0, 2**31), st.lists(KEYS, max_size=20), st.randoms())
def test_a_draw_does_not_depend_on_the_others(
    seed: int, keys: list[tuple[str, str]], shuffler: object
) -> None:
    """Drawn in any order and mixture, the n-th draw for a key is the same."""

    def draws(order: list[tuple[str, str]]) -> dict[tuple[str, str], list[float]]:
        chance, got = Chance(seed), {}
        for key in order:
            got.setdefault(key, []).append(chance.uniform(*key))
        return got

    mixed = list(keys)
    shuffler.shuffle(mixed)  # type: ignore[attr-defined]
    assert draws(keys) == draws(mixed)


@given(st.integers(), st.text(max_size=5), st.text(max_size=5), st.integers(0, 10**6))
def test_uniform_lies_in_the_half_open_interval(seed: int, purpose: str, entity: str, count: int) -> None:
    """0 <= u < 1 for any key."""
    assert 0.0 <= keyed_uniform(seed, purpose, entity, count) < 1.0


def test_known_values() -> None:
    """The function is part of every saved run, so it is fixed here; the first number is by `b2sum -l 64`."""
    assert keyed_uniform(0, "muster", "plough/1", 0) == 0.40427701906223557
    assert keyed_uniform(0, "muster", "plough/1", 1) != keyed_uniform(0, "muster", "plough/1", 0)
    assert keyed_uniform(1, "muster", "plough/1", 0) != keyed_uniform(0, "muster", "plough/1", 0)
    assert keyed_uniform(0, "ab", "c", 0) != keyed_uniform(0, "a", "bc", 0)


def test_moments() -> None:
    """Normal, lognormal and exponential draws have the moments they claim (4,000 draws, 4 sigma)."""
    chance = Chance(3)
    normal = [chance.normal("n") for _ in range(4000)]
    assert fmean(normal) == pytest.approx(0, abs=4 / math.sqrt(4000))
    assert pstdev(normal) == pytest.approx(1, abs=4 / math.sqrt(8000))
    logs = [math.log(chance.lognormal("l", "x", 0.5)) for _ in range(4000)]
    assert fmean(logs) == pytest.approx(0, abs=4 * 0.5 / math.sqrt(4000))
    waits = [chance.exponential("e", "x", 190.0) for _ in range(4000)]
    assert fmean(waits) == pytest.approx(190, abs=4 * 190 / math.sqrt(4000))
    assert min(waits) >= 0
