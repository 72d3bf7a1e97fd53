"""What a planner proposed, as people read it: the changes, what came of them on other storms, and why.

Everything comes in as plain data: this room knows no planner.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from results.charts import duration
from results.compare import Interval, Spread, change_text, intervals, measure, metric_name, shown, spread
from results.content import (
    Cell,
)
from results.language import LANGUAGES, Both, Words, both
from results.metrics import NEVER, Figures
from results.money import Money
from results.names import known, name_of, node_name
from results.report.side_by_side import TELLING, TONES
from simulation.model import Name, Scenario

Worth = Literal["worth", "fewer", "loses", "few", "unproven", "worse", "none", "unkept"]
"""worth: the mean burden falls, with 90 % confidence; fewer: it does not, but the plan was made to do with less
and the goals are kept; loses: made to do with less, but goals are lost;
few: it falls by more than a little on average, but so few members cannot tell it from luck; unproven: it may or may
not; worse: it rises; none: nothing was proposed; unkept: neither, but today's rosters break limits asked for."""
KEPT: tuple[Worth, ...] = ("worth", "fewer")
"""Verdicts under which the overrides are proposed."""
NOT_JUDGED: tuple[Worth, ...] = ("none", "unkept")
"""Verdicts without a run of before and after."""
BEFORE, AFTER = "before", "after"
CONFIDENCE = 0.9
SMALL = 0.02
"""Share of the burden below which a gain is called small (a setting)."""
ENOUGH = 20
"""Members at least to ask for where fewer could not tell a gain from luck; four times as many halve an interval."""


class Judgement(NamedTuple):
    """Whether a plan is worth it, over members that it was not fitted to."""

    verdict: Worth
    members: int
    before: Spread
    """Burden, weighted km h."""
    after: Spread
    difference: Spread
    """Member by member: after less before."""
    mean: float
    """Of the differences."""
    low: float
    """Lower end of the 90 % confidence interval of that mean (Student's t)."""
    high: float
    better: float
    """Share of members in which it falls."""
    lost: int = 0
    """Members in which a goal is lost by a plan that is made to do with less."""
    base: float = 0.0
    """Mean burden before."""
    worse: float = 0.0
    """Share of members in which it rises."""


@dataclass(frozen=True)
class Proposal:
    """All that the page of a plan tells."""

    planner: str
    scenario: Scenario
    overrides: Mapping[str, Any]
    """What the planner proposed, whether it was worth it or not."""
    rows: Sequence[Mapping[str, Any]]
    why: Sequence[tuple[str, Mapping[str, Any]]]
    """Sentences by key, with what fills their gaps."""
    judgement: Judgement
    figures: Mapping[str, Mapping[int, Figures]]
    """``before`` and ``after`` -> member -> metrics; empty where nothing was proposed."""
    storms: Sequence[tuple[Name, int]]
    """Storms that it was tried on, and how many members each had."""
    seed: int = 0
    asked: Mapping[str, Any] = field(default_factory=dict)
    """Options that differ from their defaults, by name."""
    commands: Sequence[str] = ()
    """Lines to type next."""
    curve: Money | None = None
    """Burden against money."""


def judged(
    before: Sequence[float], after: Sequence[float], proposed: bool = True, lost: int | None = None
) -> Judgement:
    """The verdict on paired burdens. Raises ValueError where there is no pair.

    ``lost``: of a plan that is made to do with less, members in which a goal that is met today is missed with it.
    """
    change = np.asarray(after, float) - np.asarray(before, float)
    if not len(change):
        raise ValueError("a plan is judged by one member at least")
    mean, half = float(change.mean()), _half_width(change)
    verdict: Worth = "worth" if mean + half < 0 else "worse" if mean - half > 0 else "unproven"
    if verdict == "unproven" and mean < -SMALL * float(np.mean(before)):
        verdict = "few"
    if lost is not None and verdict != "worth":
        verdict = "fewer" if lost <= (1 - CONFIDENCE) * len(change) + 1e-9 else "loses"
    return Judgement(
        verdict if proposed else "none", len(change), spread(list(before)), spread(list(after)),
        spread(change.tolist()), mean, mean - half, mean + half, float(np.mean(change < 0)), lost or 0,
        float(np.mean(before)), float(np.mean(change > 0)),
    )  # fmt: skip


def _half_width(change: np.ndarray) -> float:
    """Half the width of the confidence interval of the mean; inf for a single member."""
    from scipy.stats import t

    if len(change) < 2:
        return math.inf
    spread_of_mean = float(change.std(ddof=1)) / math.sqrt(len(change))
    return float(t.ppf((1 + CONFIDENCE) / 2, len(change) - 1)) * spread_of_mean


# --------------------------------------------------------------------------- words


