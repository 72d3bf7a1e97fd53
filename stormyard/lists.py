"""Long lists of the exercise room, page by page: crews, jobs, roads, advice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from results.language import Words
from results.treatment import because, concerned, rate, window
from results.treatment import treatment as treatment_of
from simulation.hazards.treatment import Advice
from simulation.orders import Order
from simulation.situation import CrewReport, Situation
from simulation.work import HAZARD_VERBS
from stormyard.dealing import job_order
from stormyard.lexicon import is_part, spelling
from stormyard.sentences import Speaker

ROWS = 8
"""Rows of a list on the board."""
PAGE = 40
"""Rows of a page of a list on its own; more crews than that are counted by kind."""
NUMBERS = 4
"""Runs of crew numbers that are shown of a kind."""
WIDE = 120
"""Columns of a terminal from which a list of crews has room for the names of their kinds."""
KIND_WIDTH = 22
"""Columns of the name of a kind; what does not fit is cut."""
_WRAPPED = ("targets", "reason", "can", "name", "road", "roads", "window", "why")
"""Columns of which the text may run over lines; ids, that are typed, and figures may not."""


def table(words: Words, title: str, *columns: str) -> Table:
    """An empty table; figures stand to the right."""
    heading = words[title] if title else None
    made = Table(title=heading, box=None, title_justify="left", title_style="bold", pad_edge=False)
    for column in columns:
        numeric = column.endswith(("_mm", "_cm", "_c", "_min", "_h", "km", "_n", "_gm2")) or column in (
            "class",
            "number",
        )
        made.add_column(
            words[f"column.{column}"],
            justify="right" if numeric else "left",
            no_wrap=column not in _WRAPPED,
            max_width=KIND_WIDTH if column == "kind" else None,
        )
    return made


def page_of(
    speaker: Speaker, made: Table, rows: Sequence[Sequence[str]], show: str, about: str, page: int
) -> RenderableType:
    """One page of a list, and what to type for the next."""
    words, first = speaker.words, (page - 1) * PAGE
    for row in rows[first : first + PAGE]:
        made.add_row(*row)
    lines: list[RenderableType] = [made]
    if not rows:
        lines = [Text(words("room.nothing_fits", about=about or "–"))]
    elif not made.row_count:
        lines = [Text(words("room.no_such_page", pages=-(-len(rows) // PAGE)))]
    elif len(rows) > first + PAGE:
        command = [spelling(show, words.language), about, spelling("page", words.language), str(page + 1)]
        gaps = {"first": first + 1, "last": first + PAGE, "total": len(rows)}
        lines.append(Text(words("room.more", **gaps, command=" ".join(c for c in command if c)), style="dim"))
    return Group(*lines)


# --------------------------------------------------------------------------- crews


def crews(speaker: Speaker, situation: Situation, about: str, page: int, width: int) -> RenderableType:
    """Every crew, or those that a word names; many crews are counted by kind unless a word is given.

    Names of kinds are left out where the terminal's ``width`` columns do not hold them.
    """
    if len(situation.crews) > PAGE and not about and page == 1:
        return crews_by_kind(speaker, situation)
    words = speaker.words
    kinds = ("kind",) if width >= WIDE else ()
    columns = ("number", "crew", *kinds, "can", "doing", "load_t", "duty_h", "targets")
    made = table(words, "room.crew_list", *columns)
    rows: list[tuple[str, ...]] = []
    for number, crew in enumerate(situation.crews, 1):
        if not all(is_part(word, "all") or _fits(speaker, crew, word) for word in about.split()):
            continue
        load = f"{crew.load / 1000:.1f} {speaker.name('material', crew.material)}" if crew.material else ""
        rows.append(
            (
                str(number),
                crew.id,
                *(speaker.name("kind", crew.kind) for _ in kinds),
                speaker.verbs(crew.verbs),
                words[f"activity.{crew.activity}"],
                load,
                f"{crew.duty_left / 3600:.1f}",
                speaker.some(crew.targets, count=2),
            )
        )
    return page_of(speaker, made, rows, "crews", about, page)


def _has(text: str, about: str) -> bool:
    """Whether every word stands in a text."""
    return all(word.lower() in text.lower() for word in about.split())


def _fits(speaker: Speaker, crew: CrewReport, word: str) -> bool:
    """Whether a word stands in a crew's id, kind, team, work or activity; "free" are those that wait."""
    if is_part(word, "idle"):
        return crew.idle
    row, kind, team = speaker.nouns.crews[crew.id]
    names = (row, kind.id, kind.name.zh, kind.name.en, team.id, team.name.zh, team.name.en, *crew.verbs)
    known = (
        crew.id,
        *names,
        crew.activity,
        speaker.words[f"activity.{crew.activity}"],
        speaker.verbs(crew.verbs),
    )
    return _has(" ".join(known), word)


