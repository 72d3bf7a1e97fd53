"""Where machines and pump trucks stand when the warning comes.

A capacitated p-median programme chooses a yard for every row of equipment so that the way to the work of the storm's
first hours is shortest: roads by class and area, or waterlogging places by the depth that a run without help shows
(where pump trucks may also wait at a post of their own). A
second answer shortens the way of the worst-off instead (covering), a third makes only the moves that matter most. All
are run in storms of the season; the best is proposed, and nothing where none is better than today.
Hakimi 1964; Church and ReVelle 1974 (maximal covering).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp

from optimization.plan import CannotPlan, Plan, Reason, Trials, burden
from optimization.planners._changes import changed, check
from optimization.planners._places import Asked, Group, Places, as_overrides, asked, wet_places, with_posts
from optimization.planners._storms import storms
from optimization.solver import Outcome, prices, solve, solve_or
from simulation.model import Fleet, Scenario

NODES, SECONDS = 200, 60.0
"""Branch-and-bound nodes, and the guard in seconds."""
STAY = 0.002
"""Share of the mean way that leaving its yard costs a row: what brings nothing stays."""
FEW = 0.34
"""Share of the moves that the third answer makes."""
AT_POST = 2
"""Machines that wait at a post (a setting)."""
DEAREST = 3
"""Places for one more machine, by the programme's prices, that are reckoned through."""
LITTLE = 0.02
"""Share of the burden below which it is told why places bring little (a setting)."""
SPREAD = 4
"""Times its share of the work that a row may do at most, so that one near all does not do it all (a setting)."""


@dataclass(frozen=True)
class Options:
    """What may be asked."""

    storms: int = 6
    """Storms that the plan is tried in before it is proposed."""
    within_min: float = 10.0
    """Minutes within which the covering answer wants every place to be reached."""
    room: float = 1.5
    """Times the machines that stand there today that a yard has room for; yards with fewer take the mean."""
    seed: int = 0


LIMITS = {"storms": (2, 30), "within_min": (0.1, 600), "room": (1, 100)}


def propose(scenario: Scenario, trials: Trials, options: Options) -> Plan:
    """Where to stand. Raises CannotPlan where there is nothing to place or nowhere else to stand."""
    check("placement", options, LIMITS)
    wet = wet_places(scenario) if "water" in scenario.hazards else ()
    yards = len(scenario.fleet.depots)
    scenario = with_posts(scenario, wet)
    if len(scenario.fleet.depots) < 2:
        raise CannotPlan("placement.one_yard")
    work = [found for hazard in scenario.hazards if (found := asked(scenario, hazard, wet)) is not None]
    if not work:
        raise CannotPlan("placement.nothing")
    placing = [Placing(scenario, part, options, yards) for part in work]
    solved = [of.solved() for of in placing]
    ideas = _ideas(scenario, placing, solved)
    drawn = storms(scenario, options.storms, options.seed)
    today, change = _tried(scenario, trials, options, drawn, ideas)
    order = sorted(ideas, key=lambda name: (change[name], name))
    first = solved[0].outcome
    if not order or change[order[0]] >= 0:
        tried = {"ideas_n": len(ideas), "storms_n": len(drawn), "before_kmh": today}
        none = Reason("placement.none_better", tried) if ideas else Reason("placement.as_is")
        each = [Reason(f"placement.tried_{n}", {"more_kmh": change[n]}) for n in order]
        ways = [
            r for of, found in zip(placing, solved, strict=True) for r in of.reasons(scenario, found.rows)
        ]
        return Plan({}, (none, *each, *ways, *([Reason("placement.way_is_not_all")] if ideas else [])), first)
    places = ideas[order[0]]
    best = {"gain_kmh": -change[order[0]], "gain_share": -change[order[0]] / max(today, 1e-9), "storms_n": len(drawn),
            "rows_n": len(places)}  # fmt: skip
    why = [
        Reason(f"placement.best_{order[0]}", best),
        *(Reason(f"placement.next_{n}", {"change_signed_kmh": change[n]}) for n in order[1:2]),
        *(r for of in placing for r in of.reasons(scenario, of.moved(scenario, places))),
        *([Reason("placement.way_is_not_all")] if best["gain_share"] < LITTLE else []),
        *_room(scenario, solved),
        *_one_more(scenario, trials, options, drawn, places, placing),
    ]
    return Plan(as_overrides(scenario, places, yards), tuple(why), first, _rows(scenario, places, work))


def placed(scenario: Scenario, places: Places) -> Fleet:
    """The fleet with rows at their places."""
    rows = tuple(
        row.model_copy(update={"depot": places[row.id]}) if row.id in places else row
        for row in scenario.fleet.equipment
    )
    return scenario.fleet.model_copy(update={"equipment": rows})


