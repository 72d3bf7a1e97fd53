"""How the command line speaks: words, tables, progress and exit codes. People read stderr, programs stdout.

Exit codes: 0 done, 1 failed, 2 bad input, 130 stopped by the user.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, Protocol

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stormyard.words import LANGUAGES, preferred, words

if TYPE_CHECKING:
    from scenarios.load import Listed
    from scenarios.problems import Problem, SeveralScenarios
    from simulation.model import Name, Scenario

DONE, FAILED, BAD_INPUT, STOPPED = 0, 1, 2, 130
Given = ParamSpec("Given")
PLAIN_WIDTH = 120
"""Columns of tables and text where stderr is no terminal."""


class Update(Protocol):
    """Told how far a stage has come, and where its end is if that has changed."""

    def __call__(self, completed: float, new_total: float | None = None) -> None: ...


class Front:
    """One command's voice."""

    def __init__(self, language: str | None = None, as_json: bool = False) -> None:
        self.words = words(language or preferred())
        self.as_json = as_json
        width = None if sys.stderr.isatty() else PLAIN_WIDTH
        self.console = Console(stderr=True, highlight=False, width=width)

    def say(self, key: str, style: str = "", **gaps: object) -> None:
        """A sentence on stderr."""
        self.line(self.words(key, **gaps), style)

    def line(self, text: str, style: str = "") -> None:
        """Text on stderr, as it is: never broken, so that paths can be copied."""
        self.console.print(Text(text, style=style), soft_wrap=True)

    def wrote(self, path: Path) -> None:
        """The path of something that was written."""
        self.say("cli.wrote", path=path)

    def next(self, *command: str | Path) -> None:
        """The command to type next."""
        self.say("cli.next", "bold", command=pasted(*command))

    def result(self, value: Any) -> None:
        """The answer for programs, on stdout, where it was asked for."""
        if self.as_json:
            sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
            sys.stdout.flush()

    def table(
        self, rows: Sequence[Sequence[str]], text_columns: Sequence[int] = (0, 1), title: str = ""
    ) -> None:
        """A table on stderr; its first row is the head."""
        table = Table(title=title or None, title_justify="left")
        for i, head in enumerate(rows[0]):
            justify: Literal["left", "right"] = "left" if i in text_columns else "right"
            table.add_column(Text(head), justify=justify, overflow="fold")
        for row in rows[1:]:
            table.add_row(*(Text(cell) for cell in row))
        self.console.print(table)

    def problems(self, problems: Iterable[Problem], style: str = "") -> None:
        """Problems, or remarks of their form, one below the other."""
        for problem in problems:
            self.line(f"- {problem.told(self.words.language)}", style)

    def notes(self, notes: Sequence[Problem]) -> None:
        """What does not stop a run, but what the author of the scenario should know."""
        if notes:
            self.say("cli.remarks", "yellow", count=len(notes))
            self.problems(notes, "yellow")

    def scenarios(self, found: Iterable[Listed]) -> None:
        """Scenarios with what they are and their variants, and the notes a reader must know."""
        found, say = list(found), self.words
        rows = [[say["cli.scenario"], say["cli.name"], say["cli.variants"]]]
        rows += [[s.reference, say.name(s.name), ", ".join(s.variants)] for s in found]
        self.table(rows, text_columns=(0, 1, 2))
        for note in dict.fromkeys(s.note for s in found if s.note):
            about = ", ".join(s.reference for s in found if s.note == note)
            self.line(f"{about}: {say.name(note)}", "yellow")

    @contextmanager
    def progress(self, stage: str, total: float | None = None) -> Iterator[Update]:
        """A bar with elapsed and remaining time, drawn on terminals once the block has taken a second.

        ``total`` None means that the end cannot be foreseen.
        """
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
        from rich.progress import TimeElapsedColumn as Elapsed
        from rich.progress import TimeRemainingColumn as Remaining

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            Elapsed(),
            Remaining(),
        )
        bar = Progress(*columns, console=self.console, disable=not self.console.is_terminal)
        task = bar.add_task(self.words[f"stage.{stage}"], total=total)
        later = Timer(1.0, bar.start)
        later.daemon = True
        later.start()
        try:
            yield lambda completed, new_total=None: bar.update(task, completed=completed, total=new_total)
        finally:
            later.cancel()
            later.join()
            bar.stop()

    def header(
        self, scenario: Scenario, key: str = "cli.header", title: Name | None = None, **gaps: object
    ) -> None:
        """What is about to run: its name (or ``title``), sizes, and the notes a reader must know."""
        name = self.words.name
        crews = sum(row.count for row in scenario.fleet.equipment)
        sizes = {"segments": len(scenario.city.segments), "crews": crews}
        self.say(key, "bold", name=name(title or scenario.name), **sizes, **gaps)
        for note in dict.fromkeys(n for n in (scenario.city.note, scenario.storm.note) if n):
            self.line(name(note), "yellow")
        self.make_ready(scenario)

    def make_ready(self, *scenarios: Scenario) -> None:
        """Compile the native drainage engine where one of them asks for it: said once it has taken two seconds."""
        if any("water" in s.hazards and s.physics.water.engine == "native" for s in scenarios):
            from simulation.drainage.engines import make_ready

            later = Timer(2.0, self.say, ("cli.compiling", "yellow"))
            later.daemon = True
            later.start()
            try:
                make_ready("native")
            finally:
                later.cancel()