def crews_by_kind(speaker: Speaker, situation: Situation) -> RenderableType:
    """How many crews of each kind are free, out, and not there; kinds with no work in this storm on one line."""
    words = speaker.words
    asked = frozenset[str]().union(*(HAZARD_VERBS[h] for h in speaker.scenario.hazards))
    columns = ("kind", "can", "all_n", "free_n", "out_n", "coming_n", "off_n", "failed_n", "free_numbers")
    made = table(words, "room.crew_kinds", *columns)
    of_kind: dict[str, list[tuple[int, CrewReport]]] = {}
    rest = 0
    for number, crew in enumerate(situation.crews, 1):
        if asked.isdisjoint(crew.verbs):
            rest += 1
        else:
            of_kind.setdefault(crew.kind, []).append((number, crew))
    for kind, members in of_kind.items():
        doing = Counter(crew.activity for _, crew in members)
        free = [number for number, crew in members if crew.idle]
        out = (
            len(members) - len(free) - sum(doing[a] for a in ("mustering", "off", "rest", "broken", "absent"))
        )
        counts = (len(members), len(free), out, doing["mustering"], doing["off"] + doing["rest"])
        failed = doing["broken"] + doing["absent"]
        verbs = dict.fromkeys(verb for _, crew in members for verb in crew.verbs)
        made.add_row(
            speaker.name("kind", kind), speaker.verbs(tuple(verbs)), *map(str, (*counts, failed)), _runs(free)
        )
    lines: list[RenderableType] = [made]
    if rest:
        lines.append(Text(words("room.no_work_for", count=rest), style="dim"))
    lines.append(Text(words["room.crews_hint"], style="dim"))
    return Group(*lines)


