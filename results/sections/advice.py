"""Treatment advice: what the reports called for, class by class, with rate, time and reason."""

from __future__ import annotations

from results import charts, treatment
from results.content import Block, Paragraph, Section, Table
from results.language import Both, both
from results.sections import Reading
from results.treatment_strip import strip
from simulation.hazards.snow import deicer
from simulation.record import Run

ORDER = 35


def section(reading: Reading) -> Section | None:
    """A strip over time, and a row for every change."""
    run = reading.run
    rows = _rows(run)
    if not rows:
        return None
    blocks: list[Block] = [
        Paragraph(both("text.advice", salt=deicer(run.scenario.fleet.materials).name)),
        *charts.drawn("advice", both("figure.advice"), lambda words, wide: strip(run, words, wide)),
        Table(
            both("table.advice", n=len(rows)),
            [both(f"head.{k}") for k in ("when", "roads", "treatment", "rate_gm2", "window", "why")],
            rows,
            (3,),
        ),
    ]
    return Section("advice", both("section.advice"), blocks)


def _rows(run: Run) -> list[list[Both]]:
    """A row an advice; roads that are told the same at the same time share one."""
    start = run.scenario.storm.start
    alike: dict[tuple[int, tuple[Both, ...]], list[Both]] = {}
    for t, advice in treatment.told(run):
        said = (
            treatment.treatment(advice), treatment.rate(advice),
            treatment.window(advice, start), treatment.because(advice, start),
        )  # fmt: skip
        alike.setdefault((t, said), []).append(treatment.concerned(advice))
    return [
        [Both.same(charts.clock(run, t)), treatment.together(groups), *said]
        for (t, said), groups in alike.items()
    ]
