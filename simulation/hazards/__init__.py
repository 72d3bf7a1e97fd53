"""The hazards: each file declares its fields and steps them; found by the name of the file."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from simulation.hazards.base import Hazard


def make(name: str) -> Hazard:
    """A fresh hazard by its name in ``Scenario.hazards``: the ``HAZARD`` of the file of that name."""
    return cast(Hazard, import_module(f"simulation.hazards.{name}").HAZARD())
