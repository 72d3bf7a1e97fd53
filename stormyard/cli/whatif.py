"""Commands that ask what would happen: run, compare, ensemble, readiness."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from stormyard.cli.options import (
    HELP,
    Debug,
    Dispatcher,
    Json,
    Lang,
    OutFile,
    OutFolder,
    ScenarioName,
    Seed,
    Sets,
    Variant,
    Variants,
    app,
    argument,
    items,
    option,
)
from stormyard.cli.shown import counting_from, figures, write
from stormyard.front import FAILED, STOPPED, Front, Halt, answered
from stormyard.words import preferred

if TYPE_CHECKING:
    from results.readiness import Readiness
    from simulation.record import Run


@app.command(help=HELP["run"])
@answered
def run(
    scenario: ScenarioName, dispatcher: Dispatcher = "", seed: Seed = 0, set_: Sets = None,
    variant: Variant = None, out: OutFolder = None, json: Json = False, lang: Lang = None,
    debug: Debug = False,
) -> None:  # fmt: skip
    from results import store
    from scenarios.load import read
    from stormyard import jobs

    front = Front(lang, json)
    found = read(scenario, variant, set_ or ())
    loaded = found.scenario
    name = jobs.chosen_dispatcher(loaded, dispatcher)
    folder = out or jobs.folder_for(loaded, variant or "", name, seed)
    store.refuse_foreign(folder, loaded)
    front.header(loaded, dispatcher=name, seed=seed)
    remarks = found.notes()
    front.notes(remarks)
    origin = jobs.origin(variant, set_ or (), remarks)
    with front.progress("run", loaded.duration) as update:
        made = jobs.simulate(loaded, seed, name, lambda s: update(s.t), origin)
    write(front, made, folder)
    front.next("run", scenario, "--variant", "no-response") if not variant else front.next("verify", folder)


@app.command(help=HELP["compare"])
@answered
def compare(
    things: Annotated[list[str], argument("things", "SCENARIO|RUN...")],
    variants: Variants = "", dispatcher: Dispatcher = "", seed: Seed = 0, set_: Sets = None, out: OutFile = None,
    json: Json = False, lang: Lang = None, debug: Debug = False,
) -> None:  # fmt: skip
    from results import store
    from results.names import material_names
    from results.report import comparison_report
    from stormyard import jobs

    front = Front(lang, json)
    if variants or len(items(dispatcher)) > 1:
        runs = _variant_runs(front, things, items(variants), dispatcher, seed, set_ or ())
        manifests = {label: store.manifest(run) for label, run in runs.items()}
    else:
        folders = jobs.labelled([Path(thing) for thing in things])
        runs = {label: store.read_run(folder) for label, folder in folders.items()}
        manifests = {label: store.read_manifest(folder) for label, folder in folders.items()}
    page = out or jobs.page_for("compare", runs)
    kept = {label: manifest["metrics"] for label, manifest in manifests.items()}
    jobs.write_text(page, comparison_report(runs, front.words.language, kept))
    figures(front, kept, material_names(*runs.values()))
    front.wrote(page)
    front.result([{"label": label, **manifest} for label, manifest in manifests.items()])


def _variant_runs(
    front: Front, things: list[str], variants: list[str], dispatcher: str, seed: int, sets: Sequence[str]
) -> dict[str, Run]:
    """The scenario and its variants under the same seed, so that they meet the same storm and luck."""
    from stormyard import jobs

    reference = jobs.only_one(things)
    several = items(dispatcher)
    scenarios = jobs.under_each(jobs.load_variants(reference, variants, sets), several)
    one = dispatcher if len(several) < 2 else ""
    names = {label: jobs.chosen_dispatcher(s, one) for label, s in scenarios.items()}
    front.header(
        next(iter(scenarios.values())), dispatcher=", ".join(dict.fromkeys(names.values())), seed=seed
    )
    front.make_ready(*scenarios.values())
    whole = sum(s.duration for s in scenarios.values())
    runs, done = {}, 0.0
    with front.progress("run", whole) as update:
        for label, scenario in scenarios.items():
            watch, origin = counting_from(update, done), jobs.origin(jobs.variant_of(label, several), sets)
            runs[label] = jobs.simulate(scenario, seed, names[label], watch, origin).run
            done += scenario.duration
    return runs


@app.command(help=HELP["ensemble"])
@answered
def ensemble(
    scenario: ScenarioName,
    members: Annotated[int, option("members", "--members", min=1, metavar="N")],
    variants: Variants = "", dispatcher: Dispatcher = "",
    seed: Annotated[int, option("base_seed", "--seed", min=0, metavar="N")] = 0, set_: Sets = None,
    workers: Annotated[int | None, option("jobs", "--jobs", min=1, metavar="J")] = None,
    resume: Annotated[bool, option("resume", "--resume")] = False, out: OutFolder = None, json: Json = False,
    lang: Lang = None, debug: Debug = False,
) -> None:  # fmt: skip
    from stormyard import jobs
    from stormyard.ensembles import MANIFEST, Ensemble, burden_lines, interval_rows

    front = Front(lang, json)
    scenarios = jobs.load_variants(scenario, items(variants), set_ or ())
    job = Ensemble.of(scenarios, members, seed, dispatcher, workers, out)
    job.open(resume)
    front.header(
        next(iter(job.scenarios.values())),
        "cli.header_many",
        members=members,
        variants=len(job.scenarios),
        workers=job.workers,
    )
    front.make_ready(*job.scenarios.values())
    try:
        with front.progress("members", job.total) as update:
            update(len(job.done))
            for member in job.run():
                update(len(job.done))
                if member.error:
                    front.say("cli.member_failed", "red", **vars(member))
    except KeyboardInterrupt:
        kept = front.words("cli.kept_members", count=job.kept(), path=job.ledger.path)
        front.say("cli.stopped", kept=kept)
        raise Halt(STOPPED) from None
    manifest = job.write_manifest()
    if manifest["intervals"]:
        front.table(interval_rows(job.intervals(), front.words), text_columns=(0,))
    for text in burden_lines(job, front.words):
        front.line(text)
    front.wrote(job.ledger.path)
    front.wrote(job.folder / MANIFEST)
    front.result(manifest)
    if manifest["failed"]:
        front.say("cli.members_failed", "bold red", count=len(manifest["failed"]), total=job.total)
        raise Halt(FAILED)


@app.command(help=HELP["readiness"])
@answered
def readiness(
    scenario: Annotated[list[str], argument("readiness", "SCENARIO...")],
    dispatcher: Dispatcher = "", seed: Seed = 0,
    season: Annotated[str, option("season", "--season", metavar="rain|snow")] = "",
    tries: Annotated[bool, option("tries", "--tries/--no-tries")] = True,
    out: OutFolder = None,
    format_: Annotated[str, option("format", "--format", metavar="html")] = "html",
    json: Json = False, lang: Annotated[str | None, option("langs", "--lang", metavar="zh,en")] = None,
    debug: Debug = False,
) -> None:  # fmt: skip
    from results import store
    from results.readiness import Readiness
    from stormyard import jobs

    languages = jobs.readiness_languages(items(lang or preferred()), items(format_))
    front = Front(languages[0], json)
    storms = jobs.readiness_storms(scenario, dispatcher, season)
    first = next(iter(storms.values()))
    front.header(first, title=first.city.name, dispatcher=dispatcher or first.dispatcher, seed=seed)
    whole, done, runs = sum(s.duration for s in storms.values()), 0.0, {}
    with front.progress("storms", whole) as update:
        for label, storm in storms.items():
            front.line(f"  {label}: {front.words.name(storm.storm.name)}")
            runs[label] = jobs.simulate(storm, seed, dispatcher, counting_from(update, done)).run
            done += storm.duration
    with front.progress("tries") as update:
        trials = jobs.try_remedies(runs, dispatcher, seed, update) if tries else []
    folder = out or jobs.readiness_folder(scenario, runs, seed)
    path = folder / f"{jobs.readiness_name(scenario, runs)}.html"
    with front.progress("write"):
        page = jobs.write_readiness(runs, trials, languages[0], path)
        found = Readiness.of(runs, trials)
    _verdict(front, found)
    front.wrote(page)
    manifests = {label: store.manifest(run) for label, run in runs.items()}
    told = found.plain(front.words.language)
    told["storms"] = [{"label": label, **manifests[label], **said} for label, said in told["storms"].items()]
    front.result({"page": str(page), **told})


FIRST_ACTIONS = 2
"""Actions of each season that the terminal names; the page has all."""


def _verdict(front: Front, found: Readiness) -> None:
    """Goals by storm, the worst shortfall and the first things to do."""
    from results.readiness import verdict_rows

    language = front.words.language
    front.table(
        [[cell.said(language) for cell in row] for row in verdict_rows(found.storms)], text_columns=(0, 2)
    )
    for storm, short in found.worst:
        front.say("readiness.worst", "bold", storm=storm.name.said(language), what=short.what.said(language))
    first = [
        action
        for hazard in dict.fromkeys(action.hazard for action in found.actions)
        for action in [a for a in found.actions if a.hazard == hazard][:FIRST_ACTIONS]
    ]
    for n, action in enumerate(first, 1):
        what, who, until = (text.said(language) for text in (action.what, action.who, action.until))
        front.say("readiness.first_action", n=n, what=what, who=who, until=until)
