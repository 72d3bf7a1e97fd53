"""The command that plays a storm in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from stormyard.cli.options import (
    HELP,
    Debug,
    Json,
    Lang,
    ScenarioName,
    Seed,
    Sets,
    Variant,
    app,
    option,
)
from stormyard.cli.shown import counting_from
from stormyard.front import STOPPED, Front, Halt, answered, pasted

if TYPE_CHECKING:
    from stormyard.room import Room


@app.command(help=HELP["exercise"])
@answered
def exercise(
    scenario: ScenarioName, seed: Seed = 0,
    dir_: Annotated[Path | None, option("exercise_dir", "--dir", metavar="DIR")] = None,
    variant: Variant = None, set_: Sets = None, resume: Annotated[bool, option("resume", "--resume")] = False,
    json: Json = False, lang: Lang = None, debug: Debug = False,
) -> None:  # fmt: skip
    from stormyard import jobs, terminal

    front = Front(lang, json)
    with front.progress("load", 1) as update:
        room = jobs.exercise_room(scenario, variant, set_ or (), seed, dir_, resume, update)
    front.header(room.scenario, dispatcher=front.words["room.player"], seed=room.seed)
    if resume:
        front.say("room.resumed", orders=room.orders, undone=room.journal.undone)
    front.say("room.welcome", path=room.folder)
    language = ("--lang", lang) if lang else ()
    again = pasted("exercise", scenario, "--dir", room.folder, "--resume", *language)
    try:
        over = terminal.play(room, front, terminal.reader(room, front.words, front.console), again)
    except KeyboardInterrupt:
        kept = front.words("cli.kept_exercise", command=again)
        front.say("cli.stopped", kept=kept)
        raise Halt(STOPPED) from None
    finally:
        room.close()
    if over:
        _debrief(front, room)


def _debrief(front: Front, room: Room) -> None:
    """Write the play, set it beside the dispatchers, and say what was decided when."""
    from results import store
    from stormyard import debrief
    from stormyard.jobs import simulate
    from stormyard.room import PLAYER

    play = debrief.write_play(room, front.words.language)
    runs = {PLAYER: play}
    for name in debrief.peers():
        with front.progress("run", room.scenario.duration) as update:
            runs[name] = simulate(room.scenario, room.seed, name, counting_from(update, 0)).run
    page = debrief.write_comparison(room, runs, front.words.language)
    front.table(debrief.figures(runs, front.words), title=front.words["review.beside"])
    front.say("review.marked", "dim")
    front.table(debrief.times(runs, front.words), text_columns=(0,), title=front.words["review.times"])
    front.say("review.title", "bold")
    for sentence in debrief.review(runs, room.journal.undone, front.words):
        front.line(f"- {sentence}")
    folder = room.folder / debrief.PLAY
    front.wrote(folder)
    front.wrote(page)
    front.result(store.manifest(play))
    front.next("verify", folder)
