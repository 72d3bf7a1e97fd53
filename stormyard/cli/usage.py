"""How commands speak of their own use, in the reader's language: the headings of ``--help``, and what was mistyped.

Typer has its words built in, so commands and groups put ours in their place, and the command that was started tells
what is wrong with a line by the kind of the error.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import typer
from typer._click.exceptions import (
    BadOptionUsage,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer.core import TyperCommand, TyperGroup, TyperOption

from stormyard.words import LANGUAGES, help_texts, preferred


def language_of(arguments: Sequence[str]) -> str:
    """The language that a line is answered in: the one asked for in it (the first of several), else the preferred."""
    for before, word in zip(["", *arguments], arguments, strict=False):
        asked = (word if before == "--lang" else word.removeprefix("--lang=")).partition(",")[0]
        if asked in LANGUAGES:
            return asked
    return preferred()


TEXTS = help_texts(language_of(sys.argv[1:]))
"""The texts of ``--help`` by section: help, arg, opt, typed."""
USAGE = TEXTS["typed"]
MARKS = {"[OPTIONS]": USAGE["options_mark"], "COMMAND [ARGS]...": USAGE["command_mark"]}


class NoSuchCommand(UsageError):
    """A word that is no command of a group."""


class TooMany(UsageError):
    """Words that no argument takes."""


class _Spoken:
    """What commands and groups have in common."""

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        """The first line of the help."""
        pieces = [MARKS.get(piece, piece) for piece in self.collect_usage_pieces(ctx)]
        formatter.write_usage(ctx.command_path, " ".join(pieces), USAGE["usage"])

    def format_options(self: Any, ctx: Any, formatter: Any) -> None:
        """Arguments and options, with what they are by default and between which bounds."""
        params = self.get_params(ctx)
        for kind in ("argument", "option"):
            if rows := [_row(p, ctx) for p in params if p.param_type_name == kind]:
                with formatter.section(USAGE[f"{kind}s"]):
                    formatter.write_dl(rows)

    def get_help_option(self: Any, ctx: Any) -> Any:
        """``--help``."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = USAGE["help"]
        return option

    def main(self: Any, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        """Run the line and end the process with its exit code; what is wrong with the line is told on stderr."""
        args = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(args, *rest, **(more | {"standalone_mode": False}))  # type: ignore[misc]
        except NoArgsIsHelpError as error:
            error.show()
            sys.exit(error.exit_code)
        except UsageError as error:
            _tell(error, help_texts(language_of(args))["typed"])
            sys.exit(error.exit_code)
        sys.exit(code or 0)


class Command(_Spoken, TyperCommand):
    """A command that speaks the reader's language."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As usual; words left over are an error of their own kind."""
        ctx.allow_extra_args = True
        left = super().parse_args(ctx, args)
        if left:
            raise TooMany(" ".join(left), ctx)
        return left


class Group(_Spoken, TyperGroup):
    """A group of commands that speaks the reader's language."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The options, then the commands."""
        super().format_options(ctx, formatter)
        names = self.list_commands(ctx)
        room = formatter.width - 6 - max(map(len, names))
        with formatter.section(USAGE["commands"]):
            formatter.write_dl([(n, self.get_command(ctx, n).get_short_help_str(room)) for n in names])  # type: ignore[union-attr]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As usual; a name that is none is an error of its own kind."""
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise NoSuchCommand(args[0], ctx)
        return super().resolve_command(ctx, args)


class Typer(typer.Typer):
    """An app whose commands speak the reader's language."""

    def __init__(self, *, cls: type[Group] = Group, **more: Any) -> None:
        super().__init__(cls=cls, rich_markup_mode=None, **more)

    def command(self, name: str | None = None, **more: Any) -> Any:
        """Add a command."""
        return super().command(name, **({"cls": Command} | more))


def _row(param: Any, ctx: Any) -> tuple[str, str]:
    """A line of the help: how it is typed, and what it means."""
    extra = []
    if param.required:
        extra.append(USAGE["required"])
    given = param.get_default(ctx, call=False)
    if given is not None and given != "" and not isinstance(given, bool):
        extra.append(USAGE["default"].format(value=_number(given)))
    if between := _bounds(param, USAGE):
        extra.append(between)
    name: str = (
        param.get_help_record(ctx)[0] if param.param_type_name == "option" else param.metavar or param.name
    )
    return name, f"{param.help}  [{USAGE['and'].join(extra)}]" if extra else param.help


def _number(value: object) -> str:
    return str(value).removesuffix(".0")


def _bounds(param: Any, said: dict[str, str]) -> str:
    """Between which bounds a number must be; nothing where there are none."""
    low, high = getattr(param, "min", None), getattr(param, "max", None)
    if low is None and high is None:
        return ""
    key = "between" if None not in (low, high) else "at_least" if high is None else "at_most"
    return said[key].format(low=_number(low), high=_number(high))


def _tell(error: UsageError, said: dict[str, str]) -> None:
    """What is wrong with a line, how the command is typed, and where to read more."""
    typer.echo(said["error"] + _wrong(error, said), err=True)
    if error.ctx is not None:
        typer.echo(error.ctx.get_usage(), err=True)
        typer.echo(said["more"].format(command=f"{error.ctx.command_path} --help"), err=True)


def _wrong(error: UsageError, said: dict[str, str]) -> str:
    """What is wrong, by the kind of the error."""
    param = getattr(error, "param", None)
    name = (
        ""
        if param is None
        else param.opts[0]
        if isinstance(param, TyperOption)
        else param.metavar or param.name
    )
    if isinstance(error, NoSuchCommand):
        names = error.ctx.command.list_commands(error.ctx)  # type: ignore[union-attr]
        return said["no_command"].format(name=error.message) + _meant(error.message, names, said)
    if isinstance(error, NoSuchOption):
        return said["no_option"].format(name=error.option_name) + _hint(error.possibilities or (), said)
    if isinstance(error, TooMany):
        return said["too_many"].format(words=error.message)
    if isinstance(error, MissingParameter):
        return said["missing"].format(name=name)
    if isinstance(error, BadOptionUsage):
        return said["no_value" if "requires" in error.message else "takes_none"].format(
            name=error.option_name
        )
    found = error.__cause__.errors()[0] if hasattr(error.__cause__, "errors") else None  # type: ignore[union-attr]
    if found is None:
        return f"{name}: {error.message}" if name else said["nothing"]
    kind = (
        "whole"
        if found["type"].startswith("int_")
        else "number"
        if found["type"].startswith("float_")
        else ""
    )
    give = said[kind] if kind else _bounds(param, said) or error.message
    return said["bad_value"].format(name=name, value=found["input"], give=give)


def _meant(name: str, names: Sequence[str], said: dict[str, str]) -> str:
    return _hint(get_close_matches(name, names), said)


def _hint(names: Sequence[str], said: dict[str, str]) -> str:
    return said["meant"].format(names=", ".join(sorted(names))) if names else ""