# --------------------------------------------------------------------------- the programme


@dataclass(frozen=True)
class Placed:
    """A solved programme."""

    outcome: Outcome
    rows: np.ndarray
    """(groups, yards) rows of each group at each yard."""
    full: dict[int, float]
    """Yard -> s by which room for one more machine would shorten it."""


class Placing:
    """The programme of one hazard's machines."""

    def __init__(self, scenario: Scenario, work: Asked, options: Options, yards: int) -> None:
        self.work, self.yards = work, range(len(scenario.fleet.depots))
        today = np.zeros((len(work.groups), len(scenario.fleet.depots)))
        for g, group in enumerate(work.groups):
            for yard in group.at:
                today[g, yard] += 1
        self.today = today
        machines = np.array([g.count for g in work.groups]) @ today
        self.room = np.ceil(np.maximum(options.room * machines, machines[:yards].mean()))
        self.room[yards:] = np.maximum(AT_POST if work.hazard == "water" else 0, machines[yards:])
        self.reach = 60 * options.within_min

    def solved(self, covering: bool = False) -> Placed:
        """Where rows should stand for the shortest mean way, or for the most work within reach: today's places where
        the solver finds nothing better in its time."""
        seconds = (self.work.seconds > self.reach) * 1.0 if covering else self.work.seconds
        model = _Model(self, seconds)
        stay = solve(_Model(self, seconds, self.today).problem, time_limit=SECONDS).values
        outcome = solve_or(model.problem, stay, time_limit=SECONDS, gap=1e-3, nodes=NODES)
        chosen = np.array([[round(outcome.values[v.name]) for v in of] for of in model.at])
        full = self._room_prices(seconds, outcome, chosen) if not covering else {}
        return Placed(outcome, chosen, full)

    def way(self, rows: np.ndarray, more: tuple[int, int] | None = None) -> float:
        """s of mean way to the work where rows stand so, with one ``more`` machine of a group at a yard if asked."""
        model = _Model(self, self.work.seconds, rows, more)
        found = solve(model.problem, time_limit=SECONDS)
        return sum(seconds * found.values[x.name] for x, seconds in model.ways)

    def worth(self, rows: np.ndarray) -> dict[tuple[int, int], float]:
        """(group, yard) -> s by which one more machine there would shorten the mean way, at the prices of the power
        that stands there and of the group's: no more than that, and told apart by ``way``."""
        problem = _Model(self, self.work.seconds, rows).problem
        dual = prices(problem, solve(problem, time_limit=SECONDS).values)
        return {
            (g, i): price * group.strength / group.count
            for g, group in enumerate(self.work.groups)
            for i in self.yards
            if (price := -SPREAD * dual[f"power_{g}_{i}"] - dual[f"share_{g}"]) > 1e-9
        }

    def moved(self, scenario: Scenario, places: Places) -> np.ndarray:
        """(groups, yards) rows of each group at each yard once these have moved."""
        index = {d.id: i for i, d in enumerate(scenario.fleet.depots)}
        rows = np.zeros(self.today.shape)
        for g, group in enumerate(self.work.groups):
            for row, yard in zip(group.rows, group.at, strict=True):
                rows[g, index[places[row]] if row in places else yard] += 1
        return rows

    def reasons(self, scenario: Scenario, rows: np.ndarray) -> list[Reason]:
        """What these places make of the way."""
        ways = {"before_s": self.way(self.today), "after_s": self.way(rows)}
        return [Reason(f"placement.way_{self.work.hazard}", ways)]

    def _room_prices(self, seconds: np.ndarray, outcome: Outcome, chosen: np.ndarray) -> dict[int, float]:
        """What room for one more machine brings at the yards that are full, by solving again."""
        machines = np.array([g.count for g in self.work.groups]) @ chosen
        found = {}
        for yard in np.flatnonzero(machines >= self.room - 0.5):
            self.room[yard] += 1
            wider = solve(_Model(self, seconds).problem, time_limit=SECONDS, gap=1e-3, nodes=NODES)
            self.room[yard] -= 1
            if outcome.objective - wider.objective > 0.5:
                found[int(yard)] = outcome.objective - wider.objective
        return found


