"""What may come next on a line of the exercise room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from simulation.model import LEVELS
from simulation.situation import CrewReport
from simulation.work import TARGETS
from stormyard.grammar import clock_time
from stormyard.lexicon import WORDS, is_part, name_of, spelling
from stormyard.room import Room
from stormyard.words import LANGUAGES

HOURS_AHEAD = 12
"""Full hours that are offered for the clock to run to."""


class RoomCompleter(Completer):
    """Completes the word under the cursor from what the room has."""

    def __init__(self, room: Room, language: str) -> None:
        self._room, self._language = room, language

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """Every choice that begins with what has been typed; after a comma the next item of a list.

        Words of the player's language come first; those of the other are offered once one has begun.
        """
        line = document.text_before_cursor
        *before, word = line.split(" ")
        part = word.rpartition(",")[2].lower()
        typed = [w for w in before if w]
        found = list(choices(typed, self._room, self._language))
        if part:
            found += [c for other in LANGUAGES for c in choices(typed, self._room, other)]
        for choice in dict.fromkeys(found):
            if choice.lower().startswith(part):
                yield Completion(choice, -len(part))


def choices(before: list[str], room: Room, language: str) -> Iterable[str]:
    """Words that make sense after ``before``."""
    situation, fleet = room.situation, room.scenario.fleet
    if situation is None:
        return ()
    if not before:
        return [spelling(word, language) for word in WORDS]
    crews = [crew.id for crew in sorted(situation.crews, key=lambda crew: not crew.idle)]
    idle, page = spelling("idle", language), spelling("page", language)
    place = len(before)
    match name_of(before[0]):
        case "assign" if place == 1:
            return [*crews, idle]
        case "assign" if place == 2:
            return next((c.verbs for c in situation.crews if c.id == before[1]), tuple(TARGETS))
        case "assign":
            return [*_targets(before[2].split(",")[0], room), spelling("rate", language)]
        case "send" if any(is_part(word, "job") for word in before):
            return [f"1-{min(len(situation.jobs), 10)}"] if len(situation.jobs) else []
        case "send":
            joined = "任务" if language == "zh" else "jobs"
            return [*(["to", "job"] if language == "en" and place > 1 else []), joined, idle, *crews]
        case "recall":
            return [*crews, idle]
        case "close" | "open":
            on_segments = [p.id for p in room.scenario.city.places if p.segment]
            return [*on_segments, *(s.id for s in room.scenario.city.segments)]
        case "level":
            return [*LEVELS, spelling("none", language)]
        case "transfer":
            depots = [d.id for d in fleet.depots]
            return {1: [m.id for m in fleet.materials], 3: depots, 4: depots}.get(place, [])
        case "advice":
            return [*room.names, spelling("apply", language)] if place == 1 else [spelling("apply", language)]
        case "go" | "until" as word:
            return _times(before, room, language, word)
        case "crews":
            return [idle, spelling("all", language), *_kinds(situation.crews), page]
        case "jobs" | "roads":
            return [page]
        case _:
            return ()


def _times(before: list[str], room: Room, language: str, word: str) -> Iterable[str]:
    """How long or until when the clock may run, and who may give the orders on the way."""
    assert room.situation is not None
    if is_part(before[-1], "with"):
        return room.names
    now = clock_time(room.scenario, room.situation.t)
    hours = [f"{(now.hour + ahead) % 24:02d}:00" for ahead in range(1, HOURS_AHEAD + 1)]
    if (len(before) == 1 and word == "until") or is_part(before[-1], "until"):
        return hours
    lengths = ["30", "2小时" if language == "zh" else "2h", spelling("until", language)]
    return [*(lengths if len(before) == 1 else ()), spelling("with", language)]


def _kinds(crews: Iterable[CrewReport]) -> Iterable[str]:
    """Kinds and teams that the crews are of."""
    return dict.fromkeys(name for crew in crews for name in (crew.kind, crew.team))


def _targets(verb: str, room: Room) -> Iterable[str]:
    """Targets of open jobs first, then everything the verb works on."""
    assert room.situation is not None
    jobs = room.situation.jobs
    wanted = [t for t, verbs in zip(jobs.target, jobs.verbs, strict=True) if verb in verbs]
    every = {
        "segment": [s.id for s in room.scenario.city.segments],
        "node": list(room.situation.nodes),
        "place": [p.id for p in room.scenario.city.places],
    }
    return dict.fromkeys([*wanted, *every.get(TARGETS.get(verb, ""), [])])  # type: ignore[call-overload]
