"""How to get the same run again, and how to know that it is the same."""

from __future__ import annotations

from importlib.metadata import version

from results.content import Command, Paragraph, Section, Table
from results.language import Both, both
from results.names import known
from results.sections import Reading

ORDER = 100


def section(reading: Reading) -> Section:
    """Commands, hashes and balances."""
    run = reading.run
    facts = [
        (both("fact.scenario_hash"), Both.same(run.scenario.digest())),
        (both("fact.digest"), Both.same(run.digest)),
        (both("fact.version"), Both.same(version("stormyard"))),
        (both("fact.seed"), Both.same(run.seed)),
        (both("fact.log"), both("fact.log_lines", n=len(run.log))),
        *(
            (both("fact.balance", what=known(f"balance.{name}", name)), Both.same(f"{value:.2e}"))
            for name, value in run.balance.items()
        ),
    ]
    return Section(
        "reproduce",
        both("section.reproduce"),
        [
            Paragraph(both("text.reproduce")),
            Command(["stormyard verify RUN", "stormyard replay RUN"]),
            Table(both("table.facts"), (both("head.what"), both("head.value")), facts),
        ],
    )
