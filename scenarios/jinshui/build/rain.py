"""Design rain: the intensity formula in one place, and the Chicago storm made from it."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Intensity:
    """q = a (1 + c lg P) / (t + b)^n in L/(s ha), with P in years and t in minutes."""

    a: float
    c: float
    b: float
    n: float

    def rate(self, years: float, minutes: float) -> float:
        """Mean intensity of the worst ``minutes`` in mm/h."""
        return self.a * (1 + self.c * math.log10(years)) / (minutes + self.b) ** self.n / 166.67 * 60

    def depth(self, years: float, minutes: float) -> float:
        """Depth of the worst ``minutes`` in mm."""
        return self.rate(years, minutes) * minutes / 60


ZHENGZHOU = Intensity(3073.0, 0.892, 15.1, 0.824)
"""From handbooks (confidence M). Zhengzhou has newer formulas (2002, 2015) whose coefficients were not found:
put them here when known, and storms and pipes follow. Not to be used beyond two to three hours."""


def chicago(
    formula: Intensity, years: float, minutes: int = 120, peak: float = 0.4, step: int = 5
) -> list[float]:
    """Depth in mm of each step of a Chicago storm (Keifer and Chu 1957); they add up to the formula's depth."""

    def fallen(t: float) -> float:
        before = peak * formula.depth(years, minutes)
        if t <= peak * minutes:
            return before - peak * formula.depth(years, (peak * minutes - t) / peak)
        return before + (1 - peak) * formula.depth(years, (t - peak * minutes) / (1 - peak))

    return [fallen(t + step) - fallen(t) for t in range(0, minutes, step)]
