"""Runs and variants side by side, and ensembles of them: plain data that a table or a page is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from results.language import Both, Words, both
from results.metrics import NEVER, Figures
from simulation.model import Name

ABSENT = math.nan
"""A figure that one run has and another does not ask about."""
Verdict = Literal["better", "worse", "little", "same", "changed", "less", "more", ""]
LITTLE = 0.005
"""Share of a figure below which a change is neither better nor worse: luck alone moves that much (a setting)."""


class Measure(NamedTuple):
    """How a metric is read."""

    unit: str
    """Key of its unit, ``unit.<key>``."""
    digits: int
    better: Literal["low", "spent", ""] = "low"
    """Whether lower is better; spent: it is what the outcome was paid with; empty where neither is."""


MEASURES: dict[str, Measure] = {
    "clear_h": Measure("h", 2),
    "first_pass_h": Measure("h", 2),
    "bridges_h": Measure("h", 2),
    "footway_clear_h": Measure("h", 2),
    "stops_cleared_h": Measure("h", 2),
    "unclear_km_h": Measure("km_h", 1),
    "snow_peak_mm": Measure("mm", 1),
    "hauled_m3": Measure("m3", 0, ""),
    "hauled_t": Measure("t", 0, ""),
    "dump_room_m3": Measure("m3", 0, ""),
    "depth_over_15cm_km_h": Measure("km_h", 2),
    "unsafe_for_cars_km_h": Measure("km_h", 2),
    "sites_over_limit": Measure("count", 0),
    "closed_late": Measure("count", 0),
    "flooded_m3": Measure("m3", 0),
    "pumped_m3": Measure("m3", 0, ""),
    "critical_unreachable_h": Measure("h", 2),
    "warning_to_order_min": Measure("min", 0),
    "order_to_arrival_min": Measure("min", 1),
    "material_used_t": Measure("t", 1, "spent"),
    "stockouts": Measure("count", 0, ""),
    "team_h": Measure("h", 0, "spent"),
    "overtime_h": Measure("h", 0, "spent"),
    "cost": Measure("cny", 0, "spent"),
    "refusals": Measure("count", 0, ""),
}
"""Every metric by its name before the dot, in the order in which they are shown."""
NEVER_SAID = {"warning_to_order_min": "no_answer", "order_to_arrival_min": "no_arrivals"}
"""How a figure without a number is told where 'not within the run' would be odd."""


def measure(metric: str) -> Measure:
    """How a metric is read. Raises KeyError for a name that is no metric."""
    return MEASURES[metric.partition(".")[0]]


def metric_name(metric: str, materials: Mapping[str, Name] | None = None) -> Both:
    """What a metric is called, with its class, quantile or material; ``materials`` are names by id."""
    base, _, part = metric.partition(".")
    if not part:
        return both(f"metric.{base}")
    if part in ("p1", "p2", "p3", "p4"):
        which = both(f"class.{part}")
    elif base == "material_used_t":
        which = Both.of(materials[part]) if materials and part in materials else Both.same(part)
    else:
        which = both(f"quantile.{part}")
    return both("metric.of", metric=both(f"metric.{base}"), which=which)


def in_order(metrics: Sequence[str]) -> list[str]:
    """Metrics in the order of ``MEASURES``; those of one name by what follows the dot."""
    rank = {name: i for i, name in enumerate(MEASURES)}
    return sorted(dict.fromkeys(metrics), key=lambda m: (rank[m.partition(".")[0]], m))


def verdict(metric: str, before: float | None, after: float | None) -> Verdict:
    """Whether a figure got better; None counts as never, an absent one has no verdict."""
    if _absent(before) or _absent(after):
        return ""
    old, new = _number(before), _number(after)
    if old == new or math.isclose(old, new, rel_tol=1e-9, abs_tol=1e-9):
        return "same"
    how = measure(metric)
    if how.better == "":
        return "changed"
    if math.isclose(old, new, rel_tol=LITTLE) or round(new, how.digits) == round(old, how.digits):
        return "little"
    if how.better == "spent":
        return "less" if new < old else "more"
    return "better" if new < old else "worse"


def shown(metric: str, value: float | None, words: Words) -> str:
    """A figure as people read it, without its unit."""
    if _absent(value):
        return "–"
    return (
        words[NEVER_SAID.get(metric.partition(".")[0], "never")]
        if value is None
        else f"{value:,.{measure(metric).digits}f}"
    )


# --------------------------------------------------------------------------- runs side by side


@dataclass(frozen=True)
class Row:
    """A metric over all runs."""

    metric: str
    values: tuple[float | None, ...]
    """By run; None = never, NaN = the run does not ask about it."""
    changes: tuple[float | None, ...]
    """Each later run less the first; None where either is never or absent."""
    verdicts: tuple[Verdict, ...]
    """Each later run against the first."""

    @property
    def telling(self) -> bool:
        """False for a material that no run touched."""
        used = any(value is None or value > 0 for value in self.values if not _absent(value))
        return used or not self.metric.startswith("material_used_t")


@dataclass(frozen=True)
class Comparison:
    """Runs side by side, the first of them the reference."""

    labels: tuple[str, ...]
    rows: tuple[Row, ...]
    materials: Mapping[str, Name] = field(default_factory=dict)
    """Names of materials by id."""

    def to_rows(self, words: Words) -> list[list[str]]:
        """A head and a row a telling metric, as text: metric, unit, a value a run with its change and verdict."""
        table = [[words["compare.metric"], words["compare.unit"], *self.labels]]
        for row in (row for row in self.rows if row.telling):
            name = metric_name(row.metric, self.materials)
            cells = [name.said(words.language), words[f"unit.{measure(row.metric).unit}"]]
            cells.append(shown(row.metric, row.values[0], words))
            for value, change, judged in zip(row.values[1:], row.changes, row.verdicts, strict=True):
                said = [shown(row.metric, value, words)]
                if judged not in ("", "same"):
                    said.append(
                        f"({change_text(row.metric, change)} {words[f'compare.{judged}']})".replace("( ", "(")
                    )
                cells.append(" ".join(said))
            table.append(cells)
        return table


def compare(runs: Mapping[str, Figures], materials: Mapping[str, Name] | None = None) -> Comparison:
    """Metrics of several runs by label; the first label is what the others are held against.

    ``materials`` are the names of materials by id.
    """
    labels = tuple(runs)
    rows = []
    for metric in in_order([m for figures in runs.values() for m in figures]):
        values = tuple(runs[label].get(metric, ABSENT) for label in labels)
        rows.append(
            Row(
                metric,
                values,
                tuple(_change(values[0], value) for value in values[1:]),
                tuple(verdict(metric, values[0], value) for value in values[1:]),
            )
        )
    return Comparison(labels, tuple(rows), materials or {})


def change_text(metric: str, change: float | None) -> str:
    """A change with its sign; empty where there is none to give."""
    return "" if change is None else f"{change:+,.{measure(metric).digits}f}"


# --------------------------------------------------------------------------- ensembles


class Spread(NamedTuple):
    """The middle of a sample and the interval that holds nine members in ten; inf where it is never.

    In a difference, -inf is from never to reached and inf the way back.
    """

    median: float
    low: float
    """5 % quantile"""
    high: float
    """95 % quantile"""


class Interval(NamedTuple):
    """A metric of one variant over an ensemble."""

    metric: str
    variant: str
    members: int
    figure: Spread
    never: float
    """Share of members that never reached it."""
    difference: Spread | None
    """Member by member less the first variant with the same seed; None for the first variant itself."""
    better: float
    """Share of pairs in which it was better than the first variant; NaN for the first itself."""


def intervals(samples: Mapping[str, Mapping[int, Figures]]) -> list[Interval]:
    """Median and 90 % interval of every metric and variant, and paired differences to the first variant.

    ``samples`` maps variant -> seed -> metrics. Differences are taken seed by seed, so common weather and
    luck cancel; two nevers differ by 0.
    """
    first = next(iter(samples))
    found = []
    for metric in in_order([m for by_seed in samples.values() for f in by_seed.values() for m in f]):
        for variant, by_seed in samples.items():
            values = {s: _number(f[metric]) for s, f in by_seed.items() if metric in f}
            if not values:
                continue
            base = {s: _number(f[metric]) for s, f in samples[first].items() if metric in f and s in values}
            pairs = [(base[s], values[s]) for s in values if s in base]
            differences = [0.0 if new == old else new - old for old, new in pairs]
            paired = variant != first and bool(pairs)
            found.append(
                Interval(
                    metric,
                    variant,
                    len(values),
                    spread(list(values.values())),
                    float(np.mean([v == NEVER for v in values.values()])),
                    spread(differences) if paired else None,
                    float(np.mean([d < 0 for d in differences])) if paired else math.nan,
                )
            )
    return found


def spread(values: Sequence[float]) -> Spread:
    """Quantiles 5, 50 and 95 %; between finite values they are interpolated, beside a never they are not."""
    method: Literal["linear", "inverted_cdf"] = "linear" if np.isfinite(values).all() else "inverted_cdf"
    return Spread(*(float(q) for q in np.quantile(values, (0.5, 0.05, 0.95), method=method)))


def _number(value: float | None) -> float:
    return NEVER if value is None else value


def _absent(value: float | None) -> bool:
    return value is not None and math.isnan(value)


def _change(before: float | None, after: float | None) -> float | None:
    if before is None or after is None or _absent(before) or _absent(after):
        return None
    return after - before
