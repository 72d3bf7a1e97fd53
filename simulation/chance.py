"""Random draws keyed by what they are for, so that two variants of a scenario meet the same luck.

A draw depends on (seed, purpose, entity, count) alone: never on when it is made, nor on what else
was drawn. Count goes up by one for each draw with the same purpose and entity.
"""

from __future__ import annotations

import hashlib
import math


class Chance:
    """A keyed source of random numbers for one run."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._counts: dict[tuple[str, str], int] = {}

    def uniform(self, purpose: str, entity: str = "") -> float:
        """The next number in [0, 1) for this purpose and entity."""
        key = (purpose, entity)
        count = self._counts.get(key, 0)
        self._counts[key] = count + 1
        return keyed_uniform(self._seed, purpose, entity, count)

    def normal(self, purpose: str, entity: str = "") -> float:
        """A standard normal number (Box-Muller on two keyed uniforms)."""
        first = max(self.uniform(purpose, entity), 1e-300)
        second = self.uniform(purpose, entity)
        return math.sqrt(-2 * math.log(first)) * math.cos(2 * math.pi * second)

    def lognormal(self, purpose: str, entity: str, sigma: float) -> float:
        """A factor with median 1 and log-standard-deviation ``sigma``."""
        return math.exp(sigma * self.normal(purpose, entity))

    def exponential(self, purpose: str, entity: str, mean: float) -> float:
        """A waiting time with the given mean, in the mean's unit."""
        return -mean * math.log(1.0 - self.uniform(purpose, entity))


def keyed_uniform(seed: int, purpose: str, entity: str, count: int) -> float:
    """A number in [0, 1) that is a pure function of its four arguments, on every platform."""
    text = f"{seed}\x1f{purpose}\x1f{entity}\x1f{count}".encode()
    bits = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")
    return (bits >> 11) * 2.0**-53
