"""A linear or mixed-integer programme as lists of coefficients: quick to build, read by ``optimization.solver``.

A programme of 50,000 binaries is built in a tenth of a second this way; the same with PuLP's objects takes seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Meaning = tuple[str, Mapping[str, Any]]
"""What a row says: the sentence ``why.<key>`` of the language files, and what fills its gaps (see ``plan.Reason``)."""


@dataclass
class Model:
    """Minimise ``cost @ x + constant`` so that ``low <= rows <= high``; columns and rows are known by number."""

    name: str = "model"
    constant: float = 0.0
    names: list[str] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    row_names: list[str] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    """Row i has the coefficients ``starts[i]`` to ``starts[i + 1]``."""
    columns: list[int] = field(default_factory=list)
    coefficients: list[float] = field(default_factory=list)
    meanings: dict[str, Meaning] = field(default_factory=dict)
    """What rows say in words, by the row's name; see ``optimization.explain``."""

    def variable(
        self, name: str, cost: float = 0.0, low: float = 0.0, high: float = math.inf, whole: bool = False
    ) -> int:
        """A new column; returns its number."""
        self.names.append(name)
        self.cost.append(cost)
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.names) - 1

    def row(
        self,
        name: str,
        columns: Sequence[int],
        coefficients: Sequence[float],
        low: float = -math.inf,
        high: float = math.inf,
        meaning: Meaning | None = None,
    ) -> int:
        """A new constraint; returns its number. Raises ValueError where the lists differ in length."""
        if len(columns) != len(coefficients):
            raise ValueError(f"row '{name}' has {len(columns)} columns and {len(coefficients)} coefficients")
        self.columns += columns
        self.coefficients += coefficients
        self.starts.append(len(self.columns))
        self.row_names.append(name)
        self.row_low.append(low)
        self.row_high.append(high)
        if meaning is not None:
            self.meanings[name] = meaning
        return len(self.row_names) - 1

    def broken(self, values: Mapping[str, float], tolerance: float = 1e-6) -> str:
        """The first bound, whole number or row that ``values`` (0 where left out) break; empty where they keep all."""
        x = np.array([float(values.get(name, 0.0)) for name in self.names])
        outside = (x < np.array(self.low) - tolerance) | (x > np.array(self.high) + tolerance)
        outside |= np.array(self.whole, bool) & (np.abs(x - np.round(x)) > tolerance)
        if outside.any():
            return self.names[int(outside.argmax())]
        row = np.repeat(np.arange(len(self.row_names)), np.diff(self.starts))
        terms = np.array(self.coefficients, float) * x[np.array(self.columns, int)]
        total = np.bincount(row, terms, len(self.row_names))
        slack = tolerance * np.maximum(1.0, np.abs(total))
        off = (total < np.array(self.row_low) - slack) | (total > np.array(self.row_high) + slack)
        return self.row_names[int(off.argmax())] if off.any() else ""

    def cost_of(self, values: Mapping[str, float]) -> float:
        """Cost of a plan, value by name."""
        return self.constant + sum(
            c * float(values.get(n, 0.0)) for n, c in zip(self.names, self.cost, strict=True)
        )
