"""Planners, one file each, found by folder: what to have, and where, before a season.

A module gives ``propose(scenario, trials, options) -> Plan`` (see ``optimization.plan``) and ``Options``, a frozen
dataclass of what may be asked of it; where it knows how many runs it asks for at the most, ``most_runs(scenario,
options) -> int`` as well. Modules whose name starts with ``_`` are none.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from types import ModuleType


def names() -> tuple[str, ...]:
    """Planners there are, in alphabetical order."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")))


def planner(name: str) -> ModuleType:
    """The planner of that name. Raises ValueError, with a hint, for an unknown name."""
    if name not in names():
        close = difflib.get_close_matches(name, names(), n=1, cutoff=0.5)
        hint = f"did you mean '{close[0]}'? " if close else ""
        raise ValueError(f"there is no planner '{name}': {hint}planners are {', '.join(names())}")
    return importlib.import_module(f"{__name__}.{name}")
