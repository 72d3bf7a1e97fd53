"""What may come next on a line of the exercise room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from simulation.model import LEVELS
from simulation.work import TARGETS
from stormyard.lexicon import WORDS, name_of
from stormyard.room import Room


class RoomCompleter(Completer):
    """Completes the word under the cursor from what the room has."""

    def __init__(self, room: Room, language: str) -> None:
        self._room, self._language = room, language

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """Every choice that begins with what has been typed; after a comma the next item of a list."""
        line = document.text_before_cursor
        *before, word = line.split(" ")
        part = word.rpartition(",")[2]
        for choice in choices([w for w in before if w], self._room, self._language):
            if choice.startswith(part):
                yield Completion(choice, -len(part))


def choices(before: list[str], room: Room, language: str) -> Iterable[str]:
    """Words that make sense after ``before``."""
    situation, fleet = room.situation, room.scenario.fleet
    if situation is None:
        return ()
    if not before:
        return [others[0] if language == "zh" else word for word, others in WORDS.items()]
    crews = [crew.id for crew in situation.crews]
    place = len(before)
    match name_of(before[0]):
        case "assign" if place == 1:
            return crews
        case "assign" if place == 2:
            return next((c.verbs for c in situation.crews if c.id == before[1]), tuple(TARGETS))
        case "assign":
            return _targets(before[2].split(",")[0], room)
        case "send":
            return ["to", "job", "jobs", *crews] if "to" not in before else ["job", "jobs"]
        case "recall":
            return crews
        case "close" | "open":
            on_segments = [p.id for p in room.scenario.city.places if p.segment]
            return [*on_segments, *(s.id for s in room.scenario.city.segments)]
        case "level":
            return [*LEVELS, "none"]
        case "transfer":
            depots = [d.id for d in fleet.depots]
            return {1: [m.id for m in fleet.materials], 3: depots, 4: depots}.get(place, [])
        case "advice":
            return [*room.names, "apply"]
        case _:
            return ()


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
