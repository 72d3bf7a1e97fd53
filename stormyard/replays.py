"""Runs that were written, played again: replay, verify, branch."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from optimization.dispatchers import make, names
from results import store
from scenarios.problems import BadScenario, problem
from simulation import engine
from simulation.model import Scenario
from simulation.orders import Entry
from simulation.record import Branch, Run
from stormyard.jobs import Simulated, Watch, chosen_dispatcher, decisions_of


@dataclass(frozen=True)
class Kept:
    """What a run folder needs for being played again."""

    directory: Path
    manifest: dict[str, Any]
    scenario: Scenario
    log: tuple[Entry, ...]

    @property
    def seed(self) -> int:
        """Seed of the run."""
        return int(self.manifest["seed"])

    @classmethod
    def read(cls, directory: Path) -> Kept:
        """Raises RunFolderError where the folder is no whole run."""
        manifest = store.read_manifest(directory)
        return cls(directory, manifest, store.read_scenario(directory), store.read_log(directory))


def replay(kept: Kept, watch: Watch | None = None) -> Run:
    """The run made anew from scenario, seed and log."""
    simulation, _ = engine.replay(kept.scenario, kept.seed, kept.log, watch=watch)
    with simulation:
        run = simulation.result(str(kept.manifest["dispatcher"]))
    return replace(run, origin=store.origin_of(kept.manifest))


@dataclass(frozen=True)
class Verified:
    """Whether a run came out the same; ``first`` says where not."""

    same: bool
    made: str
    """Digest in the run folder."""
    now: str
    """Digest of the replay."""
    version: str
    """That made the run folder."""
    first: str = ""


def verify(kept: Kept, watch: Watch | None = None) -> Verified:
    """Replay a run folder and compare, bit by bit."""
    run = replay(kept, watch)
    made = str(kept.manifest["digest"])
    first = "" if run.digest == made else first_difference(kept.directory, run)
    return Verified(run.digest == made, made, run.digest, str(kept.manifest.get("version", "")), first)


def first_difference(directory: Path, run: Run) -> str:
    """The first log line, event or field value in which a run folder differs from a run."""
    try:
        kept = store.read_run(directory)
    except store.RunFolderError as error:
        return str(error)
    for what, old, new in (("log line", kept.log, run.log), ("event", kept.events, run.events)):
        for number, (was, now) in enumerate(zip(old, new, strict=False), 1):
            if was != now:
                return f"{what} {number} was {_plain(was)}, is {_plain(now)}"
        if len(old) != len(new):
            return f"there were {len(old)} {what}s, there are {len(new)}"
    return (
        _field_difference(kept, run)
        or "fields agree to the precision they are stored with; the digest does not"
    )


def _field_difference(kept: Run, run: Run) -> str:
    found = []
    for name in sorted(str(n) for n in run.fields.data_vars):
        if name not in kept.fields:
            return f"the field {name} is missing"
        was, now = kept.fields[name].values.astype(float), run.fields[name].values.astype(float)
        if was.shape != now.shape:
            return f"the field {name} had shape {was.shape}, has {now.shape}"
        coarse = float(run.fields[name].attrs.get("packing_step", 0)) * 0.51 + 1e-6 * np.abs(now)
        apart = np.argwhere(np.abs(was - now) > coarse)
        if len(apart):
            row, dims = tuple(int(i) for i in apart[0]), run.fields[name].dims
            where = f" at {dims[1]} {run.fields[dims[1]].values[row[1]]}" if len(row) > 1 else ""
            found.append((float(run.fields["time"].values[row[0]]), name, where, was[row], now[row]))
    if not found:
        return ""
    t, name, where, before, after = min(found, key=lambda f: (f[0], f[1]))
    return f"the field {name} at second {t:.0f}{where} was {before:g}, is {after:g}"


def _plain(item: Any) -> str:
    return json.dumps(item.to_json() if isinstance(item, Entry) else item._asdict(), ensure_ascii=False)


def successor(kept: Kept, dispatcher: str = "") -> str:
    """Who gives the orders after a branch: the one that is named, else who gave the last ones of the run.

    A run that people played goes on with the scenario's own. Raises BadScenario for one that does not exist.
    """
    last = str(kept.manifest["dispatcher"]).rpartition(">")[2]
    return chosen_dispatcher(kept.scenario, dispatcher or (last if last in names() else ""))


def branch(kept: Kept, at: int, dispatcher: str = "", watch: Watch | None = None) -> Simulated:
    """The run that has the folder's past before second ``at`` and another's orders from then on."""
    name = successor(kept, dispatcher)
    simulation, situation = engine.branch(kept.scenario, kept.seed, kept.log, at, watch)
    asked = make(name, kept.scenario, kept.seed)
    with simulation:
        run = engine.play(simulation, situation, asked, watch)
    origin = replace(store.origin_of(kept.manifest), branch=Branch(at, str(kept.manifest["digest"])))
    run = replace(run, dispatcher=f"{kept.manifest['dispatcher']}>{name}", origin=origin)
    return Simulated(run, decisions_of(asked))


def moment(text: str, scenario: Scenario) -> int:
    """A second of the run from a clock time, hours from the start, or a local date and time.

    Raises BadScenario for what is no moment between the start and the end.
    """
    start = scenario.storm.start
    second = None
    if match := re.fullmatch(r"(\d+(?:\.\d+)?) ?h", text.strip()):
        second = round(float(match[1]) * 3600)
    elif match := re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip()):
        if int(match[1]) < 24 and int(match[2]) < 60:
            then = start.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
            second = round(((then - start) % timedelta(days=1)).total_seconds())
    else:
        try:
            given = datetime.fromisoformat(text.strip())
        except ValueError:
            pass
        else:
            zone = given if given.tzinfo else given.replace(tzinfo=start.tzinfo)
            second = round((zone - start).total_seconds())
    if second is None or not 0 <= second < scenario.duration:
        last = start + timedelta(seconds=scenario.duration)
        span = {"first": f"{start:%Y-%m-%dT%H:%M}", "last": f"{last:%Y-%m-%dT%H:%M}"}
        raise BadScenario([problem(f"--at {text}", "option.no_moment", **span)])
    return second
