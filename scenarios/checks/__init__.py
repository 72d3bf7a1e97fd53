"""What only shows when the parts of a scenario are held against one another.

``check`` finds what makes a scenario unusable, ``notes`` what its author should know. Each file here holds the
checks of one part; they see every sound noun with the place it came from, and the ids of unsound ones too,
so that one wrong cell does not call forth a second complaint.
"""

from __future__ import annotations

from scenarios.border import Border
from scenarios.checks import drains, events, fleet, ids, references, roads, storm
from scenarios.checks.facts import Facts
from scenarios.checks.notes import notes
from scenarios.marked import Marked

__all__ = ["check", "notes"]

_CHECKS = (ids.check, references.check, roads.check, fleet.check, storm.check, drains.check, events.check)


def check(border: Border, tree: Marked) -> None:
    """Add everything that does not fit together to the border's problems."""
    facts = Facts(border, tree)
    for part in _CHECKS:
        border.problems.extend(part(facts))
