"""What a dispatcher leaves for the record about each decision, besides its orders."""

from __future__ import annotations

import math
from dataclasses import dataclass

from optimization.plan import Reason
from simulation.orders import Order


@dataclass(frozen=True)
class Decision:
    """One answer to one situation."""

    t: int
    """Second of the run."""
    orders: tuple[Order, ...]
    status: str
    """``rule`` where no solver was asked, else the solver's ``Outcome.status``."""
    gap: float = math.nan
    """The solver's gap; NaN where there is none."""
    seconds: float = 0.0
    """Elapsed time of the solver: for the record only, nothing in a run depends on it."""
    fallback: bool = False
    """True where the solver gave no plan and the rule of ``greedy`` answered instead."""
    why: tuple[Reason, ...] = ()
    """What it rests on, what led to a fallback or to fewer orders than crews; keys begin with ``dispatch.``."""
