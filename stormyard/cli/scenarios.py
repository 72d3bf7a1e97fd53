"""Commands about scenarios: list, check, doctor, new, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from stormyard.cli.options import (
    HELP,
    Debug,
    Json,
    Lang,
    NewFolder,
    ScenarioName,
    Sets,
    Variant,
    app,
    argument,
    importers,
    option,
)
from stormyard.front import BAD_INPUT, FAILED, Front, Halt, answered

if TYPE_CHECKING:
    from scenarios.importers.compose import Report

ImportFile = Annotated[Path, argument("file", "FILE")]
ImportName = Annotated[str | None, option("name", "--name", metavar="NAME")]


@app.command("list", help=HELP["list"])
@answered
def list_(json: Json = False, lang: Lang = None, debug: Debug = False) -> None:
    from scenarios.load import listing

    front = Front(lang, json)
    found = listing()
    front.scenarios(found)
    front.result(
        [
            {
                "scenario": s.reference, "name": s.name.model_dump(), "variants": s.variants,
                "note": s.note.model_dump() if s.note else None,
            }
            for s in found
        ]
    )  # fmt: skip
    if found:
        front.next("run", found[0].reference)


@app.command(help=HELP["new"])
@answered
def new(
    directory: Annotated[Path, argument("dir", "DIR")],
    roads: Annotated[Path | None, option("roads", "--roads", metavar="FILE")] = None,
    drains: Annotated[Path | None, option("drains", "--drains", metavar="FILE")] = None,
    name: Annotated[str | None, option("name", "--name", metavar="NAME")] = None,
    json: Json = False,
    lang: Lang = None,
    debug: Debug = False,
) -> None:
    from scenarios.importers.district import new_district
    from scenarios.problems import BadScenario, problem
    from scenarios.sample import write_sample

    front = Front(lang, json)
    if roads is not None:
        with front.progress("import"):
            report = new_district(directory, roads, drains, name, front.words.language)
        return _reported(front, report)
    if drains is not None:
        raise BadScenario([problem(f"--drains {drains}", "option.drains_alone")])
    folder = write_sample(directory, front.words.language)
    front.wrote(folder)
    front.result({"folder": str(folder)})
    front.next("run", folder)


def _reported(front: Front, report: Report) -> None:
    """What an import made, what was left out and guessed, and what to do with it."""
    from scenarios.importers.facts import FACTS

    rows = [[front.words["cli.figure"], front.words["cli.value"]]]
    name = front.words.name
    rows += [[name(FACTS[key]), f"{value:,.6g}"] for key, value in report.facts.items() if key in FACTS]
    front.table(rows, text_columns=(0,))
    for note in report.notes:
        front.line(f"- {front.words.name(note)}", "yellow")
    front.wrote(report.folder)
    notes = [note.model_dump() for note in report.notes]
    front.result({"folder": str(report.folder), "facts": dict(report.facts), "notes": notes})
    front.next("run", report.folder)
    if "cloudburst" in report.variants:
        front.next("run", report.folder, "--variant", "cloudburst")


@importers.command("osm", help=HELP["import_osm"])
@answered
def import_osm(
    file: ImportFile, out: NewFolder, name: ImportName = None,
    service: Annotated[bool, option("service", "--service")] = False, json: Json = False, lang: Lang = None,
    debug: Debug = False,
) -> None:  # fmt: skip
    from scenarios.importers import osm, osm_tags

    front = Front(lang, json)
    with front.progress("import"):
        classes = osm_tags.CLASSES if service else osm_tags.PUBLIC
        report = osm.import_osm(file, out, name, classes=classes, lang=front.words.language)
    _reported(front, report)


@importers.command("swmm", help=HELP["import_swmm"])
@answered
def import_swmm(
    file: ImportFile, out: NewFolder, name: ImportName = None, json: Json = False, lang: Lang = None,
    debug: Debug = False,
) -> None:  # fmt: skip
    from scenarios.importers import swmm

    front = Front(lang, json)
    with front.progress("import"):
        report = swmm.import_swmm(file, out, name, lang=front.words.language)
    _reported(front, report)


@app.command(help=HELP["check"])
@answered
def check(
    scenario: ScenarioName, variant: Variant = None, set_: Sets = None, json: Json = False, lang: Lang = None,
    debug: Debug = False,
) -> None:  # fmt: skip
    from stormyard.checking import checked

    front = Front(lang, json)
    told: list[dict[str, str]] = []
    sound: list[str] = []
    spoilt: list[str] = []
    for found in checked(scenario, variant, set_ or ()):
        if found.scenario is not None:
            front.header(found.scenario, "cli.header_short")
        (spoilt if found.problems else sound).append(found.reference)
        if found.problems:
            front.say("cli.scenario_bad", "bold red", name=found.reference, count=len(found.problems))
            front.problems(found.problems)
        else:
            front.say("cli.scenario_ok", "green", name=found.reference)
        front.notes(found.remarks)
        for kind, listed in (("problem", found.problems), ("remark", found.remarks)):
            parts = [one.parts(front.words.language) for one in listed]
            told += [{"scenario": found.reference, "kind": kind, **part} for part in parts]
    front.result(told)
    if spoilt:
        raise Halt(BAD_INPUT)
    front.next("run", sound[0])


@app.command(help=HELP["doctor"])
@answered
def doctor(json: Json = False, lang: Lang = None, debug: Debug = False) -> None:
    from stormyard.doctor import findings

    front = Front(lang, json)
    say, found = front.words, []
    for finding in findings():
        found.append(finding)
        state = "ok" if finding.ok else "optional" if finding.optional else "missing"
        style = "green" if finding.ok else "yellow" if finding.optional else "red"
        front.line(f"{say[f'cli.{state}']:<8} {say[f'doctor.{finding.name}']}: {finding.detail}", style)
        if not finding.ok:
            front.line(f"         {say[f'doctor.{finding.hint}']}")
    front.result([{"check": f.name, "ok": f.ok, "detail": f.detail, "optional": f.optional} for f in found])
    if broken := sum(not f.ok and not f.optional for f in found):
        front.say("cli.unfit", "bold red", count=broken)
        raise Halt(FAILED)
    front.say("cli.fit", "bold green")
    front.next("list")