class _Model:
    """Where rows stand and who does which work; ``fixed`` (groups, yards): the rows stand so, whatever the room, with
    one ``more`` machine of a group at a yard."""

    def __init__(
        self,
        of: Placing,
        seconds: np.ndarray,
        fixed: np.ndarray | None = None,
        more: tuple[int, int] | None = None,
    ) -> None:
        self.problem = pulp.LpProblem("placement", pulp.LpMinimize)
        groups, yards = of.work.groups, of.yards
        cost: list[tuple[pulp.LpVariable, float]] = []
        self.ways: list[tuple[pulp.LpVariable, float]] = []
        stay = STAY * float(of.work.share @ of.work.seconds.min(axis=0))
        self.at = [
            [
                self.problem.add_variable(
                    f"at_{g}_{i}",
                    *((0, len(group.rows)) if fixed is None else 2 * (fixed[g, i],)),
                    cat=pulp.LpInteger,
                )
                for i in yards
            ]
            for g, group in enumerate(groups)
        ]
        served: list[list[tuple[pulp.LpVariable, float]]] = [[] for _ in of.work.share]
        for g, group in enumerate(groups):
            self._row([(x, 1.0) for x in self.at[g]], pulp.LpConstraintEQ, len(group.rows), f"all_{g}")
            done: list[tuple[pulp.LpVariable, float]] = []
            for i in yards:
                new = self.problem.add_variable(f"new_{g}_{i}", 0)
                stays = float(of.today[g, i])
                self._row([(self.at[g][i], 1.0), (new, -1.0)], pulp.LpConstraintLE, stays, f"stays_{g}_{i}")
                cost.append((new, stay * group.strength))
                here = []
                for j in range(len(of.work.share)):
                    x = self.problem.add_variable(f"x_{g}_{i}_{j}", 0)
                    here.append((x, 1.0))
                    served[j].append((x, 1.0))
                    self.ways.append((x, float(seconds[i, j])))
                # one row near all the work may not do all of it, and together a group does its share
                terms = [*here, (self.at[g][i], -SPREAD * group.strength)]
                extra = SPREAD * group.strength / group.count if more == (g, i) else 0.0
                self._row(terms, pulp.LpConstraintLE, extra, f"power_{g}_{i}")
                done += here
            limit = group.strength * len(group.rows)
            limit += group.strength / group.count if more is not None and more[0] == g else 0.0
            self._row(done, pulp.LpConstraintLE, limit, f"share_{g}")
        for j, share in enumerate(of.work.share):
            self._row(served[j], pulp.LpConstraintEQ, float(share), f"served_{j}")
        for i in yards:
            if fixed is None:
                terms = [(self.at[g][i], float(group.count)) for g, group in enumerate(groups)]
                self._row(terms, pulp.LpConstraintLE, float(of.room[i]), f"room_{i}")
        self.problem += pulp.LpAffineExpression(cost + self.ways)

    def _row(self, terms: list[tuple[pulp.LpVariable, float]], sense: int, right: float, name: str) -> None:
        self.problem.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, name, right))


# --------------------------------------------------------------------------- from numbers to rows


def moves(scenario: Scenario, work: Asked, rows: np.ndarray) -> Places:
    """Rows that move, and where to: as many as can stay where they are, the others go to the nearest yard that wants
    one."""
    names = [d.id for d in scenario.fleet.depots]
    found: Places = {}
    for g, group in enumerate(work.groups):
        wanted = rows[g].astype(int).copy()
        movers: list[tuple[str, int]] = []
        for row, yard in zip(group.rows, group.at, strict=True):
            if wanted[yard] > 0:
                wanted[yard] -= 1
            else:
                movers.append((row, yard))
        for row, yard in movers:
            free = np.flatnonzero(wanted > 0)
            lon, lat = (np.array([getattr(d, key) for d in scenario.fleet.depots]) for key in ("lon", "lat"))
            way = np.hypot(lon[free] - lon[yard], lat[free] - lat[yard])
            to = int(free[np.argmin(way)])
            wanted[to] -= 1
            found[row] = names[to]
    return found


def _ideas(scenario: Scenario, placing: Sequence[Placing], solved: Sequence[Placed]) -> dict[str, Places]:
    """Answers to try by name, each unlike those before it and unlike today."""
    whole: Places = {}
    cover: Places = {}
    work = [of.work for of in placing]
    for of, found in zip(placing, solved, strict=True):
        whole |= moves(scenario, of.work, found.rows)
        cover |= moves(scenario, of.work, of.solved(covering=True).rows)
    ranked = sorted(whole, key=lambda row: (-_saved(scenario, work, row, whole[row]), row))
    few = {row: whole[row] for row in ranked[: max(1, round(FEW * len(ranked)))]}
    kept: dict[str, Places] = {}
    for name, places in (("programme", whole), ("cover", cover), ("few", few)):
        if places and places not in kept.values():
            kept[name] = places
    return kept


