"""``stormyard plan routes``: who ploughs and salts which lane when, as driver sheets, GeoJSON and a map."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Annotated

from stormyard.cli.options import (
    HELP,
    Debug,
    Json,
    Lang,
    OutFolder,
    ScenarioName,
    Seed,
    Sets,
    Variant,
    items,
    option,
)
from stormyard.cli.plan import plan
from stormyard.front import STOPPED, Front, Halt, Update, answered


@plan.command("routes", help=HELP["plan_routes"])
@answered
def routes(
    scenario: ScenarioName,
    objective: Annotated[str, option("routes_objective", "--objective", metavar="NAME")] = "priority",
    seconds: Annotated[float, option("routes_seconds", "--seconds", min=0.0, metavar="S")] = 36.0,
    turns: Annotated[int | None, option("routes_turns", "--turns", min=0, metavar="N")] = None,
    depth: Annotated[float | None, option("routes_depth", "--snow-cm", min=0.0, max=100.0, metavar="CM")] = None,
    hours: Annotated[float | None, option("routes_hours", "--hours", min=0.1, metavar="H")] = None,
    classes: Annotated[list[str] | None, option("routes_classes", "--classes", metavar="KIND=1,2")] = None,
    tandem: Annotated[list[str] | None, option("routes_tandem", "--tandem", metavar="KIND[=2]")] = None,
    without: Annotated[str, option("routes_without", "--without", metavar="CREW,...")] = "",
    closed: Annotated[str, option("routes_closed", "--closed", metavar="SEGMENT,...")] = "",
    seed: Seed = 0, set_: Sets = None, variant: Variant = None, out: OutFolder = None, json: Json = False,
    lang: Lang = None, debug: Debug = False,
) -> None:  # fmt: skip
    from results.driver_sheets import lateness
    from scenarios.load import load
    from stormyard import jobs, routes_plan

    front = Front(lang, json)
    loaded = load(scenario, variant, set_ or ())
    goal = routes_plan.chosen(objective)
    asked = routes_plan.Asked(
        None if depth is None else depth / 100, hours, tuple(items(closed)), tuple(items(without)),
        routes_plan.classes_of(classes or ()), routes_plan.tandem_of(tandem or ()),
    )  # fmt: skip
    folder = out or jobs.folder_for(loaded, variant or "", "routes", objective, seed)
    routes_plan.refuse(folder)
    front.header(loaded, "cli.header_short")
    progress = _Progress(front)
    try:
        made = routes_plan.make(
            loaded, goal, asked, None if turns is not None else seconds, turns, seed, progress
        )
    finally:
        progress.end()
    with front.progress("write"):
        told = routes_plan.write(made, folder, front.words.language)
    front.table([[cell.said(front.words.language) for cell in row] for row in routes_plan.rows(made)])
    late = lateness(told)
    if late is not None:
        front.line(late.said(front.words.language), "yellow")
    for why in dict.fromkeys(u.why for u in made.plan.undone):
        count = sum(u.passes for u in made.plan.undone if u.why == why)
        front.say("cli.routes_undone", "yellow", count=count, why=front.words[f"routes_why.{why}"])
    for file in sorted(folder.iterdir()):
        front.wrote(file)
    front.result(told)
    if made.plan.stopped:
        front.say("cli.stopped", kept=front.words["cli.kept_routes"])
        raise Halt(STOPPED)


class _Progress:
    """A bar for each stage; the first Ctrl-C ends the search, and the best so far is kept."""

    def __init__(self, front: Front) -> None:
        import signal

        self._front, self._stage = front, ""
        self._bar: AbstractContextManager[Update] | None = None
        self._stopped = False
        self._before = signal.signal(signal.SIGINT, self._stop)

    def _stop(self, *_: object) -> None:
        if self._stopped or self._stage in ("", "compile", "ways"):
            raise KeyboardInterrupt
        self._stopped = True

    def __call__(self, stage: str, share: float) -> None:
        from optimization.routing.search import Stop

        if stage != self._stage:
            self._close()
            self._stage = stage
            self._bar = self._front.progress(f"routes_{stage}", 1.0)
            self._update = self._bar.__enter__()
        self._update(share)
        if self._stopped:
            raise Stop

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None

    def end(self) -> None:
        """Take the bar down, and give Ctrl-C back."""
        import signal

        self._close()
        signal.signal(signal.SIGINT, self._before)
