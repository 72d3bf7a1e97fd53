"""What all commands share: the app, the texts of ``--help``, and options that mean the same everywhere."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from stormyard.words import LANGUAGES, help_texts, preferred


def _language_of(arguments: list[str]) -> str:
    """The language that help is shown in: the one asked for on the command line, else the preferred one."""
    for before, word in zip(["", *arguments], arguments, strict=False):
        asked = word if before == "--lang" else word.removeprefix("--lang=")
        if asked in LANGUAGES:
            return asked
    return preferred()


_texts = help_texts(_language_of(sys.argv[1:]))
HELP = _texts["help"]


def _known_language(value: str | None) -> str | None:
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(f"'{value}': {', '.join(LANGUAGES)}")
    return value


ORDER = (
    "list", "new", "check", "doctor", "run", "compare", "ensemble", "readiness", "plan", "exercise", "replay",
    "verify", "branch", "validate", "import",
)  # fmt: skip


class InOrder(TyperGroup):
    """Commands in the order in which one needs them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names as ``--help`` shows them."""
        return sorted(self.commands, key=ORDER.index)


app = typer.Typer(
    cls=InOrder, help=HELP["app"], no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    rich_markup_mode=None,
)  # fmt: skip
importers = typer.Typer(help=HELP["import"], no_args_is_help=True, rich_markup_mode=None)
app.add_typer(importers, name="import")


def option(key: str, *names: str, **more: Any) -> Any:
    return typer.Option(*names, help=_texts["opt"][key], **more)


def argument(key: str, metavar: str, **more: Any) -> Any:
    return typer.Argument(help=_texts["arg"][key], metavar=metavar, **more)


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
def _importers(lang: Lang = None) -> None:
    """The same before the name of a format."""
    _app(lang=lang)


def items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]
