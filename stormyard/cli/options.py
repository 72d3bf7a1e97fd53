"""What all commands share: the app, the texts of ``--help``, and options that mean the same everywhere."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from stormyard.cli.usage import TEXTS, Group, Typer
from stormyard.words import LANGUAGES, help_texts, preferred

HELP = TEXTS["help"]


def _known_language(value: str | None) -> str | None:
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(help_texts(preferred())["typed"]["languages"].format(value=value))
    return value


ORDER = (
    "list", "new", "check", "doctor", "run", "compare", "ensemble", "readiness", "plan", "exercise", "replay",
    "verify", "branch", "validate", "import",
)  # fmt: skip


class InOrder(Group):
    """Commands in the order in which one needs them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names as ``--help`` shows them."""
        return sorted(self.commands, key=ORDER.index)


app = Typer(
    cls=InOrder, help=HELP["app"], no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
importers = Typer(help=HELP["import"], no_args_is_help=True)
app.add_typer(importers, name="import")


def option(key: str, *names: str, **more: Any) -> Any:
    return typer.Option(*names, help=TEXTS["opt"][key], **more)


def argument(key: str, metavar: str, **more: Any) -> Any:
    return typer.Argument(help=TEXTS["arg"][key], metavar=metavar, **more)


ScenarioName = Annotated[str, argument("scenario", "SCENARIO")]
RunFolder = Annotated[Path, argument("run", "RUN")]
NewFolder = Annotated[Path, option("out_new", "--out", metavar="DIR")]
OutFolder = Annotated[Path | None, option("out", "--out", metavar="DIR")]
OutFile = Annotated[Path | None, option("out_file", "--out", metavar="FILE")]
Dispatcher = Annotated[str, option("dispatcher", "--dispatcher", metavar="NAME")]
Seed = Annotated[int, option("seed", "--seed", min=0, metavar="N")]
Sets = Annotated[list[str] | None, option("set", "--set", metavar="PATH=VALUE")]
Variant = Annotated[str | None, option("variant", "--variant", metavar="NAME")]
Variants = Annotated[str, option("variants", "--variants", metavar="A,B")]
Json = Annotated[bool, option("json", "--json")]
Lang = Annotated[str | None, option("lang", "--lang", metavar="zh|en", callback=_known_language)]
Debug = Annotated[bool, option("debug", "--debug")]


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"stormyard {version('stormyard')}")
        raise typer.Exit


@app.callback()
def _app(
    version: Annotated[bool, option("version", "--version", callback=_say_version, is_eager=True)] = False,
    lang: Lang = None,
) -> None:
    """Options that stand before any command."""
    if lang:
        os.environ["STORMYARD_LANG"] = lang


@importers.callback()
def before_name(lang: Lang = None) -> None:
    """The same before the name of a format or planner."""
    _app(lang=lang)


def items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]
