"""The clock: whole seconds, and the order of what falls on the same second."""

import math
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.clock import Beat, Clock


def waits(clock: Clock, seconds: int, beat: Beat, told: list[Any], word: Any) -> Generator[Any, None, None]:
    yield clock.wait(seconds, beat)
    told.append(word)


def test_within_a_second_physics_work_command_record() -> None:
    """Whatever order they were asked for in."""
    clock, told = Clock(), []
    for beat in (Beat.RECORD, Beat.WORK, Beat.COMMAND, Beat.PHYSICS):
        clock.process(waits(clock, 7, beat, told, beat.name))
    clock.run()
    assert told == ["PHYSICS", "WORK", "COMMAND", "RECORD"]
    assert clock.second == 7


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(list(Beat))), max_size=12))
def test_time_then_beat_then_first_come(asked: list[tuple[int, Beat]]) -> None:
    """Events come by second, then beat, then in the order they were scheduled."""
    clock, told = Clock(), []
    for number, (second, beat) in enumerate(asked):
        clock.process(waits(clock, second, beat, told, (second, int(beat), number)))
    clock.run()
    assert told == sorted(told)
    assert len(told) == len(asked)


@pytest.mark.parametrize("seconds", [0.5, -1, -0.001, math.nan])
def test_only_whole_seconds_from_now_on(seconds: float) -> None:
    """A fraction, a NaN or the past is an error, not a rounding."""
    with pytest.raises(ValueError, match=r"whole seconds|NaN"):
        Clock().wait(seconds)  # type: ignore[arg-type]


def test_the_second_is_a_whole_number() -> None:
    """Events carry Python ints, so that a record reads the same on every platform."""
    clock, told = Clock(), []
    clock.process(waits(clock, 3, Beat.WORK, told, 1))
    clock.run()
    assert type(clock.second) is int


def test_settle_does_what_is_due_before_a_beat_and_no_more() -> None:
    """Later beats of the second and later seconds stay undone; what is set off meanwhile is done too."""
    clock, told = Clock(), []

    def chain() -> Generator[Any, None, None]:
        yield clock.wait(0, Beat.PHYSICS)
        told.append("first")
        yield clock.wait(0, Beat.WORK)
        told.append("set off")
        yield clock.wait(1, Beat.WORK)
        told.append("later")

    clock.process(chain())
    clock.process(waits(clock, 0, Beat.COMMAND, told, "command"))
    clock.settle(Beat.COMMAND)
    assert told == ["first", "set off"]
    assert clock.second == 0
