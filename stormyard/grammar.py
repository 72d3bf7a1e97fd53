"""What a player types, turned into orders and requests. Knows words and numbers, not the state of a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from results.language import both
from simulation.model import Scenario, Verb
from simulation.orders import Assign, Close, Open, Order, Recall, SetLevel, Transfer
from simulation.situation import Situation
from simulation.work import TARGETS
from stormyard.dealing import Dealt, Work, deal, deal_jobs, job_order
from stormyard.lexicon import MINUTES, is_part, level_of, name_of, nearest, nearest_command, tokens
from stormyard.nouns import Nouns, plain

SHOWS = ("status", "crews", "jobs", "stock", "roads", "messages", "help")


class BadLine(Exception):
    """A line that cannot be understood; ``room.<key>`` in the language files, with ``words`` in its gaps.

    The gap ``usage`` names a command, ``what`` a noun: both are said in the player's language.
    """

    def __init__(self, key: str, **words: str) -> None:
        super().__init__(key, words)
        self.key, self.words = key, words


@dataclass(frozen=True)
class Go:
    """Let the clock run: to second ``until``, or to the next decision point where it is None."""

    until: int | None = None
    deputy: str = ""
    """Dispatcher that gives the orders on the way; empty for nobody."""


@dataclass(frozen=True)
class Advice:
    """What a dispatcher would order now; ``apply`` gives those orders."""

    dispatcher: str = ""
    apply: bool = False


@dataclass(frozen=True)
class Show:
    """Look at something; one of ``SHOWS``."""

    what: str
    about: str = ""
    """What to narrow it to, as it was typed."""
    page: int = 1


@dataclass(frozen=True)
class Undo:
    """Back to the last decision point."""


@dataclass(frozen=True)
class Save:
    """Say where the save is."""


@dataclass(frozen=True)
class Quit:
    """Leave; the exercise can be resumed."""


Request = tuple[Order, ...] | Dealt | Go | Advice | Show | Undo | Save | Quit


def parse(line: str, scenario: Scenario, situation: Situation, dispatchers: Sequence[str]) -> Request:
    """What a line asks for. Raises BadLine with the reason in words of both languages."""
    word, *rest = tokens(line) or [""]
    name = name_of(word)
    if name is None:
        near = nearest_command(word)
        if near:
            raise BadLine("unknown_word_near", word=word, hint=near, usage=str(name_of(near)))
        raise BadLine("unknown_word", word=word)
    if name in SHOWS:
        return _show(name, rest)
    return _READERS[name](rest, _Context(scenario, situation, dispatchers, Nouns(scenario)))


@dataclass(frozen=True)
class _Context:
    scenario: Scenario
    situation: Situation
    dispatchers: Sequence[str]
    nouns: Nouns


def _show(name: str, rest: list[str]) -> Show:
    page = 1
    if len(rest) > 1 and is_part(rest[-2], "page"):
        if not re.fullmatch(r"[1-9]\d{0,3}", rest[-1]):
            raise BadLine("no_number", text=rest[-1])
        page, rest = int(rest[-1]), rest[:-2]
    return Show(name, " ".join(rest), page)


# --------------------------------------------------------------------------- orders


def _assign(rest: list[str], on: _Context) -> Request:
    rate = None
    if len(rest) > 2 and is_part(rest[-2], "rate"):
        rate = _number(rest[-1]) / 1000
        rest = rest[:-2]
    if len(rest) < 3:
        raise BadLine("usage", usage="assign")
    crews, verbs = _crews(rest[:1], on), tuple(_verb(v) for v in re.split(r"[,+]", rest[1]) if v)
    targets = tuple(_target(verbs[0], t, on) for word in rest[2:] for t in word.split(",") if t)
    if len(crews) == 1:
        return (Assign(crews[0], verbs, targets, rate),)
    network = on.situation.network
    rows = (network.segment_index.get(target, -1) for target in targets)
    places = [int(network.tail[row]) if row >= 0 else -1 for row in rows]
    work = [Work(verbs, target, place, rate or 0.0) for target, place in zip(targets, places, strict=True)]
    return deal(crews, work, on.situation)


def _send(rest: list[str], on: _Context) -> Request:
    split = next((i for i, word in enumerate(rest) if is_part(word, "job")), None)
    crews = _crews([w for w in rest[:split] if not is_part(w, "to")], on)
    if split is None or split + 1 == len(rest) or not crews:
        raise BadLine("usage", usage="send")
    jobs, ranked = on.situation.jobs, job_order(on.situation.jobs)
    rows = [ranked[n] for n in _numbers(rest[split + 1 :], len(jobs), "no_such_job")]
    return deal_jobs(crews, rows, on.situation)


def _recall(rest: list[str], on: _Context) -> Request:
    if not rest:
        raise BadLine("usage", usage="recall")
    return tuple(Recall(crew) for crew in _crews(rest, on))


def _segments(rest: list[str], on: _Context, word: str) -> tuple[str, ...]:
    """Segment ids; a place stands for the segment it lies on."""
    if not rest:
        raise BadLine("usage", usage=word)
    return tuple(_target("close", t, on) for item in rest for t in item.split(",") if t)


def _level(rest: list[str], on: _Context) -> Request:
    if len(rest) != 1:
        raise BadLine("usage", usage="level")
    return (SetLevel(level_of(rest[0])),)


def _transfer(rest: list[str], on: _Context) -> Request:
    if len(rest) != 4:
        raise BadLine("usage", usage="transfer")
    material, tonnes, source, destination = rest
    kilograms = _number(re.sub(r"(t|吨)$", "", tonnes)) * 1000
    source, destination = (_known("depot", word, on) for word in (source, destination))
    return (Transfer(_known("material", material, on), source, destination, kilograms),)


# --------------------------------------------------------------------------- advice and the clock


def _advice(rest: list[str], on: _Context) -> Request:
    apply = bool(rest) and is_part(rest[-1], "apply")
    names = rest[:-1] if apply else rest
    if len(names) > 1 or (names and names[0] not in on.dispatchers):
        raise BadLine("no_such_dispatcher", name=" ".join(names), names=", ".join(on.dispatchers))
    return Advice(names[0] if names else "", apply)


def _go(rest: list[str], on: _Context) -> Request:
    rest, deputy = _deputy(rest, on)
    if not rest:
        return Go(deputy=deputy)
    if is_part(rest[0], "until") or is_part(rest[0], "to"):
        return _until([*rest[1:], *(("with", deputy) if deputy else ())], on)
    if (then := _moment(rest, on)) is not None:
        return Go(then, deputy)
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(\D*)", "".join(rest))
    if not match or match[2].lower() not in MINUTES or not float(match[1]):
        raise BadLine("usage", usage="go")
    return Go(on.situation.t + round(float(match[1]) * MINUTES[match[2].lower()] * 60), deputy)


def _until(rest: list[str], on: _Context) -> Request:
    rest, deputy = _deputy(rest, on)
    then = _moment(rest, on)
    if then is None:
        raise BadLine("usage", usage="until")
    return Go(then, deputy)


def _moment(rest: list[str], on: _Context) -> int | None:
    """Second of the run at the next time of day HH:MM, or at MM-DD HH:MM; None for other words."""
    match = re.fullmatch(r"(?:(\d{1,2})-(\d{1,2}) )?(\d{1,2}):(\d{2})", " ".join(rest))
    if not match or int(match[3]) > 23 or int(match[4]) > 59:
        return None
    now = clock_time(on.scenario, on.situation.t)
    then = now.replace(hour=int(match[3]), minute=int(match[4]), second=0, microsecond=0)
    if match[1]:
        later = (then + timedelta(days=day) for day in range(366))
        wanted = (int(match[1]), int(match[2]))
        then = next((d for d in later if (d.month, d.day) == wanted), then)
    if then <= now:
        then += timedelta(days=1)
    return on.situation.t + round((then - now).total_seconds())


def _deputy(rest: list[str], on: _Context) -> tuple[list[str], str]:
    """What stands before ``with DISPATCHER``, and the dispatcher."""
    if len(rest) < 2 or not is_part(rest[-2], "with"):
        return rest, ""
    if rest[-1] not in on.dispatchers:
        raise BadLine("no_such_dispatcher", name=rest[-1], names=", ".join(on.dispatchers))
    return rest[:-2], rest[-1]


_READERS: Mapping[str, Callable[[list[str], _Context], Request]] = {
    "assign": _assign,
    "send": _send,
    "recall": _recall,
    "close": lambda rest, on: (Close(_segments(rest, on, "close")),),
    "open": lambda rest, on: (Open(_segments(rest, on, "open")),),
    "level": _level,
    "transfer": _transfer,
    "advice": _advice,
    "go": _go,
    "until": _until,
    "undo": lambda rest, on: Undo(),
    "save": lambda rest, on: Save(),
    "quit": lambda rest, on: Quit(),
}


def clock_time(scenario: Scenario, t: int) -> datetime:
    """Local time at a second of the run."""
    return scenario.storm.start + timedelta(seconds=t)


# --------------------------------------------------------------------------- what words mean


def _crews(words: list[str], on: _Context) -> list[str]:
    """Crew ids from ids, from the numbers of the crew list (3, 3-5), from a row, team or kind, or "idle"."""
    crews = on.situation.crews
    known = {crew.id for crew in crews}
    ids: list[str] = []
    for item in (i for word in words for i in word.split(",") if i):
        if item in known:
            ids.append(item)
        elif re.fullmatch(r"\d+(-\d+)?", item):
            ids += [crews[n].id for n in _numbers([item], len(crews), "no_such_crew")]
        elif is_part(item, "idle"):
            ids += [crew.id for crew in crews if crew.idle]
            if not ids:
                raise BadLine("nobody_idle")
        elif group := on.nouns.crews_of(item):
            ids += group
        else:
            raise _unknown("crew", item, [*known, *(row for row, _, _ in on.nouns.crews.values())])
    return list(dict.fromkeys(ids))


def _target(verb: Verb, word: str, on: _Context) -> str:
    """The id of what a verb works on; a place stands for the segment it lies on or the node below it."""
    what, nouns = TARGETS[verb], on.nouns
    place = nouns.places.get(nouns.find("place", word) or "")
    if what == "place":
        return place.id if place else _known("place", word, on)
    if what == "node":
        if word in on.situation.nodes or not on.situation.nodes:
            return word
        if place and place.drain_node:
            return place.drain_node
        raise _unknown("node", word, on.situation.nodes)
    if word in nouns.ids("segment"):
        return word
    if place and place.segment:
        return place.segment
    if of_road := nouns.segments_of_road(word):
        if len(of_road) == 1:
            return of_road[0]
        raise BadLine("whole_road", word=word, count=str(len(of_road)), first=of_road[0])
    raise _unknown("segment", word, [*nouns.spellings("segment"), *nouns.spellings("place")])


def _known(noun: str, word: str, on: _Context) -> str:
    found = on.nouns.find(noun, word)
    if found is None:
        raise _unknown(noun, word, on.nouns.spellings(noun))
    return found


def _unknown(what: str, word: str, choices: Sequence[str]) -> BadLine:
    near = nearest(word, choices)
    if near:
        return BadLine("unknown_name_near", what=what, word=word, hint=near)
    return BadLine("unknown_name", what=what, word=word)


def _numbers(words: list[str], count: int, key: str) -> list[int]:
    """Zero-based places from one-based numbers and ranges; a range may run past the end of the list."""
    found: list[int] = []
    for item in (i for word in words for i in word.split(",") if i):
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", item)
        first = int(match[1]) if match else 0
        last = min(int(match[2]), count) if match and match[2] else first
        if not 1 <= first <= last <= count:
            raise BadLine(key, number=item, count=str(count))
        found += range(first - 1, last)
    if not found:
        raise BadLine(key, number=" ".join(words), count=str(count))
    return list(dict.fromkeys(found))


def _verb(word: str) -> Verb:
    """A verb by its id or by its name in either language."""
    verbs: tuple[Verb, ...] = get_args(Verb)
    spellings = {plain(text): verb for verb in verbs for text in (verb, *both(f"verb.{verb}"))}
    verb = spellings.get(plain(word))
    if verb is None:
        near = nearest(plain(word), spellings)
        raise BadLine("no_such_verb", word=word, verbs=spellings[near] if near else ", ".join(verbs))
    return verb


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 < number < 1e9:
        raise BadLine("no_number", text=text)
    return number
