"""In what two scenarios differ, and what a run was asked for, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, get_args

from pydantic import BaseModel

from results.language import HERE, LANGUAGES, Both, both, catalogue
from results.names import dispatcher_name, known, name_of
from simulation.model import LEVELS, Scenario, Storm, Tier
from simulation.record import Run
from simulation.units import Unit, unit_of

Amounts = dict[tuple[str, str], float]
"""By kind and place."""
TOLD = {"id", "name", "city", "fleet", "storm", "injects", "plan_book", "dispatcher", "respond", "duration"}
"""Fields of a scenario that have words of their own here."""
PLACES = {"stock": "differs.stock_places", "machines": "differs.teams", "people": "differs.teams"}
_TONNES = 1000.0


def joined(parts: list[Both]) -> Both:
    """Several of them in a row; empty for none."""
    return Both("；".join(p.zh for p in parts), "; ".join(p.en for p in parts))


def variant_name(run: Run) -> Both:
    """The variant as it is listed; 'as it stands' for the scenario itself."""
    return Both.same(run.origin.variant) if run.origin.variant else both("origin.base")


def asked(run: Run) -> list[Both]:
    """Variant, overrides and branch; empty for a scenario as it stands."""
    found = [both("origin.variant", name=run.origin.variant)] if run.origin.variant else []
    if run.origin.overrides:
        changed = [_override(run.scenario, path, value) for path, value in run.origin.overrides.items()]
        found.append(both("origin.changed", what=_listed(changed)))
    if branch := run.origin.branch:
        when = _clock(run.scenario.storm, branch.at)
        found.append(both("origin.branch", when=when, parent=branch.parent[:8]))
    return found


def _override(scenario: Scenario, path: str, value: Any) -> Both:
    """A path and its value, after what the path stands for where that has a name."""
    set_to = f"{path} = {_plain(value)}"
    named = _path_name(scenario, path)
    return both("origin.named", what=named, path=set_to) if named else Both.same(set_to)


def _path_name(scenario: Scenario, path: str) -> Both | None:
    """A parameter, or the stock of a yard, a row of machines or a team by name."""
    room, _, rest = path.removeprefix("physics.").partition(".")
    if room == "fleet":
        table, _, row = rest.partition(".")
        row = row.rpartition(".")[0]
        depot, _, material = row.partition(":")
        if table == "stock":
            return both("origin.stock", depot=name_of(scenario, depot), material=name_of(scenario, material))
        said = name_of(scenario, row)
        return said if said != Both.same(row) else None
    while rest and f"parameter.{room}.{rest}" not in catalogue(HERE / "en.yaml"):
        rest = rest.rpartition("_")[0]
    return both(f"parameter.{room}.{rest}") if rest else None


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def differences(first: Run, other: Run) -> list[Both]:
    """What the other run has that the first has not, a sentence each; empty where only the record differs."""
    was, now = first.scenario, other.scenario
    found = list(_between(was, now))
    if first.seed != other.seed:
        found.append(both("differs.seed", was=first.seed, now=other.seed))
    if first.dispatcher != other.dispatcher:
        names = dispatcher_name(first.dispatcher), dispatcher_name(other.dispatcher)
        found.append(both("differs.dispatcher", was=names[0], now=names[1]))
    if (branch := other.origin.branch) and branch != first.origin.branch:
        found.append(both("differs.branch", when=_clock(now.storm, branch.at)))
    return found


def _between(was: Scenario, now: Scenario) -> Iterator[Both]:
    if was.respond != now.respond:
        yield both("differs.respond" if now.respond else "differs.no_response")
    if was.city != now.city:
        yield both("differs.city", name=now.city.name)
    yield from _storm(was.storm, now.storm)
    if was.duration != now.duration:
        yield both("differs.duration", was=f"{was.duration / 3600:g}", now=f"{now.duration / 3600:g}")
    if was.fleet != now.fleet:
        yield from _fleet(was, now)
    if was.injects != now.injects:
        yield both("differs.injects", was=len(was.injects), now=len(now.injects))
    if was.plan_book != now.plan_book:
        yield both("differs.plan_book")
    if was.command.timeline != now.command.timeline:
        yield _timeline(was, now)
    if was.command.standing_orders != now.command.standing_orders:
        orders = [
            both("differs.standing_order", level=both(f"level.{o.level}"), act=both(f"act.{o.act}"))
            for o in now.command.standing_orders
        ]
        yield both("differs.standing_orders", what=_listed(orders))
    rest = (
        (name, getattr(was, name), getattr(now, name)) for name in type(now).model_fields if name not in TOLD
    )
    for name, old, new in rest:
        yield from _values(name, old, new, None)


def _storm(was: Storm, now: Storm) -> Iterator[Both]:
    """Another storm by its name; of one with the same name, what was changed in it."""
    if was.name != now.name:
        yield both("differs.storm", name=now.name)
        return
    if was.start != now.start:
        yield both("differs.start", when=now.start.strftime("%Y-%m-%d %H:%M"))
    if was.warnings != now.warnings:
        said = [both("differs.warning_at", when=_clock(now, w.t), colour=both(f"colour.{w.colour}"),
                     hazard=both(f"hazard.{w.hazard}")) for w in now.warnings]  # fmt: skip
        yield both("differs.warnings", what=_listed(said))
    if was.weather != now.weather:
        yield both("differs.weather")
    if was.river != now.river:
        yield both("differs.river")
    yield from _values("forecast", was.forecast, now.forecast, None)


def _clock(storm: Storm, second: float) -> str:
    return (storm.start + timedelta(seconds=second)).strftime("%m-%d %H:%M")


def _timeline(was: Scenario, now: Scenario) -> Both:
    """The levels that are declared at other times, and when they were."""
    if not now.command.timeline:
        return both("differs.by_rules")
    old, new = _level_times(was), _level_times(now)
    steps = [
        both("differs.level_at", level=both(f"level.{level}"), when=new.get(level) or both("differs.not_declared"),
             was=old.get(level) or both("differs.not_declared"))
        for level in ("none", *LEVELS)
        if old.get(level) != new.get(level)
    ]  # fmt: skip
    return both("differs.timeline", what=_listed(steps))


def _level_times(scenario: Scenario) -> dict[str, str]:
    """Clock times of each level of a set course."""
    found: dict[str, str] = {}
    for step in scenario.command.timeline:
        when = _clock(scenario.storm, step.t)
        found[step.level] = f"{found[step.level]}, {when}" if step.level in found else when
    return found


def _listed(parts: list[Both]) -> Both:
    return Both("、".join(p.zh for p in parts) or "–", ", ".join(p.en for p in parts) or "–")


# --------------------------------------------------------------------------- teams, machines and stock


def _fleet(was: Scenario, now: Scenario) -> Iterator[Both]:
    told = False
    for key, count, unit in _COUNTS:
        old, new = count(was), count(now)
        changed = [thing for thing in {**old, **new} if abs(old.get(thing, 0) - new.get(thing, 0)) > 1e-9]
        by_kind: dict[str, list[str]] = {}
        for kind, where in changed:
            by_kind.setdefault(kind, []).append(where)
        for kind, places in by_kind.items():
            told = True
            before, after = (sum(total.get((kind, place), 0) for place in places) for total in (old, new))
            at = name_of(now, places[0]) if len(places) == 1 else both(PLACES[key], n=len(places))
            yield both("differs.fleet", what=_kind_name(now, key, kind), place=at, was=f"{before:,.5g}",
                       now=f"{after:,.5g}", unit=both(f"unit.{unit}"))  # fmt: skip
    if not told:
        yield both("differs.other_fleet")


def _stock(scenario: Scenario) -> Amounts:
    return _counted((s.material, s.depot, s.amount / _TONNES) for s in scenario.fleet.stock)


def _machines(scenario: Scenario) -> Amounts:
    return _counted((e.kind, e.team, e.count) for e in scenario.fleet.equipment)


def _people(scenario: Scenario) -> Amounts:
    return _counted(("", t.id, t.people) for t in scenario.fleet.teams)


_COUNTS = (("stock", _stock, "t"), ("machines", _machines, "machines"), ("people", _people, "people"))


def _counted(rows: Iterable[tuple[str, str, float]]) -> Amounts:
    found: Amounts = defaultdict(float)
    for kind, where, amount in rows:
        found[kind, where] += amount
    return found


def _kind_name(scenario: Scenario, key: str, kind: str) -> Both:
    names = {m.id: m.name for m in scenario.fleet.materials} if key == "stock" else {}
    if key == "machines":
        names = {k.id: k.name for k in scenario.fleet.kinds}
    return Both.of(names[kind]) if kind in names else both("differs.people")


# --------------------------------------------------------------------------- everything else


def _values(path: str, was: Any, now: Any, unit: Unit | None) -> Iterator[Both]:
    """Leaves of two values that differ, by the names of parameters where there are any."""
    if was == now:
        return
    if isinstance(was, BaseModel) and isinstance(now, BaseModel):
        for name, info in type(now).model_fields.items():
            if path == "command" and name in ("timeline", "standing_orders"):
                continue
            yield from _values(f"{path}.{name}", getattr(was, name), getattr(now, name), _unit(info))
        return
    yield both("differs.value", what=_parameter(path), was=written(was, unit), now=written(now, unit))


def _parameter(path: str) -> Both:
    group, _, name = path.removeprefix("physics.").partition(".")
    return known(f"parameter.{group}.{name}", path)


def _unit(info: Any) -> Unit | None:
    return unit_of(info.metadata) or inner_unit(info.annotation)


def inner_unit(annotation: Any) -> Unit | None:
    """The unit of the numbers in a tuple or dict, such as ``tuple[SecondsAsHours, ...]``."""
    for part in (*getattr(annotation, "__args__", ()), *getattr(annotation, "__metadata__", ())):
        found = part if isinstance(part, Unit) else inner_unit(part)
        if found is not None:
            return found
    return None


def unit_said(unit: Unit | None) -> Both:
    """A unit of the files as people write it, with the space before it; empty for a pure number."""
    if unit is None or unit.written in ("", "1"):
        return Both("", "")
    return Both(*(f" {said}" for said in known(f"unit.{unit.written.replace('/', '_')}", unit.written)))


def written(value: Any, unit: Unit | None) -> Both:
    """A number, or numbers, in the planner's unit; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | tuple | dict):
        return Both.same(value)
    factor = unit.factor if unit else 1.0
    return Both(
        *(_numbers(value, factor, language) + unit_said(unit).said(language) for language in LANGUAGES)
    )


def _numbers(value: Any, factor: float, language: str) -> str:
    if isinstance(value, dict) and set(value) <= set(get_args(Tier)):
        return ", ".join(f"{both(f'tier.{k}').said(language)} {v / factor:.6g}" for k, v in value.items())
    if isinstance(value, dict):
        return " / ".join(_numbers(v, factor, language) for v in value.values())
    if isinstance(value, tuple | list):
        sign = "; " if value and isinstance(value[0], dict) else " / "
        return sign.join(_numbers(v, factor, language) for v in value)
    return f"{value / factor:.6g}" if isinstance(value, int | float) else str(value)
