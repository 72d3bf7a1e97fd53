"""Commands on runs that were written: replay, verify, branch."""

from __future__ import annotations

from typing import Annotated

from stormyard.cli.options import HELP, Debug, Json, Lang, OutFolder, RunFolder, app, option
from stormyard.cli.shown import write
from stormyard.front import FAILED, Front, Halt, answered


@app.command(help=HELP["replay"])
@answered
def replay(
    directory: RunFolder, out: OutFolder = None, json: Json = False, lang: Lang = None, debug: Debug = False
) -> None:
    from results import store
    from stormyard import jobs, replays

    front = Front(lang, json)
    kept = replays.Kept.read(directory)
    folder = out or directory.resolve().with_name(directory.resolve().name + "-replay")
    store.refuse_foreign(folder)
    with front.progress("replay", kept.scenario.duration) as update:
        made = jobs.Simulated(replays.replay(kept, lambda s: update(s.t)), [])
    write(front, made, folder)
    front.next("verify", folder)


@app.command(help=HELP["verify"])
@answered
def verify(directory: RunFolder, json: Json = False, lang: Lang = None, debug: Debug = False) -> None:
    from stormyard import jobs, replays

    front = Front(lang, json)
    kept = replays.Kept.read(directory)
    with front.progress("replay", kept.scenario.duration) as update:
        found = replays.verify(kept, lambda s: update(s.t))
    front.result(vars(found))
    if found.same:
        front.say("cli.verified", "green", path=directory, digest=found.now[:16])
        return
    front.say("cli.differs", "bold red", path=directory, first=found.first)
    if found.version != jobs.product_version():
        front.say("cli.differs_version", made=found.version, here=jobs.product_version())
    raise Halt(FAILED)


@app.command(help=HELP["branch"])
@answered
def branch(
    directory: RunFolder,
    at: Annotated[str, option("at", "--at", metavar="TIME")],
    dispatcher: Annotated[str, option("branch_dispatcher", "--dispatcher", metavar="NAME")] = "",
    out: OutFolder = None, json: Json = False, lang: Lang = None, debug: Debug = False,
) -> None:  # fmt: skip
    from results import store
    from stormyard import replays

    front = Front(lang, json)
    kept = replays.Kept.read(directory)
    second = replays.moment(at, kept.scenario)
    name = replays.successor(kept, dispatcher)
    folder = out or directory.resolve().with_name(f"{directory.resolve().name}-from-{second}s-{name}")
    store.refuse_foreign(folder)
    before = str(kept.manifest["dispatcher"])
    front.header(kept.scenario, dispatcher=f"{before} → {name}", seed=kept.seed)
    with front.progress("run", kept.scenario.duration) as update:
        made = replays.branch(kept, second, name, lambda s: update(s.t))
    write(front, made, folder, {before: kept.manifest["metrics"]})
    front.next("compare", directory, folder)
