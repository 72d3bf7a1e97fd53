"""The command line: reads what was typed, calls the jobs, prints what came of it.

Modules that take long to load are imported inside the commands, so that help and mistakes answer at once.
"""

from stormyard.cli import exercise, plan, plan_routes, replays, scenarios, validate, whatif
from stormyard.cli.options import app

__all__ = ["exercise", "main", "plan", "plan_routes", "replays", "scenarios", "validate", "whatif"]


def main() -> None:
    """The entry point ``stormyard``."""
    app()
