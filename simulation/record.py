"""What a run leaves behind: fields over time, a table of events, balances and a digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from simulation.model import Name, Scenario
from simulation.orders import Entry


class Event(NamedTuple):
    """A row of the event table."""

    t: int
    """Second of the run."""
    kind: str
    """warning, level, muster, order, depart, arrive, done, pass, refill, refuel, stockout, rest, relief,
    breakdown, repaired, closed, opened, pump_on, pump_off, blocked, unsupplied, refused, inject,
    absent, protected, dumped, dump_full, no_dump, cleared, warm_up, water_mark, advice."""
    crew: str = ""
    target: str = ""
    verb: str = ""
    value: float = 0.0
    """kg for refill and spread passes, m3/s for pump_on, seconds for pump_off, breakdown and rest, and so on."""
    text: str = ""
    """Words or a key that the kind needs: the colour of a warning, the reason of a refusal."""


@dataclass(frozen=True)
class FieldSpec:
    """How a field of the world is named, measured and packed."""

    name: str
    unit: str
    dim: str
    """segment, node or crew."""
    long_name: str
    step: float
    """Resolution it is packed with in a run folder (int16); 0 = stored as float32."""
    standard_name: str = ""
    """CF standard name where one exists."""


@dataclass(frozen=True)
class Branch:
    """Where a run left another one's past."""

    at: int
    """Second of the run."""
    parent: str
    """Digest of the run it came from."""


@dataclass(frozen=True)
class Origin:
    """What was asked for: how the scenario of a run came out of its folder. The scenario itself is the truth."""

    variant: str = ""
    """Name of the variant; empty where it is the scenario as it stands."""
    overrides: dict[str, Any] = field(default_factory=dict)
    """Value by path, in the units of the files, as ``--set`` gave them."""
    branch: Branch | None = None
    """None where it is no branch."""
    remarks: tuple[Name, ...] = ()
    """What was remarked upon when the scenario was read, such as a figure far from the usual."""


AS_IT_STANDS = Origin()
"""A scenario without variant, overrides or branch."""


@dataclass(frozen=True)
class Run:
    """The result of a simulation."""

    scenario: Scenario
    seed: int
    log: tuple[Entry, ...]
    fields: xr.Dataset
    """dims time [s since start], segment, node, crew; a variable per recorded field with CF attributes."""
    events: tuple[Event, ...]
    digest: str
    balance: dict[str, float]
    """Relative residuals of conservation: snow, water, material."""
    totals: dict[str, float] = field(default_factory=dict)
    """Whole-run sums that no field carries: flooded_m3, pumped_m3, team seconds, cost."""
    dispatcher: str = ""
    cpu_seconds: float = 0.0
    origin: Origin = AS_IT_STANDS


def digest_of(fields: xr.Dataset, events: tuple[Event, ...], log: tuple[Entry, ...]) -> str:
    """SHA-256 over the bytes of every field in name order, every event and every log entry."""
    digest = hashlib.sha256()
    for name in sorted(str(n) for n in fields.data_vars):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(fields[name].values).tobytes())
    for event in events:
        digest.update(repr(tuple(event)).encode())
    for entry in log:
        digest.update(json.dumps(entry.to_json(), sort_keys=True).encode())
    return digest.hexdigest()


def summary(run: Run) -> dict[str, Any]:
    """The small facts of a run for a manifest, without its metrics."""
    return {
        "scenario": run.scenario.id,
        "scenario_hash": run.scenario.digest(),
        "seed": run.seed,
        "variant": run.origin.variant,
        "overrides": dict(run.origin.overrides),
        "branch": run.origin.branch and {"at_s": run.origin.branch.at, "parent": run.origin.branch.parent},
        "remarks": [remark.model_dump() for remark in run.origin.remarks],
        "dispatcher": run.dispatcher,
        "digest": run.digest,
        "balance": dict(run.balance),
        "wall_seconds": round(run.cpu_seconds, 3),
    }
