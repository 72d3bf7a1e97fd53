"""Material in the yards: what there was, what is left, when it ran out."""

from __future__ import annotations

import numpy as np

from results import charts
from results.content import Block, Cell, Paragraph, Section, Table, figure
from results.language import Both, both
from results.sections import Reading
from results.series import stock_lines
from simulation.record import Run

ORDER = 70
EMPTY = 0.0005
"""t below which a yard counts as empty."""


def section(reading: Reading) -> Section | None:
    """The curve and a row a depot and material."""
    run = reading.run
    if not run.scenario.fleet.stock:
        return None
    table = stock_table(run) or [Paragraph(both("text.stock_untouched"))]
    chart = charts.drawn("stock", both("figure.stock"), lambda words, wide: charts.stock(run, words, wide))
    return Section("stock", both("section.stock"), [*chart, *table])


def stock_table(run: Run) -> list[Block]:
    """Stock at the start and the end of the run and since when a yard was empty, where anything was taken.

    A yard whose stock was loaded at the call-out is empty and no worse for it: bad news is one that ran out later.
    """
    depots = {d.id: d for d in run.scenario.fleet.depots}
    materials = {m.id: m for m in run.scenario.fleet.materials}
    short = {(e.target, e.verb) for e in run.events if e.kind == "stockout"}
    rows = []
    for line in stock_lines(run):
        if line.depot not in depots or line.material not in materials or not np.ptp(line.tonnes):
            continue
        out = np.flatnonzero(line.tonnes <= EMPTY)
        ran_out = len(out) > 0 and line.tonnes.max() > EMPTY
        since = Cell(Both.same(charts.clock(run, line.t[out[0]])) if ran_out else Both.same("–"),
                     "bad" if (line.depot, line.material) in short else "")  # fmt: skip
        rows.append(
            (Both.of(depots[line.depot].name), Both.of(materials[line.material].name),
             figure(line.tonnes[0]), figure(line.tonnes[-1]), since)
        )  # fmt: skip
    head = [both(f"head.{k}") for k in ("depot", "material", "start_t", "end_t", "empty_since")]
    return [Table(both("table.stock"), head, rows, (2, 3))] if rows else []
