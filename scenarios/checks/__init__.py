"""What only shows when the parts of a scenario are held against one another.

``check`` finds what makes a scenario unusable, ``notes`` what its author should know. Each file here holds the
checks of one part; they see every sound noun with the place it came from, and the ids of unsound ones too,
so that one wrong cell does not call forth a second complaint.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.checks import drains, events, fleet, ids, references, roads, storm
from scenarios.checks.facts import Facts
from scenarios.checks.notes import notes
from scenarios.problems import Problem

__all__ = ["Facts", "check", "notes"]

_CHECKS = (ids.check, references.check, roads.check, fleet.check, storm.check, drains.check, events.check)


def check(facts: Facts) -> Iterator[Problem]:
    """Everything that does not fit together."""
    for part in _CHECKS:
        yield from part(facts)
