"""How it went: the storm, the roads, the water."""

from __future__ import annotations

from results import charts
from results.content import Section
from results.language import both
from results.sections import Reading

ORDER = 30


def section(reading: Reading) -> Section:
    """Curves over time."""
    run = reading.run
    return Section(
        "course",
        both("section.course"),
        [
            *charts.drawn("storm", both("figure.storm"), lambda words, wide: charts.storm(run, words, wide)),
            *charts.drawn("snow", both("figure.snow"), lambda words, wide: charts.snow(run, words, wide)),
            *charts.drawn("water", both("figure.water"), lambda words, wide: charts.water(run, words, wide)),
        ],
    )