def pasted(*command: str | Path) -> str:
    """A command of Stormyard as it can be pasted where this one was typed: through uv if this one was."""
    called = ["uv", "run", "stormyard"] if "UV_RUN_RECURSION_DEPTH" in os.environ else ["stormyard"]
    return " ".join([*called, *(quoted(str(c)) for c in command)])


def quoted(word: str) -> str:
    """A word as it must be typed on a command line."""
    return f'"{word}"' if any(c.isspace() for c in word) else word


class Halt(Exception):
    """Ends a command with an exit code after its message has been printed."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def answered(command: Callable[Given, None]) -> Callable[Given, None]:
    """A command that ends with the promised exit code, its reason on stderr and never a stray traceback."""

    @functools.wraps(command)
    def call(*args: Given.args, **kwargs: Given.kwargs) -> None:
        first = str(kwargs.get("lang") or "").partition(",")[0]
        front = functools.partial(Front, first if first in LANGUAGES else None)
        try:
            return command(*args, **kwargs)
        except Halt as halt:
            raise typer.Exit(halt.code) from halt
        except KeyboardInterrupt:
            front().say("cli.stopped", kept=front().words["cli.kept_nothing"])
            raise typer.Exit(STOPPED) from None
        except Exception as error:
            raise typer.Exit(_explain(error, front(), bool(kwargs.get("debug")))) from None

    return call


def _explain(error: Exception, front: Front, debug: bool) -> int:
    """Say what went wrong; the exit code for it."""
    if isinstance(error, _class("scenarios.problems", "BadScenario")):
        if isinstance(error, _class("scenarios.problems", "SeveralScenarios")):
            return _ask_for_one(error, front)
        front.say("cli.problems", "bold red", count=len(error.problems))
        front.problems(error.problems)
        return BAD_INPUT
    if isinstance(error, _class("results.store", "RunFolderError")):
        front.line(str(error), "red")
        return BAD_INPUT
    front.say("cli.failed", "bold red", reason=" ".join(f"{type(error).__name__}: {error}".split()))
    if debug:
        front.console.print_exception()
    else:
        front.say("cli.debug_hint", "dim")
    return FAILED


def _ask_for_one(error: SeveralScenarios, front: Front) -> int:
    """A folder of scenarios was named: show them, and the command for the first."""
    from scenarios.load import listing

    found = listing(error.references)
    front.say("cli.several", "bold red", where=error.problems[0].where, count=len(found))
    front.scenarios(found)
    if found:
        front.next("run", found[0].reference)
    return BAD_INPUT


def _class(module: str, name: str) -> Any:
    """A class of a module that is loaded; an error cannot be of a class whose module is not."""
    return getattr(sys.modules.get(module), name, ())
