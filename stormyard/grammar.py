"""What a player types, turned into orders and requests. Knows words and numbers, not the state of a run."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulation.model import Scenario, Verb
from simulation.orders import Assign, Close, Open, Order, Recall, SetLevel, Transfer
from simulation.situation import Jobs, Situation

WORDS: dict[str, tuple[str, ...]] = {
    "assign": ("派",),
    "send": ("调",),
    "recall": ("召回",),
    "close": ("封闭",),
    "open": ("开放",),
    "level": ("响应",),
    "transfer": ("调拨",),
    "advice": ("建议",),
    "go": ("前进",),
    "until": ("到",),
    "undo": ("撤销",),
    "status": ("状态",),
    "crews": ("队伍",),
    "jobs": ("任务",),
    "stock": ("库存",),
    "roads": ("道路",),
    "messages": ("消息",),
    "save": ("保存",),
    "quit": ("退出", "exit"),
    "help": ("帮助", "?"),
}
"""Every word a line can begin with, and its other spellings."""

SHOWS = ("status", "crews", "jobs", "stock", "roads", "messages", "help")
_BY_SPELLING = {spelling: word for word, others in WORDS.items() for spelling in (word, *others)}
_MINUTES = {"": 1, "m": 1, "min": 1, "分": 1, "分钟": 1, "h": 60, "小时": 60}


class BadLine(Exception):
    """A line that cannot be understood; ``room.<key>`` in the language files, with ``words`` in its gaps."""

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


@dataclass(frozen=True)
class Undo:
    """Back to the last decision point."""


@dataclass(frozen=True)
class Save:
    """Say where the save is."""


@dataclass(frozen=True)
class Quit:
    """Leave; the exercise can be resumed."""


Request = tuple[Order, ...] | Go | Advice | Show | Undo | Save | Quit


def parse(line: str, scenario: Scenario, situation: Situation, dispatchers: Sequence[str]) -> Request:
    """What a line asks for. Raises BadLine with the reason in words of both languages."""
    word, *rest = line.replace("，", ",").split()
    name = name_of(word)
    if name is None:
        near = _nearest(word, _BY_SPELLING)
        raise (
            BadLine("unknown_word_near", word=word, hint=near) if near else BadLine("unknown_word", word=word)
        )
    if name in SHOWS:
        return Show(name, " ".join(rest))
    return _READERS[name](rest, _Context(scenario, situation, dispatchers))


def name_of(word: str) -> str | None:
    """The command a word stands for, in either language."""
    return _BY_SPELLING.get(word.lower())


@dataclass(frozen=True)
class _Context:
    scenario: Scenario
    situation: Situation
    dispatchers: Sequence[str]


def _assign(rest: list[str], on: _Context) -> Request:
    rate = None
    if len(rest) > 2 and rest[-2] in ("rate", "剂量"):
        rate = _number(rest[-1]) / 1000
        rest = rest[:-2]
    if len(rest) < 3:
        raise BadLine("usage", usage="assign CREW VERB,VERB TARGET… [rate G_PER_M2]")
    verbs = tuple(_verb(v) for v in rest[1].split(",") if v)
    targets = tuple(t for word in rest[2:] for t in word.split(",") if t)
    return tuple(Assign(crew, verbs, targets, rate) for crew in _crews(rest[:1], on))


def _send(rest: list[str], on: _Context) -> Request:
    split = next((i for i, word in enumerate(rest) if word in ("job", "jobs", "任务")), None)
    crews = _crews([w for w in rest[:split] if w not in ("to", "去")], on)
    if split is None or split + 1 == len(rest) or not crews:
        raise BadLine("usage", usage="send CREWS to job NUMBERS")
    jobs, ranked = on.situation.jobs, job_order(on.situation.jobs)
    rows = [ranked[n] for n in _numbers(rest[split + 1 :], len(jobs), "no_such_job")]
    if len({jobs.verbs[row] for row in rows}) > 1:
        raise BadLine("mixed_jobs", verbs=" / ".join(sorted({"+".join(jobs.verbs[row]) for row in rows})))
    targets = tuple(jobs.target[row] for row in rows)
    rate = max(float(jobs.rate[row]) for row in rows) or None
    can = {crew.id: crew.verbs for crew in on.situation.crews}
    return tuple(Assign(c, _able(jobs.verbs[rows[0]], can.get(c, ())), targets, rate) for c in crews)


def job_order(jobs: Jobs) -> list[int]:
    """Rows of the job list as they are numbered for the player: nobody on it first, then by urgency."""
    return sorted(range(len(jobs)), key=lambda row: (jobs.crews[row] > 0, -jobs.weight[row], row))


def _able(wanted: tuple[Verb, ...], can: tuple[Verb, ...]) -> tuple[Verb, ...]:
    """The part of a pass a crew can do; all of it where it can do none, so that the refusal says why."""
    return tuple(v for v in wanted if v in can) or wanted


def _recall(rest: list[str], on: _Context) -> Request:
    if not rest:
        raise BadLine("usage", usage="recall CREWS")
    return tuple(Recall(crew) for crew in _crews(rest, on))


def _segments(rest: list[str], on: _Context, word: str) -> tuple[str, ...]:
    """Segment ids; a place stands for the segment it lies on."""
    if not rest:
        raise BadLine("usage", usage=f"{word} SEGMENT_OR_PLACE…")
    lies_on = {p.id: p.segment for p in on.scenario.city.places if p.segment}
    return tuple(lies_on.get(t, t) for item in rest for t in item.split(",") if t)


def _level(rest: list[str], on: _Context) -> Request:
    if len(rest) != 1:
        raise BadLine("usage", usage="level IV|III|II|I|none")
    level = rest[0].upper()
    return (SetLevel("none" if level in ("NONE", "无") else level),)


def _transfer(rest: list[str], on: _Context) -> Request:
    if len(rest) != 4:
        raise BadLine("usage", usage="transfer MATERIAL TONNES FROM_DEPOT TO_DEPOT")
    material, tonnes, source, destination = rest
    return (Transfer(material, source, destination, _number(tonnes.removesuffix("t")) * 1000),)


def _advice(rest: list[str], on: _Context) -> Request:
    apply = bool(rest) and rest[-1] in ("apply", "采纳")
    names = rest[:-1] if apply else rest
    if len(names) > 1 or (names and names[0] not in on.dispatchers):
        raise BadLine("no_such_dispatcher", name=" ".join(names), names=", ".join(on.dispatchers))
    return Advice(names[0] if names else "", apply)


def _go(rest: list[str], on: _Context) -> Request:
    rest, deputy = _deputy(rest, on)
    if not rest:
        return Go(deputy=deputy)
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(\D*)", "".join(rest))
    if not match or match[2] not in _MINUTES or not float(match[1]):
        raise BadLine("usage", usage="go [MINUTES | HOURS h] [with DISPATCHER]")
    return Go(on.situation.t + round(float(match[1]) * _MINUTES[match[2]] * 60), deputy)


def _until(rest: list[str], on: _Context) -> Request:
    rest, deputy = _deputy(rest, on)
    match = re.fullmatch(r"(\d{1,2})[:：](\d{2})", "".join(rest))
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise BadLine("usage", usage="until HH:MM [with DISPATCHER]")
    now = clock_time(on.scenario, on.situation.t)
    then = now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
    if then <= now:
        then += timedelta(days=1)
    return Go(on.situation.t + round((then - now).total_seconds()), deputy)


def _deputy(rest: list[str], on: _Context) -> tuple[list[str], str]:
    """What stands before ``with DISPATCHER``, and the dispatcher."""
    if len(rest) < 2 or rest[-2] not in ("with", "由"):
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


def _crews(words: list[str], on: _Context) -> list[str]:
    """Crew ids from ids and from the numbers of the crew list (3, 3-5)."""
    crews = on.situation.crews
    ids: list[str] = []
    for item in (i for word in words for i in word.split(",") if i):
        if re.fullmatch(r"\d+(-\d+)?", item):
            ids += [crews[n].id for n in _numbers([item], len(crews), "no_such_crew")]
        else:
            ids.append(item)
    return list(dict.fromkeys(ids))


def _numbers(words: list[str], count: int, key: str) -> list[int]:
    """Zero-based places from one-based numbers and ranges."""
    found: list[int] = []
    for item in (i for word in words for i in word.split(",") if i):
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", item)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= count:
            raise BadLine(key, number=item, count=str(count))
        found += range(first - 1, last)
    if not found:
        raise BadLine(key, number=" ".join(words), count=str(count))
    return list(dict.fromkeys(found))


def _verb(word: str) -> Verb:
    verbs: tuple[Verb, ...] = Verb.__args__  # type: ignore[attr-defined]
    for verb in verbs:
        if word == verb:
            return verb
    raise BadLine("no_such_verb", word=word, verbs=", ".join(verbs))


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 < number < 1e9:
        raise BadLine("no_number", text=text)
    return number


def _nearest(word: str, words: Sequence[str] | Mapping[str, str]) -> str:
    near = difflib.get_close_matches(word.lower(), list(words), 1, 0.5)
    return near[0] if near else ""