UNITS: dict[str, tuple[str, float, int]] = {
    "kg": ("t", 1e-3, 1), "m": ("km", 1e-3, 1), "m3": ("m3", 1, 0), "cny": ("cny", 1, 0), "kmh": ("km_h", 1, 1),
    "share": ("pct", 100, 0), "n": ("count", 1, 0),
}  # fmt: skip
"""Ends of the names of gaps: the unit a figure is shown in, the factor to it, and its digits."""
MOST_TEAMS = 7
"""Teams that a sentence names."""
MEASURES = ("measure", "measures", "enters", "leaves")
"""Gaps and columns that hold measures of an investment plan."""


def reason(scenario: Scenario, key: str, gaps: Mapping[str, Any]) -> Both:
    """A sentence ``why.<key>`` with its gaps filled; of many teams the first are named."""
    filled = {name: told(scenario, name, value) for name, value in gaps.items()}
    for name in ("team", "teams"):
        if isinstance(of := gaps.get(name), tuple) and len(of) > MOST_TEAMS:
            first = told(scenario, name, of[: MOST_TEAMS - 1])
            filled[name] = both("planning.and_more", first=first, n=len(of) - MOST_TEAMS + 1)
    return both(f"why.{key}", **filled)


def told(scenario: Scenario, name: str, value: Any) -> Both:
    """A value by the name of its gap or column: with its unit, or as the name of what it stands for."""
    if isinstance(value, Name):
        return Both.of(value)
    if isinstance(value, str):
        if name in ("verb", "verdict"):
            return both(f"{'plan_' * (name == 'verdict')}{name}.{value}")
        if name in MEASURES:
            return _measure(scenario, value)
        return _goal(value) if name in ("goal", "goals") else name_of(scenario, value)
    if name == "extent":
        return both(
            f"plan_extent.{value[0]}", n=f"{value[1]:,.{0 if value[1] >= 10 else 2}f}".removesuffix(".00")
        )
    if name.endswith("_range_kmh"):
        mean, low, high = (f"{round(v, 1) + 0.0:,.1f}" for v in value)
        return Both.same(f"{mean} ({low} – {high})" if math.isfinite(value[2]) else mean)
    if isinstance(value, (tuple, list)):
        items = [told(scenario, name, item) for item in value]
        zh, en = ("；", "; ") if name in MEASURES else ("、", ", ")
        return Both(zh.join(i.zh for i in items), en.join(i.en for i in items))
    if value is None:
        return Both.same("–")
    if isinstance(value, bool):
        return both("planning.yes") if value else both("planning.no")
    return _quantity(name, float(value))


def _measure(scenario: Scenario, key: str) -> Both:
    """A measure by its key: sort, what or where it is, and its step, such as ``machines:plough-3t.2``."""
    sort, _, rest = key.partition(":")
    sort, _, step = sort.partition(".") if not rest else (sort, "", "")
    if rest and rest[-2:-1] == ".":
        rest, step = rest[:-2], rest[-1]
    kinds = {k.id: Both.of(k.name) for k in scenario.fleet.kinds}
    what = kinds.get(rest) or (node_name(scenario, rest) if rest else Both.same(rest))
    said = both(f"plan_measure.{sort}", what=what)
    return both("plan_measure.step", what=said, n=step) if step else said


def _goal(figure: str) -> Both:
    """A goal by the figure that it limits."""
    return both("planning.burden") if figure == "burden" else metric_name(figure)


def _quantity(name: str, value: float) -> Both:
    end = name.rpartition("_")[2]
    sign = "+" if "_signed" in name else ""
    if not math.isfinite(value):
        return both("never")
    if end == "s" and abs(value) < 600:
        return both("duration.min", n=f"{value / 60:{sign}.1f}")
    if end == "s":
        return Both(*(sign * (value > 0) + duration(value, Words(lang)) for lang in LANGUAGES))
    if end not in UNITS:
        return Both.same(f"{value:{sign},.6g}")
    if end == "cny" and abs(value) >= 1e5:
        large = abs(value) >= 1e6
        amount = Both(
            f"{value / 1e4:{sign},.1f}", f"{value / 1e6:{sign},.2f}" if large else f"{value:{sign},.0f}"
        )
        return both("planning.money_million" if large else "planning.money_large", amount=amount)
    unit, factor, digits = UNITS[end]
    value *= factor
    if unit == "km_h" and abs(value) >= 1000:
        digits = 0
    elif ((digits and unit != "t") or unit == "pct") and abs(value) < 10:
        digits += 1
    if unit == "km_h" and not sign and 0 < value < 0.5 * 10**-digits:
        return both("planning.less_than", amount=_quantity(name, 10**-digits))
    value = 0.0 if round(value, digits) == 0 else value
    text = f"{value:{sign},.{digits}f}"
    said = both(f"unit.{unit}")
    gap = "" if unit == "pct" else " "
    return Both(*(f"{text}{gap}{word}".strip() for word in said))


