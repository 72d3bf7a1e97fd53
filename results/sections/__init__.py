"""The sections of a run's report, one file each, found in this folder.

A section module has ``ORDER``, its place on the page, and ``section(reading) -> Section | None``; None where
the run has nothing to say there. A new section is a new file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from results.content import Section
from results.goals import Goal
from results.metrics import Figures
from simulation.record import Run


@dataclass(frozen=True)
class Reading:
    """A run and what was made of it once for all sections."""

    run: Run
    figures: Figures
    goals: Sequence[Goal]
    decisions: Sequence[dict[str, Any]]
    """What the dispatcher's solver said at each decision; empty where none was asked or kept."""


def modules() -> list[ModuleType]:
    """The section modules in the order of the page."""
    found = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    return sorted(found, key=lambda module: (module.ORDER, module.__name__))


def sections(reading: Reading) -> list[Section]:
    """Every section that has something to say."""
    found = (module.section(reading) for module in modules())
    return [section for section in found if section is not None]