def _runs(numbers: Sequence[int]) -> str:
    """Numbers as they are typed: 1-4,9,13; the first runs of many."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    text = ",".join("-".join(map(str, run)) for run in runs[:NUMBERS])
    return f"{text} …" if len(runs) > NUMBERS else text


# --------------------------------------------------------------------------- jobs and roads


def job_rows(speaker: Speaker, situation: Situation, about: str = "") -> list[tuple[str, ...]]:
    """Jobs that reports call for, numbered for ``send``; those that contain a word, if one is given."""
    jobs, words = situation.jobs, speaker.words
    rows: list[tuple[str, ...]] = []
    for number, row in enumerate(job_order(jobs), 1):
        name = speaker.name("target", jobs.target[row])
        cells = (
            str(number),
            speaker.verbs(jobs.verbs[row]),
            jobs.target[row],
            name if name != jobs.target[row] else "",
            f"{jobs.weight[row]:.1f}",
            str(int(jobs.crews[row])),
            words[f"advice.{jobs.reason[row]}"],
        )
        if _has(" ".join((*cells, *jobs.verbs[row])), about):
            rows.append(cells)
    return rows


JOB_COLUMNS = ("number", "work", "target", "road", "weight", "on_it", "reason")


def jobs(speaker: Speaker, situation: Situation, about: str, page: int) -> RenderableType:
    """The job list, or the jobs that contain a word."""
    rows = job_rows(speaker, situation, about)
    made = table(speaker.words, "", *JOB_COLUMNS)
    made.title = speaker.words("room.jobs_all", total=len(rows))
    return page_of(speaker, made, rows, "jobs", about, page)


def road_columns(hazards: Sequence[str]) -> tuple[str, ...]:
    """What is told of a road in these hazards."""
    snow = ("snow_mm", "ice_mm", "surface_c") if "snow" in hazards else ()
    water = ("water_cm",) if "water" in hazards else ()
    return (*snow, *water)


def road_rows(speaker: Speaker, situation: Situation, about: str = "") -> list[tuple[str, ...]]:
    """Reported roads, the worst first: weighted by class, snow and ice or water; with a word, every road that
    it names, reported or not."""
    reported, network, words = situation.reported, situation.network, speaker.words
    severity = (reported.snow + reported.ice + 100 * reported.water_depth) / 2.0 ** (network.priority - 1)
    severity = np.where(reported.seen >= 0, severity, -1.0)
    cell: dict[str, Callable[[int], str]] = {
        "snow_mm": lambda i: f"{reported.snow[i]:.1f}",
        "ice_mm": lambda i: f"{reported.ice[i]:.1f}",
        "surface_c": lambda i: f"{reported.road_temperature[i]:.1f}",
        "water_cm": lambda i: f"{reported.water_depth[i] * 100:.0f}",
    }
    columns, rows = road_columns(speaker.scenario.hazards), []
    for row in map(int, np.argsort(-severity, kind="stable")):
        segment = network.segments[row]
        seen = reported.seen[row] >= 0
        wanted = _has(f"{segment.id} {segment.road.zh} {segment.road.en}", about)
        if not wanted or not (about or severity[row] > 0 or reported.closed[row]):
            continue
        rows.append(
            (
                segment.id,
                words.name(segment.road),
                str(segment.priority),
                *(cell[column](row) if seen else "–" for column in columns),
                f"{(situation.t - reported.seen[row]) / 60:.0f}" if seen else "–",
                words["room.closed"] if reported.closed[row] else "",
            )
        )
    return rows


def road_table(speaker: Speaker, title: str) -> Table:
    """An empty table of roads."""
    columns = road_columns(speaker.scenario.hazards)
    return table(speaker.words, title, "segment", "road", "class", *columns, "age_min", "state")


def roads(speaker: Speaker, situation: Situation, about: str, page: int) -> RenderableType:
    """The worst reported roads, or those that a word names."""
    title = "room.roads_named" if about else "room.roads"
    return page_of(
        speaker, road_table(speaker, title), road_rows(speaker, situation, about), "roads", about, page
    )


# --------------------------------------------------------------------------- advice


def treatment(speaker: Speaker, advice: Sequence[Advice]) -> Iterator[RenderableType]:
    """What bridges and each class of road need now, with rate, time and reason."""
    if not advice:
        return
    words, start = speaker.words, speaker.scenario.storm.start
    made = table(words, "room.treatment", "roads", "treatment", "rate_gm2", "window", "why")
    for row in advice:
        said = (concerned(row), treatment_of(row), rate(row), window(row, start), because(row, start))
        made.add_row(*(cell.said(words.language) for cell in said))
    yield made


def orders(speaker: Speaker, given: Sequence[Order]) -> Iterator[RenderableType]:
    """Orders in words, a line each, the first of many."""
    if given:
        yield Text(speaker.words["room.orders_proposed"], style="bold")
    yield from (Text(f"  {speaker.order(order)}") for order in given[:PAGE])
    if len(given) > PAGE:
        yield Text(speaker.words("room.more_orders", count=len(given) - PAGE), style="dim")
