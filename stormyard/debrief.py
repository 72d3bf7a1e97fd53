"""After an exercise: the play written down, set beside the dispatchers, and what was decided when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np

from optimization.dispatchers import names
from results import store
from results.compare import compare, measure, metric_name, shown, verdict
from results.language import Words
from results.metrics import NEVER, arrival_delays, closed_late, level_changes, warning_to_order
from results.names import dispatcher_name, material_names
from results.refusals import in_both_languages, refusal_key
from results.report import comparison_report
from simulation.model import LEVELS
from simulation.orders import SetLevel
from simulation.record import Run
from stormyard.grammar import clock_time
from stormyard.jobs import write_text
from stormyard.room import PLAYER, Room
from stormyard.sentences import Speaker

PLAY, PAGE = "play", "comparison.html"
PEERS = ("greedy", "assignment")
"""Dispatchers that the play is set beside, from the same start and seed."""
LONG_PAUSE = 2 * 3600
"""s between two orders from which the pause is worth a word."""


def peers() -> list[str]:
    """The dispatchers of ``PEERS`` that there are."""
    return [name for name in PEERS if name in names()]


def write_play(room: Room, language: str) -> Run:
    """Write the finished exercise as a run folder, and return it."""
    run = room.result()
    store.write_run(run, room.folder / PLAY, lang=language)
    return run


def write_comparison(room: Room, runs: Mapping[str, Run], language: str) -> Path:
    """Write the page that sets the play beside its peers, and return its path."""
    page = room.folder / PAGE
    write_text(page, comparison_report(runs, language))
    return page


def labels(runs: Mapping[str, Run], words: Words) -> dict[str, str]:
    """How each run is called: the player is "you"."""
    return {
        name: words["review.you"] if name == PLAYER else dispatcher_name(name).said(words.language)
        for name in runs
    }


def figures(runs: Mapping[str, Run], words: Words) -> list[list[str]]:
    """A head and a row a figure, a column a run; "*" marks the best of what is to be small, spending left out."""
    by_run = {name: store.metrics(run) for name, run in runs.items()}
    names = labels(runs, words)
    table = [[words["cli.figure"], words["cli.unit"], *names.values()]]
    for row in compare(by_run, material_names(*runs.values())).rows:
        if not row.telling:
            continue
        how = measure(row.metric)
        best = min(row.values, key=lambda value: NEVER if value is None else value)
        good = [verdict(row.metric, best, value) in ("same", "little") for value in row.values]
        marked = how.better == "low" and not all(good)
        cells = [
            f"{shown(row.metric, value, words)}{' *' if marked and is_good else ''}"
            for value, is_good in zip(row.values, good, strict=True)
        ]
        said = metric_name(row.metric, material_names(*runs.values())).said(words.language)
        table.append([said, words[f"unit.{how.unit}"], *cells])
    return table


def times(runs: Mapping[str, Run], words: Words) -> list[list[str]]:
    """When the decisions that matter were taken: a head and a row a decision, a column a run."""
    table = [[words["review.decision"], *labels(runs, words).values()]]
    for row in ("level", "order", "arrival", "closing"):
        moments = [_first(run, row) for run in runs.values()]
        if any(moment != NEVER for moment in moments):
            table.append(
                [
                    words[f"review.first_{row}"],
                    *(_clock(run, m, words) for run, m in zip(runs.values(), moments, strict=True)),
                ]
            )
    for row in ("order", "refused"):
        counts = [
            sum(e.kind == row and (row == "refused" or bool(e.crew)) for e in run.events)
            for run in runs.values()
        ]
        table.append([words[f"review.count_{row}"], *map(str, counts)])
    return table


def _first(run: Run, what: str) -> float:
    """Second of the first rise of the level, order to a crew, arrival, or closing of a road; NEVER if none."""
    if what == "level":
        return min((t for t, rank in level_changes(run) if rank), default=NEVER)
    kind = {"order": "order", "arrival": "arrive", "closing": "closed"}[what]
    return min((e.t for e in run.events if e.kind == kind and (e.crew or what != "order")), default=NEVER)


def review(runs: Mapping[str, Run], undone: int, words: Words) -> Iterator[str]:
    """What the player decided when, a sentence each: warnings and levels, first order, pauses, arrivals,
    closures, refusals, undos."""
    run = runs[PLAYER]
    yield from _levels(run, words)
    yield from _beginning(runs, words)
    yield from _pause(run, words)
    yield from _arrivals(run, words)
    if "water_depth" in run.fields:
        yield from _closures(run, words)
    refused = [e.text for e in run.events if e.kind == "refused"]
    first = {refusal_key(text): text for text in reversed(refused)}
    for key, count in Counter(map(refusal_key, refused)).most_common():
        reason = in_both_languages(first[key]).said(words.language)
        yield words("review.refused" if count == 1 else "review.refused_often", count=count, reason=reason)
    if not refused:
        yield words["review.none_refused"]
    if undone:
        yield words("review.undone", count=undone)


def _beginning(runs: Mapping[str, Run], words: Words) -> Iterator[str]:
    """How the player's first order stands to that of the peer that was first."""
    mine = _first(runs[PLAYER], "order")
    others = {name: _first(run, "order") for name, run in runs.items() if name != PLAYER}
    name = min(others, key=others.__getitem__, default="")
    if mine == NEVER:
        yield words["review.no_order"]
    elif name and others[name] != NEVER:
        minutes, label = (mine - others[name]) / 60, labels(runs, words)[name]
        key = (
            "review.began_later"
            if minutes >= 1
            else "review.began_earlier"
            if minutes <= -1
            else "review.began_alike"
        )
        yield words(
            key, minutes=f"{abs(minutes):.0f}", dispatcher=label, time=_clock(runs[PLAYER], mine, words)
        )


