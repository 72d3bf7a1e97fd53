"""The command ``validate``: what is computed beside what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from stormyard.cli.options import HELP, Debug, Json, Lang, app, argument, option
from stormyard.front import BAD_INPUT, FAILED, Front, Halt, answered

if TYPE_CHECKING:
    from stormyard.validation import Finding, Skipped

DATA = Path("../shared/data")
VERDICTS = {True: "cli.verdict_holds", False: "cli.verdict_misses", None: "cli.verdict_untested"}


@app.command(help=HELP["validate"])
@answered
def validate(
    subject: Annotated[str, argument("subject", "snow|water")],
    files: Annotated[list[Path] | None, argument("measured", "FILE...")] = None,
    data: Annotated[Path, option("data", "--data", metavar="DIR")] = DATA,
    pages: Annotated[Path | None, option("pages", "--write", metavar="DIR")] = None,
    json: Json = False, lang: Lang = None, debug: Debug = False,
) -> None:  # fmt: skip
    from stormyard import validation

    front = Front(lang, json)
    _refuse(front, subject, files or [])
    findings: list[Finding] = []
    try:
        with front.progress("validate"):
            for found in validation.examined(subject, data, files or ()):
                if isinstance(found, validation.Skipped):
                    _skipped(front, found)
                else:
                    findings.append(found)
    except validation.BadFile as bad:
        front.line(str(bad), "red")
        raise Halt(BAD_INPUT) from bad
    for finding in findings:
        _shown(front, finding)
    count = validation.counts(findings)
    front.result({"rows": validation.rows(findings), "means": count})
    if not findings:
        front.say("cli.validate_nothing", "bold red", data=data)
        raise Halt(BAD_INPUT)
    for path in validation.write(findings, pages) if pages else ():
        front.wrote(path)
    front.say("cli.validated", "bold red" if count["miss"] else "bold green", **count)
    if count["miss"]:
        raise Halt(FAILED)


def _refuse(front: Front, subject: str, files: list[Path]) -> None:
    """Say what is wrong with what was typed, all of it at once."""
    from stormyard import validation

    if subject not in validation.SUBJECTS:
        front.say("cli.validate_subject", "red", subject=subject, known=", ".join(validation.SUBJECTS))
        raise Halt(BAD_INPUT)
    absent = [file for file in files if not file.is_file()]
    for file in absent:
        front.say("cli.no_file", "red", path=file)
    strange = validation.untaken(subject, [file for file in files if file not in absent])
    for file in strange:
        front.say("cli.validate_untaken", "red", path=file, subject=subject)
    if absent or strange:
        raise Halt(BAD_INPUT)


def _skipped(front: Front, skipped: Skipped) -> None:
    missing = ", ".join(path.as_posix() for path in skipped.missing)
    front.say("cli.validate_skipped", "yellow", name=skipped.name, missing=missing)


def _shown(front: Front, finding: Finding) -> None:
    """The checks of a finding as a table."""
    say = front.words
    heads = (
        "cli.check_what",
        "cli.check_measured",
        "cli.check_computed",
        "cli.check_bounds",
        "cli.check_verdict",
    )
    table = [[say[key] for key in heads]]
    table += [[c.what, c.measured, c.shown, c.bounds, say[VERDICTS[c.holds]]] for c in finding.checks]
    front.table(table, text_columns=(0, 1, 4), title=finding.title)
