"""What could be changed before the season, as scenarios to run: amounts that are tried, not proposed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from results.capacity import stock_of
from results.language import Both, both
from results.season import CLAUSES, VERBS, fallen, listed
from simulation.model import Fleet, HazardName, LevelChange, Scenario

BLADES = ("plough", "spread")


class Remedy(NamedTuple):
    """A change, and the scenario with it."""

    key: str
    change: Both
    """What is changed, and by how much."""
    brief: Both
    """The same in a few words."""
    scenario: Scenario


def ladders(scenario: Scenario, hazard: HazardName) -> list[list[Remedy]]:
    """Changes to try, each with rising amounts of which the first that meets every goal is enough."""
    steps = _rain(scenario) if hazard == "water" else _snow(scenario)
    return [ladder for ladder in steps if ladder]


def _rain(scenario: Scenario) -> Iterator[list[Remedy]]:
    yield [_nobody(scenario)]
    yield _inlets(scenario)
    yield [_machines(scenario, "pumps", ("pump",), 2)] if count(scenario.fleet, ("pump",)) else []
    yield _at_once(scenario, "water")


def _snow(scenario: Scenario) -> Iterator[list[Remedy]]:
    blades = count(scenario.fleet, BLADES)
    deicer = stock_of(scenario.fleet, "deicer")
    yield [_salt(scenario, 2)] if deicer else []
    yield [_machines(scenario, "machines", BLADES, 1.5)] if blades else []
    yield [_both(scenario, factor) for factor in (1.5, 2)] if blades and deicer else []
    yield _at_once(scenario, "snow")


def _nobody(scenario: Scenario) -> Remedy:
    said = both("readiness.try_nobody")
    return Remedy("nobody", said, said, scenario.model_copy(update={"respond": False}))


def _inlets(scenario: Scenario) -> list[Remedy]:
    """Debris at the start as low as a crew leaves it, which is what cleaning before the season does."""
    water = scenario.physics.water
    if water.clog_start <= water.clog_cleared:
        return []
    clean = water.model_copy(update={"clog_start": water.clog_cleared})
    change = both(
        "readiness.try_inlets", now=f"{100 * water.clog_start:.0f}", then=f"{100 * water.clog_cleared:.0f}"
    )
    physics = scenario.physics.model_copy(update={"water": clean})
    return [Remedy("inlets", change, change, scenario.model_copy(update={"physics": physics}))]


def _at_once(scenario: Scenario, hazard: HazardName) -> list[Remedy]:
    """Level I from the first second, so that everybody is called out; nothing where that is so already."""
    change = LevelChange(t=0, level="I")
    if scenario.command.timeline == (change,):
        return []
    command = scenario.command.model_copy(update={"timeline": (change,)})
    lead = fallen(scenario)[1] / 3600
    said = both("readiness.try_early", n=count(scenario.fleet, VERBS[hazard]), hours=f"{lead:.1f}")
    return [Remedy("early", said, said, scenario.model_copy(update={"command": command}))]


def _salt(scenario: Scenario, factor: float) -> Remedy:
    now = stock_of(scenario.fleet, "deicer") / 1000
    said = both("readiness.try_salt", now=f"{now:,.0f}", more=f"{now * (factor - 1):,.0f}")
    return Remedy("salt", said, said, _with(scenario, stock=_more_salt(scenario.fleet, factor)))


def _machines(scenario: Scenario, key: str, verbs: tuple[str, ...], factor: float) -> Remedy:
    fleet, rows = scenario.fleet, _more_machines(scenario.fleet, verbs, factor)
    more: Counter[str] = Counter()
    for before, after in zip(fleet.equipment, rows, strict=True):
        more[before.kind] += after.count - before.count
    names = {k.id: Both.of(k.name) for k in fleet.kinds}
    kinds = listed(
        [both("readiness.kind_count", kind=names[k], n=n) for k, n in more.most_common() if n], CLAUSES
    )
    said = both(f"readiness.try_{key}", more=more.total(), now=count(fleet, verbs), kinds=kinds)
    brief = both(f"readiness.brief_{key}", more=more.total())
    return Remedy(key, said, brief, _with(scenario, equipment=rows))


def _both(scenario: Scenario, factor: float) -> Remedy:
    machines_ = _machines(scenario, "machines", BLADES, factor)
    salt = _salt(scenario, factor)
    changed = _with(machines_.scenario, stock=salt.scenario.fleet.stock)
    said = both("readiness.try_both", a=machines_.change, b=salt.change)
    return Remedy("both", said, both("readiness.try_both", a=machines_.brief, b=salt.brief), changed)


# --------------------------------------------------------------------------- fleets


def able_rows(fleet: Fleet, verbs: Collection[str]) -> set[str]:
    """Rows of equipment whose machine and team can both do one of the verbs."""
    kinds = {k.id: set(k.abilities) for k in fleet.kinds}
    skills = {t.id: set(t.skills) for t in fleet.teams}
    return {e.id for e in fleet.equipment if kinds[e.kind] & skills[e.team] & set(verbs)}


def count(fleet: Fleet, verbs: Collection[str]) -> int:
    """Crews that can do one of the verbs."""
    able = able_rows(fleet, verbs)
    return sum(e.count for e in fleet.equipment if e.id in able)


def _more_machines(fleet: Fleet, verbs: tuple[str, ...], factor: float) -> tuple[Any, ...]:
    """Rows of equipment with counts raised so that each kind comes to the factor, row after row."""
    able = able_rows(fleet, verbs)
    rows = []
    owed: Counter[str] = Counter()
    have: Counter[str] = Counter()
    for row in fleet.equipment:
        if row.id in able:
            owed[row.kind] += row.count
            more = max(row.count, math.floor(owed[row.kind] * factor + 0.5) - have[row.kind])
            have[row.kind] += more
            row = row.model_copy(update={"count": more})
        rows.append(row)
    return tuple(rows)


def _more_salt(fleet: Fleet, factor: float) -> tuple[Any, ...]:
    deicer = {m.id for m in fleet.materials if m.use == "deicer"}
    return tuple(
        s.model_copy(update={"amount": s.amount * factor}) if s.material in deicer else s for s in fleet.stock
    )


def _with(scenario: Scenario, **changes: Any) -> Scenario:
    return scenario.model_copy(update={"fleet": scenario.fleet.model_copy(update=changes)})
