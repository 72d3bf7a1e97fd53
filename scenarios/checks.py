"""What only shows when the parts of a scenario are held against one another."""

from __future__ import annotations

from scenarios.border import Border
from scenarios.folders import Folders


def check(border: Border, folders: Folders) -> None:
    """Add everything that does not fit together to the border's problems."""
