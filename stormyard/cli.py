"""The command line: reads what was typed, calls ``jobs``, prints what came of it.

Modules that take long to load are imported inside the commands, so that help and mistakes answer at once.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stormyard.front import FAILED, STOPPED, Front, Halt, Update, answered
from stormyard.words import LANGUAGES, help_texts, preferred

if TYPE_CHECKING:
    from simulation.engine import Watch
    from simulation.record import Run


def _language_of(arguments: list[str]) -> str:
    """The language that help is shown in: the one asked for on the command line, else the preferred one."""
    for before, word in zip(["", *arguments], arguments, strict=False):
        asked = word if before == "--lang" else word.removeprefix("--lang=")
        if asked in LANGUAGES:
            return asked
    return preferred()


_TEXT = help_texts(_language_of(sys.argv[1:]))
_HELP = _TEXT["help"]


def _known_language(value: str | None) -> str | None:
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(f"'{value}': {', '.join(LANGUAGES)}")
    return value


app = typer.Typer(
    help=_HELP["app"], no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    rich_markup_mode=None,
)  # fmt: skip
importers = typer.Typer(help=_HELP["import"], no_args_is_help=True, rich_markup_mode=None)
app.add_typer(importers, name="import")


def _option(key: str, *names: str, **more: Any) -> Any:
    return typer.Option(*names, help=_TEXT["opt"][key], **more)


def _argument(key: str, metavar: str, **more: Any) -> Any:
    return typer.Argument(help=_TEXT["arg"][key], metavar=metavar, **more)


ScenarioName = Annotated[str, _argument("scenario", "SCENARIO")]
RunFolder = Annotated[Path, _argument("run", "RUN")]
Files = Annotated[list[Path], _argument("file", "FILE...")]
NewFolder = Annotated[Path, _option("out", "--out", metavar="DIR")]
OutFolder = Annotated[Path | None, _option("out", "--out", metavar="DIR")]
OutFile = Annotated[Path | None, _option("out_file", "--out", metavar="FILE")]
Dispatcher = Annotated[str, _option("dispatcher", "--dispatcher", metavar="NAME")]
Seed = Annotated[int, _option("seed", "--seed", min=0)]
Sets = Annotated[list[str] | None, _option("set", "--set", metavar="PATH=VALUE")]
Variant = Annotated[str | None, _option("variant", "--variant", metavar="NAME")]
Variants = Annotated[str, _option("variants", "--variants", metavar="A,B")]
Json = Annotated[bool, _option("json", "--json")]
Lang = Annotated[str | None, _option("lang", "--lang", metavar="zh|en", callback=_known_language)]
Debug = Annotated[bool, _option("debug", "--debug")]


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


# --------------------------------------------------------------------------- scenarios


@app.command("list", help=_HELP["list"])
@answered
def list_(json: Json = False, lang: Lang = None, debug: Debug = False) -> None:
    from scenarios.load import listing

    front = Front(lang, json)
    found = listing()
    say, name = front.words, front.words.name
    rows = [[say["cli.scenario"], say["cli.name"], say["cli.variants"], say["cli.note"]]]
    rows += [
        [s.reference, name(s.name), ", ".join(s.variants), name(s.note) if s.note else ""] for s in found
    ]
    front.table(rows, text_columns=(0, 1, 2, 3))
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


@app.command(help=_HELP["check"])
@answered
def check(
    scenario: ScenarioName, variant: Variant = None, set_: Sets = None, json: Json = False, lang: Lang = None,
    debug: Debug = False,
) -> None:  # fmt: skip
    from scenarios.load import load
    from scenarios.problems import BadScenario

    front = Front(lang, json)
    try:
        found = load(scenario, variant, set_ or ())
    except BadScenario as bad:
        front.result([vars(problem) for problem in bad.problems])
        raise
    front.header(found)
    front.say("cli.scenario_ok", "green", name=front.words.name(found.name))
    front.result([])
    front.next("run", scenario)


@app.command(help=_HELP["doctor"])
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
    if any(not f.ok and not f.optional for f in found):
        raise Halt(FAILED)


# --------------------------------------------------------------------------- what-if


@app.command(help=_HELP["run"])
@answered
def run(
    scenario: ScenarioName, dispatcher: Dispatcher = "", seed: Seed = 0, set_: Sets = None,
    variant: Variant = None, out: OutFolder = None, json: Json = False, lang: Lang = None,
    debug: Debug = False,
) -> None:  # fmt: skip
    from scenarios.load import load
    from stormyard import jobs

    front = Front(lang, json)
    loaded = load(scenario, variant, set_ or ())
    name = jobs.chosen_dispatcher(loaded, dispatcher)
    folder = out or jobs.folder_for(loaded, variant or "", name, seed)
    jobs.store.refuse_foreign(folder)
    front.header(loaded, dispatcher=name, seed=seed)
    with front.progress("run", loaded.duration) as update:
        made = jobs.simulate(loaded, seed, name, lambda s: update(s.t))
    _write(front, made, folder)
    front.next("run", scenario, "--variant", "no-response") if not variant else front.next("verify", folder)


def _write(front: Front, run: Run, folder: Path, beside: Mapping[str, Any] | None = None) -> None:
    """Write a run folder, show its figures (beside those of others) and print its manifest."""
    from results.store import manifest, write_run

    with front.progress("write", 1):
        write_run(run, folder, lang=front.words.language)
    made = manifest(run)
    _figures(front, {**(beside or {}), run.dispatcher: made["metrics"]})
    balances = "  ".join(f"{name} {value:.1e}" for name, value in run.balance.items())
    front.line(f"{front.words['cli.balances']}: {balances}")
    front.wrote(folder)
    for file in sorted(folder.iterdir()):
        front.line(f"  {file.name}")
    front.result(made)


def _figures(front: Front, runs: Mapping[str, Any]) -> None:
    from results.compare import compare as side_by_side

    front.table(side_by_side(runs).to_rows(front.words))


@app.command(help=_HELP["compare"])
@answered
def compare(
    things: Annotated[list[str], _argument("things", "SCENARIO|RUN...")],
    variants: Variants = "", dispatcher: Dispatcher = "", seed: Seed = 0, set_: Sets = None, out: OutFile = None,
    json: Json = False, lang: Lang = None, debug: Debug = False,
) -> None:  # fmt: skip
    from results.report import comparison_report
    from stormyard import jobs

    front = Front(lang, json)
    if variants:
        runs = _variant_runs(front, things, _items(variants), dispatcher, seed, set_ or ())
    else:
        runs = jobs.read_runs([Path(thing) for thing in things])
    page = out or jobs.page_for("compare", runs)
    jobs.write_text(page, comparison_report(runs, front.words.language))
    figures = {label: jobs.store.metrics(run) for label, run in runs.items()}
    _figures(front, figures)
    front.wrote(page)
    front.result([{"label": label, **jobs.store.manifest(run)} for label, run in runs.items()])


def _variant_runs(
    front: Front, things: list[str], variants: list[str], dispatcher: str, seed: int, sets: Sequence[str]
) -> dict[str, Run]:
    """The scenario and its variants under the same seed, so that they meet the same storm and luck."""
    from stormyard import jobs

    reference = jobs.only_one(things)
    scenarios = jobs.load_variants(reference, variants, sets)
    names = {label: jobs.chosen_dispatcher(s, dispatcher) for label, s in scenarios.items()}
    front.header(scenarios[jobs.BASE], dispatcher=", ".join(dict.fromkeys(names.values())), seed=seed)
    whole = sum(s.duration for s in scenarios.values())
    runs, done = {}, 0.0
    with front.progress("run", whole) as update:
        for label, scenario in scenarios.items():
            runs[label] = jobs.simulate(scenario, seed, names[label], _after(update, done))
            done += scenario.duration
    return runs


def _after(update: Update, done: float) -> Watch:
    """A watcher that counts on from what earlier runs have done."""
    return lambda situation: update(done + situation.t)


@app.command(help=_HELP["ensemble"])
@answered
def ensemble(
    scenario: ScenarioName,
    members: Annotated[int, _option("members", "--members", min=1, metavar="N")],
    variants: Variants = "", dispatcher: Dispatcher = "",
    seed: Annotated[int, _option("base_seed", "--seed", min=0)] = 0, set_: Sets = None,
    workers: Annotated[int | None, _option("jobs", "--jobs", min=1, metavar="J")] = None,
    resume: Annotated[bool, _option("resume", "--resume")] = False, out: OutFolder = None, json: Json = False,
    lang: Lang = None, debug: Debug = False,
) -> None:  # fmt: skip
    from stormyard import jobs
    from stormyard.ensembles import MANIFEST, Ensemble, interval_rows

    front = Front(lang, json)
    scenarios = jobs.load_variants(scenario, _items(variants), set_ or ())
    job = Ensemble.of(scenarios, members, seed, dispatcher, workers, out)
    job.open(resume)
    sizes = {"members": members, "variants": len(job.scenarios), "jobs": job.workers, "dispatcher": job.dispatcher}
    front.header(job.scenarios[jobs.BASE], key="cli.header_many", **sizes)
    try:
        with front.progress("members", job.total) as update:
            update(len(job.done))
            for member in job.run():
                update(len(job.done))
                if member.error:
                    front.say("cli.member_failed", "red", **vars(member))
    except KeyboardInterrupt:
        kept = front.words("cli.kept_members", count=len(job.done), path=job.ledger.path)
        front.say("cli.stopped", kept=kept)
        raise Halt(STOPPED) from None
    manifest = job.write_manifest()
    if manifest["intervals"]:
        front.table(interval_rows(job.intervals(), front.words), text_columns=(0, 1, 2))
    front.wrote(job.ledger.path)
    front.wrote(job.folder / MANIFEST)
    front.result(manifest)
    if manifest["failed"]:
        front.say("cli.members_failed", "bold red", count=len(manifest["failed"]), total=job.total)
        raise Halt(FAILED)


# --------------------------------------------------------------------------- replay


@app.command(help=_HELP["replay"])
@answered
def replay(
    directory: RunFolder, out: OutFolder = None, json: Json = False, lang: Lang = None, debug: Debug = False
) -> None:
    from stormyard import jobs

    front = Front(lang, json)
    kept = jobs.Kept.read(directory)
    folder = out or directory.resolve().with_name(directory.resolve().name + "-replay")
    jobs.store.refuse_foreign(folder)
    with front.progress("replay", kept.scenario.duration) as update:
        made = jobs.replay(kept, lambda s: update(s.t))
    _write(front, made, folder)
    front.next("verify", folder)


@app.command(help=_HELP["verify"])
@answered
def verify(directory: RunFolder, json: Json = False, lang: Lang = None, debug: Debug = False) -> None:
    from stormyard import jobs

    front = Front(lang, json)
    kept = jobs.Kept.read(directory)
    with front.progress("replay", kept.scenario.duration) as update:
        found = jobs.verify(kept, lambda s: update(s.t))
    front.result(vars(found))
    if found.same:
        front.say("cli.verified", "green", path=directory, digest=found.now[:16])
        return
    front.say("cli.differs", "bold red", path=directory, first=found.first)
    if found.version != jobs.product_version():
        front.say("cli.differs_version", made=found.version, here=jobs.product_version())
    raise Halt(FAILED)


@app.command(help=_HELP["branch"])
@answered
def branch(
    directory: RunFolder,
    at: Annotated[str, _option("at", "--at", metavar="TIME")],
    dispatcher: Annotated[str, _option("branch_dispatcher", "--dispatcher", metavar="NAME")] = "",
    out: OutFolder = None, json: Json = False, lang: Lang = None, debug: Debug = False,
) -> None:  # fmt: skip
    from stormyard import jobs

    front = Front(lang, json)
    kept = jobs.Kept.read(directory)
    second = jobs.moment(at, kept.scenario)
    name = jobs.chosen_dispatcher(kept.scenario, dispatcher)
    folder = out or directory.resolve().with_name(f"{directory.resolve().name}-from-{second}s-{name}")
    jobs.store.refuse_foreign(folder)
    before = str(kept.manifest["dispatcher"])
    front.header(kept.scenario, dispatcher=f"{before} → {name}", seed=kept.seed)
    with front.progress("run", kept.scenario.duration) as update:
        made = jobs.branch(kept, second, name, lambda s: update(s.t))
    _write(front, made, folder, {before: kept.manifest["metrics"]})
    front.next("compare", directory, folder)


def main() -> None:
    """The entry point ``stormyard``."""
    app()