def _saved(scenario: Scenario, work: Sequence[Asked], row: str, depot: str) -> float:
    """s by which a row comes nearer to the work, times its share of it."""
    to = [d.id for d in scenario.fleet.depots].index(depot)
    for part in work:
        for group in part.groups:
            if row in group.rows:
                come = part.seconds[group.at[group.rows.index(row)]] - part.seconds[to]
                return float(part.share @ come) * group.strength
    return 0.0


def _tried(
    scenario: Scenario,
    trials: Trials,
    options: Options,
    drawn: Sequence[Scenario],
    ideas: Mapping[str, Places],
) -> tuple[float, dict[str, float]]:
    """Mean burden in the season's storms today, and its mean change by idea."""
    if not ideas:
        return 0.0, {}
    labels = {f"today {w}": storm for w, storm in enumerate(drawn)}
    for name, places in ideas.items():
        fleet = placed(scenario, places)
        labels |= {f"{name} {w}": storm.model_copy(update={"fleet": fleet}) for w, storm in enumerate(drawn)}
    found = trials(labels, [options.seed])
    today = [burden(found[f"today {w}"][0]) for w in range(len(drawn))]
    return float(np.mean(today)), {
        name: float(np.mean([burden(found[f"{name} {w}"][0]) - today[w] for w in range(len(drawn))]))
        for name in ideas
    }


def _room(scenario: Scenario, solved: Sequence[Placed]) -> list[Reason]:
    """The fullest yard of each hazard's machines."""
    found = []
    for of in solved:
        if of.full:
            yard = max(of.full, key=lambda i: (of.full[i], -i))
            gaps = {"depot": scenario.fleet.depots[yard].name, "shorter_s": of.full[yard]}
            found.append(Reason("placement.room_binds", gaps))
    return found


def _one_more(
    scenario: Scenario, trials: Trials, options: Options, drawn: Sequence[Scenario], places: Places,
    placing: Sequence[Placing],
) -> list[Reason]:  # fmt: skip
    """What one more machine is worth where it shortens the way most, in seconds of way and as run: of the ``DEAREST``
    by the programme's prices."""
    moved = scenario.model_copy(update={"fleet": placed(scenario, places)})
    rows = [of.moved(scenario, places) for of in placing]
    priced = sorted(
        (-round(price, 6), p, g, i, row)
        for p, of in enumerate(placing)
        for (g, i), price in of.worth(rows[p]).items()
        if (row := _row_at(moved, of.work.groups[g], scenario.fleet.depots[i].id)) is not None
    )
    if not priced:
        return []
    shorter, p, g, i, row = max(
        (round(placing[p].way(rows[p]) - placing[p].way(rows[p], (g, i)), 3), p, g, i, row)
        for _, p, g, i, row in priced[:DEAREST]
    )
    if shorter < 1.0:  # s: not worth telling
        return []
    group = placing[p].work.groups[g]
    more = changed(moved, {f"fleet.equipment.{row}.count": group.count + 1})
    labels: dict[str, Scenario] = {}
    for w, storm in enumerate(drawn):
        labels[f"placed {w}"] = storm.model_copy(update={"fleet": moved.fleet})
        labels[f"more {w}"] = storm.model_copy(update={"fleet": more.fleet})
    found = trials(labels, [options.seed])
    change = [burden(found[f"more {w}"][0]) - burden(found[f"placed {w}"][0]) for w in range(len(drawn))]
    gaps = {"kind": group.kind.name, "depot": scenario.fleet.depots[i].name, "shorter_s": shorter, "runs_n": len(drawn),
            "tried_signed_kmh": float(np.mean(change))}  # fmt: skip
    return [Reason("placement.one_more", gaps)]


def _row_at(scenario: Scenario, group: Group, depot: str) -> str | None:
    teams = {t.id: t for t in scenario.fleet.teams}
    return next(
        (
            r.id
            for r in scenario.fleet.equipment
            if r.id in group.rows and (r.depot or teams[r.team].depot) == depot
        ),
        None,
    )


def _rows(scenario: Scenario, places: Places, work: Sequence[Asked]) -> tuple[dict[str, Any], ...]:
    """The moves as a table; yards by their names, for posts are in no table yet."""
    names = {d.id: d.name for d in scenario.fleet.depots}
    at = [d.name for d in scenario.fleet.depots]
    return tuple(
        {"equipment": row, "machines_n": group.count, "from_depot": at[yard], "to_depot": names[places[row]]}
        for part in work
        for group in part.groups
        for row, yard in zip(group.rows, group.at, strict=True)
        if row in places
    )
