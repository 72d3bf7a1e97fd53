"""``stormyard plan``: one command a planner, made from the planner's own options."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

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
    app,
    before_name,
    option,
)
from stormyard.cli.usage import Group, Typer, language_of
from stormyard.front import BAD_INPUT, STOPPED, Front, Halt, Update, answered

if TYPE_CHECKING:
    from results.planning import Proposal
    from stormyard.planning import Planning

COMMON = "scenario", "members", "seed", "set_", "variant", "workers", "out", "json", "lang", "debug"


class Planners(Group):
    """A command for each planner, found by folder and made when it is asked for: planners load a solver."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names as ``--help`` shows them."""
        return sorted({*super().list_commands(ctx), *_names()})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name; None where there is none."""
        return super().get_command(ctx, cmd_name) or (_command(cmd_name) if cmd_name in _names() else None)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As usual, but a name that is none is answered with the one that was meant, or those that are."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            from scenarios.problems import did_you_mean, problem

            front, hint = Front(language_of(args)), did_you_mean(args[0], self.list_commands(ctx))
            front.say("cli.problems", "bold red", count=1)
            front.problems([problem(f"plan {args[0]}", "option.no_planner", hint=hint, name=args[0])])
            ctx.exit(BAD_INPUT)
        return super().resolve_command(ctx, args)


plan = Typer(cls=Planners, help=HELP["plan"], no_args_is_help=True)
plan.callback()(before_name)
app.add_typer(plan, name="plan")


def _names() -> tuple[str, ...]:
    from optimization.planners import names

    return names()


def _kind(hint: type) -> str:
    """What an option of a planner is given as, in its help."""
    return "TEXT" if hint is str else "N"


def _command(name: str) -> Any:
    """The command of a planner: what all have, and an option for each field of its ``Options``."""
    from optimization.planners import planner

    options = planner(name).Options
    hints = get_type_hints(options)
    own = [f for f in fields(options) if f.name != "seed"]

    def answer(
        scenario: ScenarioName,
        members: Annotated[int, option("plan_members", "--members", min=2, metavar="N")] = 20,
        seed: Seed = 0, set_: Sets = None, variant: Variant = None,
        workers: Annotated[int | None, option("jobs", "--jobs", min=1, metavar="J")] = None,
        out: OutFolder = None, json: Json = False, lang: Lang = None, debug: Debug = False, **given: Any,
    ) -> None:  # fmt: skip
        chosen = {f.name: given[f.name] for f in own if given[f.name] != f.default}
        _answer(
            Front(lang, json), planner=name, reference=scenario, options=chosen, variant=variant,
            sets=tuple(set_ or ()), members=members, seed=seed, workers=workers or os.cpu_count() or 1, folder=out,
        )  # fmt: skip

    extra = [
        inspect.Parameter(
            f.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None if f.default is MISSING else f.default,
            annotation=Annotated[
                hints[f.name],
                option(f"plan_{f.name}", f"--{f.name.replace('_', '-')}", metavar=_kind(hints[f.name])),
            ],
        )
        for f in own
    ]
    common = [p for p in inspect.signature(answer, eval_str=True).parameters.values() if p.name in COMMON]
    call: Any = answered(answer)
    call.__signature__ = inspect.Signature([*common, *extra])
    call.__annotations__ = {p.name: p.annotation for p in (*common, *extra)}
    del call.__wrapped__
    alone = Typer(add_completion=False)
    alone.command(name, help=HELP[f"plan_{name}"])(call)
    return typer.main.get_command(alone)


def _answer(front: Front, **question: Any) -> None:
    from stormyard.planning import Planning

    asked = Planning(**question)
    front.header(
        asked.scenario, "cli.header_plan", planner=_planner_name(asked.planner, front), members=asked.members
    )
    if kept := asked.runs.open():
        front.say("cli.taken_up", "yellow", count=kept, path=asked.runs.ledger.path)
    most = asked.most_runs()
    try:
        with asked.runs:
            with front.progress("plan") as update:
                asked.runs.watch = _foretelling(front, update, most, asked) if most else update
                proposed = asked.propose()
            with front.progress("judge") as update:
                asked.runs.watch = update
                proposal = asked.judge(proposed)
    except KeyboardInterrupt:
        if not asked.runs.figures:
            raise
        kept_runs = {"count": len(asked.runs.figures), "path": asked.runs.ledger.path}
        front.say("cli.stopped", kept=front.words("cli.kept_runs", **kept_runs))
        raise Halt(STOPPED) from None
    with front.progress("write"):
        made = asked.write(proposed, proposal, front.words.language)
    _show(front, proposal)
    for file in sorted(asked.place.iterdir()):
        front.wrote(file)
    if proposal.commands:
        front.say("cli.next", "bold", command=proposal.commands[0])
    front.result(made)


def _foretelling(front: Front, update: Update, most: int, asked: Planning) -> Update:
    """Progress against the most runs there may be, said before the first of them (what is refused runs none); once
    a few are done it is said how long all of them would take."""
    began, before, told = time.monotonic(), -1.0, False

    def watch(completed: float, new_total: float | None = None) -> None:
        nonlocal before, told
        if before < 0:
            before = completed
            front.say("cli.plan_runs", runs=most, judged=2 * asked.members, workers=asked.workers)
        update(completed, max(new_total or 0, most))
        if not told and completed - before >= 2 + 2 * asked.workers:
            told = True
            left = (most - completed) * (time.monotonic() - began) / (completed - before)
            front.say("cli.plan_takes", minutes=max(1, round(left / 60)))

    return watch


def _planner_name(planner: str, front: Front) -> str:
    from results.planning import planner_name

    return planner_name(planner).said(front.words.language)


def _show(front: Front, proposal: Proposal) -> None:
    """The plan, what came of it, the verdict and why, as text."""
    from results.content import Cell
    from results.planning import figure_rows, plan_rows, reason, verdict

    language = front.words.language

    def said(rows: Sequence[Sequence[Any]]) -> list[list[str]]:
        return [[(c.text if isinstance(c, Cell) else c).said(language) for c in row] for row in rows]

    if rows := plan_rows(proposal):
        texts = [i for i in range(len(rows[0])) if any(row[i].zh != row[i].en for row in rows[1:])]
        front.table(said(rows), text_columns=texts or (0,))
    if proposal.figures:
        front.table(said(figure_rows(proposal, briefly=True)), text_columns=(0,))
    style = {"worth": "bold green", "worse": "bold red"}.get(proposal.judgement.verdict, "bold")
    front.line(verdict(proposal.judgement).said(language), style)
    for key, gaps in proposal.why:
        front.line(f"- {reason(proposal.scenario, key, gaps).said(language)}")