def verdict(found: Judgement) -> Both:
    """The verdict in a sentence, with the mean difference, its interval, and both beside the burden there is."""
    key = "small" if found.verdict == "worth" and found.mean > -SMALL * found.base else found.verdict

    def share(change: float) -> str:
        return f"{100 * change / found.base:+.1f}" if found.base > 0 and math.isfinite(change) else "–"

    return both(
        f"planning.verdict_{key}",
        change=figure(abs(found.mean)),
        low=figure(found.low, "+"),
        high=figure(found.high, "+"),
        base=figure(found.base),
        share=share(abs(found.mean)).lstrip("+"),
        low_share=share(found.low),
        high_share=share(found.high),
        members=found.members,
        more=max(ENOUGH, 4 * found.members),
        lost=found.lost,
    )


def figure(value: float, sign: str = "") -> str:
    """A burden: tenths of a km h below a thousand."""
    return f"{value + 0.0:{sign},.{0 if abs(value) >= 1000 else 1}f}"


def plan_rows(proposal: Proposal) -> list[list[Both]]:
    """The plan as a table whose first row is the head; empty where there are no rows."""
    columns = list(dict.fromkeys(key for row in proposal.rows for key in row))
    if not columns:
        return []
    table = [[both(f"plan_column.{column}") for column in columns]]
    for row in proposal.rows:
        table.append([told(proposal.scenario, c, row[c]) if c in row else Both.same("–") for c in columns])
    return table


def figure_rows(proposal: Proposal, briefly: bool = False) -> list[list[Both | Cell]]:
    """Before, after and the paired difference with its 90 % interval for every figure that is not always 0; the
    first row is the head, the second the burden. ``briefly`` leaves out all but those that tell most."""
    heads = ("compare.metric", "planning.before", "planning.after", "planning.difference", "planning.better")
    table: list[list[Both | Cell]] = [[both(head) for head in heads], _burden_row(proposal.judgement)]
    found = intervals(proposal.figures) if proposal.figures else []
    names = {m.id: m.name for m in proposal.scenario.fleet.materials}
    pairs: dict[str, dict[str, Interval]] = {}
    for item in found:
        pairs.setdefault(item.metric, {})[item.variant] = item
    for metric, pair in pairs.items():
        if briefly and metric not in TELLING:
            continue
        if BEFORE not in pair or AFTER not in pair or not any((*pair[BEFORE].figure, *pair[AFTER].figure)):
            continue
        table.append(_figure_row(metric, pair[BEFORE], pair[AFTER], names))
    return table


def _burden_row(found: Judgement) -> list[Both | Cell]:
    """Its colour follows the verdict on the mean, but never against the median that stands there."""
    change = found.difference
    tone = "good" if found.verdict == "worth" and change.median < 0 else ""
    tone = "bad" if found.verdict == "worse" and change.median > 0 else tone
    before, after = (
        Both.same(f"{figure(s.median)} ({figure(s.low)} – {figure(s.high)})")
        for s in (found.before, found.after)
    )
    median, low, high = (figure(value, "+") for value in change)
    said = Both.same(f"{median} ({low} – {high})")
    return [both("planning.burden"), before, after, Cell(said, tone), Both.same(f"{found.better:.0%}")]  # type: ignore[arg-type]


def _figure_row(
    metric: str, before: Interval, after: Interval, names: Mapping[str, Name]
) -> list[Both | Cell]:
    unit = both(f"unit.{measure(metric).unit}")
    name = metric_name(metric, names)
    head = Both(*(", ".join(part for part in pair if part) for pair in zip(name, unit, strict=True)))
    change = after.difference
    if change is None:
        return [
            head,
            _spread(metric, before.figure),
            _spread(metric, after.figure),
            Both.same("–"),
            Both.same("–"),
        ]
    said = _with_range([_signed(metric, value) for value in change])
    judged = ""
    if measure(metric).better == "low" and (change.high < 0 or change.low > 0):
        judged = TONES["better" if change.high < 0 else "worse"]
    better = Both.same("–" if math.isnan(after.better) else f"{after.better:.0%}")
    return [head, _spread(metric, before.figure), _spread(metric, after.figure), Cell(said, judged), better]  # type: ignore[arg-type]


def _spread(metric: str, figure: Spread) -> Both:
    def said(value: float) -> Both:
        return Both(*(shown(metric, None if value == NEVER else value, Words(lang)) for lang in LANGUAGES))

    return _with_range([said(value) for value in figure])


def _with_range(said: Sequence[Both]) -> Both:
    """Median (low – high), or one of them where all three read the same."""
    median, low, high = said
    if median == low == high:
        return median
    return Both(*(f"{m} ({a} – {b})" for m, a, b in zip(median, low, high, strict=True)))


def _signed(metric: str, value: float) -> Both:
    """A change; one to or from a state that is never reached in words."""
    if math.isfinite(value):
        return Both.same(change_text(metric, value))
    return both("planning.no_longer_reached" if value > 0 else "planning.now_reached")


def planner_name(planner: str) -> Both:
    """What a planner is called."""
    return known(f"planner.{planner}", planner)
