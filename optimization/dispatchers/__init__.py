"""Dispatchers, one file each, found by folder: who goes where, now.

A module gives ``make(scenario, seed=0) -> Dispatcher``. A dispatcher may carry ``decisions``, a list of
`optimization.decision.Decision`, for the record. Modules whose name starts with ``_`` are none.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil

from simulation.model import Scenario
from simulation.situation import Dispatcher


def names() -> tuple[str, ...]:
    """Dispatchers there are, in alphabetical order."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")))


def make(name: str, scenario: Scenario, seed: int = 0) -> Dispatcher:
    """The dispatcher of that name for a scenario. Raises ValueError, with a hint, for an unknown name."""
    if name not in names():
        close = difflib.get_close_matches(name, names(), n=1, cutoff=0.5)
        hint = f"did you mean '{close[0]}'? " if close else ""
        raise ValueError(f"there is no dispatcher '{name}': {hint}dispatchers are {', '.join(names())}")
    dispatcher: Dispatcher = importlib.import_module(f"{__name__}.{name}").make(scenario, seed)
    return dispatcher
