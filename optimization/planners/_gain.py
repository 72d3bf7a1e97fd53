"""Differences member by member, and the interval of their mean."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

CONFIDENCE = 0.9
"""Of the intervals."""
NOTHING = 1e-6
"""Below which a difference is none (weighted km h)."""
SHARP = 0.2
"""Half of an interval's width over its mean below which a difference needs no more members."""
ENOUGH = 4
"""Members below which no interval is trusted for that."""


@dataclass(frozen=True)
class Gain:
    """What something takes away or brings, member by member, under the same storm and luck."""

    each: tuple[float, ...]

    @property
    def mean(self) -> float:
        """In the unit of the differences, as all below."""
        return float(np.mean(self.each))

    @property
    def half(self) -> float:
        """Half the width of the mean's 90 % confidence interval (Student's t); inf for a single member."""
        from scipy.special import stdtrit

        if (n := len(self.each)) < 2:
            return math.inf
        return float(stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * float(np.std(self.each, ddof=1)) / math.sqrt(n)

    @property
    def ends(self) -> tuple[float, float, float]:
        """Mean, and both ends of its interval."""
        return self.mean, self.mean - self.half, self.mean + self.half

    @property
    def idle(self) -> bool:
        """Whether it changed nothing in any member."""
        return all(abs(g) <= NOTHING for g in self.each)

    @property
    def told(self) -> int:
        """1 where it helps, -1 where it harms, with 90 % confidence; else 0."""
        return int(self.mean - self.half > NOTHING) - int(self.mean + self.half < -NOTHING)

    @property
    def sharp(self) -> bool:
        """Whether it is known well enough."""
        return len(self.each) >= ENOUGH and self.half <= SHARP * abs(self.mean)
