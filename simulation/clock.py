"""The clock: SimPy in whole seconds, with a fixed order among things that fall on the same second."""

from __future__ import annotations

from enum import IntEnum
from typing import cast

import simpy
from simpy.core import EventPriority


class Beat(IntEnum):
    """What goes first within one second. Only decision points and pauses stand on COMMAND.

    SimPy's own start and interrupt events use priorities 0 and 1, so they precede every beat.
    """

    PHYSICS = 10
    WORK = 20
    COMMAND = 30
    RECORD = 40


class Clock(simpy.Environment):
    """A SimPy environment whose only way to let time pass is :meth:`wait`."""

    def wait(self, seconds: int, beat: Beat = Beat.WORK) -> simpy.Event:
        """An event ``seconds`` from now, processed in the order of its beat.

        Raises ValueError for a negative or fractional number of seconds.
        """
        if seconds != int(seconds) or seconds < 0:
            raise ValueError(f"the clock counts whole seconds from now on, not {seconds!r}")
        event = simpy.Event(self)
        event._ok, event._value = True, None
        self.schedule(event, cast(EventPriority, beat), int(seconds))
        return event

    def settle(self, beat: Beat) -> None:
        """Process all that is due in this very second before ``beat``."""
        while self._queue and self._queue[0][0] == self.now and self._queue[0][1] < beat:
            self.step()

    @property
    def second(self) -> int:
        """Whole seconds since the start of the run."""
        return self._now  # type: ignore[return-value]  # simpy's type says float; ours are whole
