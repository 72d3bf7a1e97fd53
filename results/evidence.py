"""What stands behind a readiness page: who was called out, sites and roads storm by storm, and what looks odd."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import numpy as np

from results.content import Block, Cell, Paragraph, Table, figure
from results.language import Both, both
from results.metrics import (
    Site,
    first_service,
    first_settled,
    hour_weights,
    level_changes,
    seconds,
    sites,
    unclear_roads,
)
from results.remedies import able_rows
from results.season import CLAUSES, VERBS, Storm, Trial, listed
from simulation.model import LEVELS
from simulation.network import Network
from simulation.orders import level_rank
from simulation.record import Run

WORST = 10
MOST_SITES = 30
ODD = 0.5
"""h by which a lighter storm's first pass has to be later than a heavier one's to be remarked on."""


# --------------------------------------------------------------------------- call-out


def callout(storms: Sequence[Storm]) -> list[Block]:
    """The level that each storm reached, when, and how many of the crews that can help were called out."""
    rows = []
    for storm in storms:
        changes = level_changes(storm.run)
        top = max((rank for _, rank in changes), default=0)
        names = [name for name in LEVELS if level_rank(name) == top]
        level = both(f"level.{names[0]}") if names else both("level.none")
        called, able = len(_called(storm.run)), _able(storm)
        first = min((t for t, rank in changes if rank), default=None)
        reached = "–" if first is None else f"{(first - storm.onset) / 3600:+.1f}"
        ready = _called(storm.run).values()
        standing = f"{(float(np.percentile(list(ready), 90)) - storm.onset) / 3600:+.1f}" if ready else "–"
        rows.append(
            [storm.name, figure(storm.amount), level, Both.same(reached), Both.same(standing),
             Both.same(f"{called} / {able}"), _waiting(storm)]
        )  # fmt: skip
    columns = ("amount", "level", "level_at", "ready", "called", "waiting")
    head = [both("head.storm"), *(both(f"readiness.head_{k}") for k in columns)]
    return [
        Paragraph(both("readiness.callout")),
        Table(both("readiness.table_callout"), head, rows, (1, 3, 4, 5)),
    ]


def _called(run: Run) -> dict[str, int]:
    """Second at which each crew that was called out stood ready."""
    return {e.crew: e.t for e in reversed(run.events) if e.kind == "muster"}


def _able(storm: Storm) -> int:
    fleet = storm.run.scenario.fleet
    rows = able_rows(fleet, VERBS[storm.hazard])
    return sum(e.count for e in fleet.equipment if e.id in rows)


def _waiting(storm: Storm) -> Both:
    """Teams with able crews that stayed at home, and the level they wait for."""
    fleet, called = storm.run.scenario.fleet, {crew.rpartition("/")[0] for crew in _called(storm.run)}
    rows = able_rows(fleet, VERBS[storm.hazard])
    home: dict[str, int] = {}
    for row in fleet.equipment:
        if row.id in rows and row.id not in called:
            home[row.team] = home.get(row.team, 0) + row.count
    told = [
        both("readiness.team_waits", team=t.name, n=home[t.id], level=both(f"level.{t.callout}"))
        for t in fleet.teams
        if t.id in home
    ]
    return listed(told) if told else Both.same("–")


def remarks(storms: Sequence[Storm]) -> list[Both]:
    """Where a lighter snowfall was served later than a heavier one: the figures, and what the crews did meanwhile."""
    found = []
    for light, heavy in pairwise(storms):
        for goal in light.goals:
            other = next((g for g in heavy.goals if g.key == goal.key), None)
            if (
                not goal.key.startswith("first_pass_h")
                or other is None
                or None in (goal.reached, other.reached)
            ):
                continue
            if (goal.reached or 0) <= (other.reached or 0) + ODD:
                continue
            priority = int(goal.key[-1])
            again = _rounds_before(light.run, priority, (goal.reached or 0) * 3600)
            same = set(_called(light.run)) == set(_called(heavy.run))
            key = "readiness.odd_same" if same else "readiness.odd_other"
            found.append(
                both(key, goal=goal.name, light=light.name, heavy=heavy.name, a=f"{goal.reached:.1f}",
                     b=f"{other.reached:.1f}", n=len(_called(light.run)), m=len(_called(heavy.run)),
                     again=f"{again:,}")
            )  # fmt: skip
    return found


def _rounds_before(run: Run, priority: int, hours: float) -> int:
    """Passes over more important roads that had been served before, from the first settled snow on."""
    network, served = Network(run.scenario.city.segments), first_service(run)
    index = {s.id: i for i, s in enumerate(run.scenario.city.segments)}
    begin = first_settled(run)
    return sum(
        e.kind == "pass" and e.target in index and begin <= e.t <= begin + hours
        and network.priority[index[e.target]] < priority and served[index[e.target]] < e.t
        for e in run.events
    )  # fmt: skip


# --------------------------------------------------------------------------- sites


def places(storms: Sequence[Storm], trials: Sequence[Trial]) -> list[Block]:
    """Sites over the limit: peak depth and hours over it in every storm, and why they are the ones."""
    wet = [s for s in storms if s.hazard == "water"]
    found = {storm.label: {site.place.id: site for site in sites(storm.run)} for storm in wet}
    over = [
        place
        for place in (found[wet[0].label] if wet else {})
        if any(_over(found[s.label][place], s).any() for s in wet if place in found[s.label])
    ]
    if not over:
        return []
    first = {
        place: next(i for i, s in enumerate(wet) if _over(found[s.label][place], s).any()) for place in over
    }
    deepest = {place: max(float(found[s.label][place].depth.max()) for s in wet) for place in over}
    over.sort(key=lambda place: (first[place], -deepest[place]))
    offices = {o.id: Both.of(o.name) for o in wet[0].run.scenario.city.offices}
    rows: list[list[Both | Cell]] = []
    for place in over[:MOST_SITES]:
        noun = found[wet[0].label][place].place
        cells: list[Both | Cell] = [
            Both.of(noun.name),
            offices.get(noun.office, Both.same("–")),
            wet[first[place]].name,
        ]
        for storm in wet:
            site = found[storm.label][place]
            hours = float(hour_weights(storm.run) @ _over(site, storm))
            peak = f"{100 * site.depth.max():.0f}"
            cells.append(
                Cell(both("readiness.depth_hours", cm=peak, hours=f"{hours:.1f}"), "bad")
                if hours
                else Both.same(peak)
            )
        rows.append(cells)
    head = [both("head.place"), both("head.office"), both("readiness.head_first"), *(s.name for s in wet)]
    limit = f"{100 * wet[0].run.scenario.goals.depth_limit:g}"
    table = Table(
        both("readiness.table_sites", limit=limit, n=len(over)), head, rows, tuple(range(3, len(head)))
    )
    return [*(Paragraph(text) for text in _why(wet, found, over, first, trials)), table]


def _over(site: Site, storm: Storm) -> np.ndarray:
    return np.asarray(site.depth > storm.run.scenario.goals.depth_limit)


def _why(
    wet: Sequence[Storm],
    found: dict[str, dict[str, Site]],
    over: Sequence[str],
    first: dict[str, int],
    trials: Sequence[Trial],
) -> list[Both]:
    """Which sites go under together, how close they were in the storm before, and whether crews come in time."""
    start = min(first.values())
    group = [place for place in over if first[place] == start]
    storm = wet[start]
    kinds = {found[storm.label][p].place.kind for p in group}
    names = listed([both(f"place.{kind}") for kind in sorted(kinds)])
    said = [
        both(
            "readiness.sites_together",
            n=len(group),
            kinds=names,
            storm=storm.name,
            cm=_span(storm, found, group),
        )
    ]
    if start:
        before = wet[start - 1]
        said.append(both("readiness.sites_before", storm=before.name, cm=_span(before, found, group)))
    same = [s for s in wet[start:] if {p for p in over if _over(found[s.label][p], s).any()} == set(group)]
    if len(same) > 1:
        said.append(
            both("readiness.sites_same", n=len(same), storm=same[-1].name, cm=_span(same[-1], found, group))
        )
    spared = [p for p in found[storm.label] if p not in group]
    if spared:
        later = [p for p in over if p not in group]
        key = "sites_spared" if later else "sites_spared_all"
        until = wet[min(first[p] for p in later)].name if later else wet[-1].name
        said.append(both(f"readiness.{key}", n=len(spared), storm=until))
    said += _in_time(storm, found[storm.label], group)
    said += _tried(storm, trials)
    return [Both(" ".join(s.zh for s in said).replace("。 ", "。"), " ".join(s.en for s in said))]


def _span(storm: Storm, found: dict[str, dict[str, Site]], group: Sequence[str]) -> str:
    peaks = [100 * float(found[storm.label][p].depth.max()) for p in group]
    low, high = f"{min(peaks):.0f}", f"{max(peaks):.0f}"
    return low if low == high else f"{low}–{high}"


def _in_time(storm: Storm, found: dict[str, Site], group: Sequence[str]) -> list[Both]:
    """Minutes from the limit to the first pump at the same site, where any came."""
    t = seconds(storm.run)
    over = {p: float(t[np.argmax(_over(found[p], storm))]) for p in group}
    nodes = {found[p].place.drain_node or p: p for p in group} | {p: p for p in group}
    pumped: dict[str, float] = {}
    for event in storm.run.events:
        if event.kind == "pump_on" and event.target in nodes:
            pumped.setdefault(nodes[event.target], event.t)
    early = (min(over.values()) - storm.onset) / 60
    if not pumped:
        return [both("readiness.sites_no_pump", early=f"{early:.0f}")]
    late = median((pumped[p] - over[p]) / 60 for p in pumped)
    return [both("readiness.sites_pump", early=f"{early:.0f}", n=len(pumped), late=f"{late:.0f}")]


def _tried(storm: Storm, trials: Sequence[Trial]) -> list[Both]:
    """How many of the sites go under in the same storm where nobody acts, and with each change."""
    said = []
    for trial in (t for t in trials if t.storm.label == storm.label):
        if trial.key == "nobody":
            before, after = storm.figures, trial.figures
            said.append(
                both("readiness.sites_nobody", n=len(trial.flooded), now=f"{before['sites_over_limit']:.0f}",
                     a=f"{after['depth_over_15cm_km_h']:.1f}", b=f"{before['depth_over_15cm_km_h']:.1f}")
            )  # fmt: skip
    changes = [
        both("readiness.sites_with", change=t.brief, n=len(t.flooded))
        for t in trials
        if t.storm.label == storm.label and t.key != "nobody"
    ]
    return [*said, both("readiness.sites_tried", changes=listed(changes, CLAUSES))] if changes else said


# --------------------------------------------------------------------------- roads


def roads(storms: Sequence[Storm]) -> list[Block]:
    """Roads of classes 1 and 2 that stayed unclear longest after the snow stopped, storm by storm."""
    snowy = [s for s in storms if s.hazard == "snow"]
    by: dict[Both, list[float]] = {}
    rank: dict[Both, int] = {}
    for i, storm in enumerate(snowy):
        run = storm.run
        after = seconds(run) >= storm.stopped
        hours = (hour_weights(run) * after) @ unclear_roads(run)
        for j, segment in enumerate(run.scenario.city.segments):
            if segment.priority <= 2:
                line = by.setdefault(Both.of(segment.road), [0.0] * len(snowy))
                line[i] = max(line[i], float(hours[j]))
                rank[Both.of(segment.road)] = min(segment.priority, rank.get(Both.of(segment.road), 4))
    worst = sorted((r for r in by if any(by[r])), key=lambda r: (-sum(by[r]), rank[r]))[:WORST]
    if not worst:
        return []
    rows = [[road, both(f"class.p{rank[road]}"), *(figure(h) for h in by[road])] for road in worst]
    head = [both("head.road"), both("head.class"), *(s.name for s in snowy)]
    return [Table(both("readiness.table_roads", n=len(worst)), head, rows, tuple(range(2, len(head))))]
