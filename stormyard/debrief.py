"""After an exercise: the play written down, set beside the dispatchers, and what was decided when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from optimization.dispatchers import names
from results import store
from results.language import Words
from results.metrics import NEVER, arrival_delays, closed_late, level_changes, warning_to_order
from results.refusals import in_both_languages
from results.report import comparison_report
from simulation.model import LEVELS
from simulation.orders import SetLevel
from simulation.record import Run
from stormyard.grammar import clock_time
from stormyard.jobs import write_text
from stormyard.room import Room

PLAY, PAGE = "play", "comparison.html"
PEERS = ("greedy", "assignment")
"""Dispatchers that the play is set beside, from the same start and seed."""


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


def review(run: Run, undone: int, words: Words) -> Iterator[str]:
    """What was decided when, a sentence each: warnings and levels, arrivals, closures, refusals, undos."""
    yield from _levels(run, words)
    yield from _arrivals(run, words)
    if "water_depth" in run.fields:
        yield from _closures(run, words)
    refused = Counter(e.text for e in run.events if e.kind == "refused")
    for sentence, count in refused.most_common():
        yield words("review.refused", count=count, reason=in_both_languages(sentence).said(words.language))
    if not refused:
        yield words["review.none_refused"]
    if undone:
        yield words("review.undone", count=undone)


def _levels(run: Run, words: Words) -> Iterator[str]:
    lead = warning_to_order(run)
    if lead is None:
        yield words["review.no_warning"]
    else:
        gaps = {"colour": words[f"colour.{lead.colour}"], "hazard": words[f"hazard.{lead.hazard}"]}
        gaps["warned"] = _clock(run, lead.warned, words)
        if lead.answered == NEVER:
            yield words("review.unanswered", **gaps)
        else:
            answered = _clock(run, lead.answered, words)
            yield words("review.answered", **gaps, answered=answered, minutes=f"{lead.minutes:.0f}")
    by_player = {e.t for e in run.log if isinstance(e.action, SetLevel)}
    for t, rank in level_changes(run):
        level = words[f"level.{LEVELS[rank - 1] if rank else 'none'}"]
        by = words["review.by_player" if t in by_player else "review.by_rules"]
        yield words("review.level", time=_clock(run, t, words), level=level, by=by)


def _arrivals(run: Run, words: Words) -> Iterator[str]:
    delays = arrival_delays(run)
    if not delays:
        yield words["review.no_arrivals"]
        return
    worst = max(delays, key=lambda d: d.minutes)
    p50, p90 = np.percentile([d.minutes for d in delays], (50, 90))
    slowest = {"crew": worst.crew, "target": worst.target, "worst": f"{worst.minutes:.0f}"}
    yield words("review.arrivals", count=len(delays), p50=f"{p50:.0f}", p90=f"{p90:.0f}", **slowest)


def _closures(run: Run, words: Words) -> Iterator[str]:
    late = closed_late(run)
    for closure in late:
        deep, closed = _clock(run, closure.t, words), _clock(run, closure.closed, words)
        yield words("review.late", segment=closure.segment, deep=deep, closed=closed)
    if not late:
        yield words["review.none_late"]


def _clock(run: Run, t: float, words: Words) -> str:
    return words["review.never"] if t == NEVER else f"{clock_time(run.scenario, int(t)):%m-%d %H:%M}"