def _pause(run: Run, words: Words) -> Iterator[str]:
    """The longest time between two orders to crews, where it is long."""
    given = sorted({e.t for e in run.events if e.kind == "order" and e.crew})
    gaps = [(later - sooner, sooner, later) for sooner, later in pairwise(given)]
    longest, sooner, later = max(gaps, default=(0, 0, 0), key=lambda gap: gap[0])
    if longest >= LONG_PAUSE:
        hours = f"{longest / 3600:.1f}"
        yield words(
            "review.pause", hours=hours, start=_clock(run, sooner, words), end=_clock(run, later, words)
        )


def _levels(run: Run, words: Words) -> Iterator[str]:
    lead = warning_to_order(run)
    if lead is None:
        yield words["review.no_warning"]
    else:
        gaps = {"colour": words[f"colour.{lead.colour}"], "hazard": words[f"hazard.{lead.hazard}"]}
        gaps["warned"] = _clock(run, lead.warned, words)
        if lead.answered <= lead.warned:
            yield words("review.stood", **gaps, since=_clock(run, lead.answered, words))
        elif lead.answered == NEVER:
            yield words("review.unanswered", **gaps)
        else:
            answered = _clock(run, lead.answered, words)
            yield words("review.answered", **gaps, answered=answered, minutes=f"{lead.minutes:.0f}")
    by_player = {(e.t, e.action.level) for e in run.log if isinstance(e.action, SetLevel)}
    for t, rank in level_changes(run):
        level = LEVELS[rank - 1] if rank else "none"
        by = words["review.by_player" if (t, level) in by_player else "review.by_rules"]
        yield words("review.level", time=_clock(run, t, words), level=words[f"level.{level}"], by=by)


def _arrivals(run: Run, words: Words) -> Iterator[str]:
    delays = arrival_delays(run)
    if not delays:
        yield words["review.no_arrivals"]
        return
    worst = max(delays, key=lambda d: d.minutes)
    p50, p90 = np.percentile([d.minutes for d in delays], (50, 90))
    place = Speaker(run.scenario, words).both("target", worst.target)
    slowest = {"crew": worst.crew, "target": place, "worst": f"{worst.minutes:.0f}"}
    yield words("review.arrivals", count=len(delays), p50=f"{p50:.0f}", p90=f"{p90:.0f}", **slowest)


def _closures(run: Run, words: Words) -> Iterator[str]:
    late = closed_late(run)
    for closure in late:
        deep, closed = _clock(run, closure.close, words), _clock(run, closure.closed, words)
        segment = Speaker(run.scenario, words).both("segment", closure.segment)
        yield words("review.late", segment=segment, deep=deep, closed=closed)
    if not late:
        yield words["review.none_late"]


def _clock(run: Run, t: float, words: Words) -> str:
    return words["review.never"] if t == NEVER else f"{clock_time(run.scenario, int(t)):%m-%d %H:%M}"
