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
            *charts.drawn(both("figure.storm"), lambda words: charts.storm(run, words)),
            *charts.drawn(both("figure.snow"), lambda words: charts.snow(run, words)),
            *charts.drawn(both("figure.water"), lambda words: charts.water(run, words)),
        ],
    )
