"""What the exercise room says, in words: orders, messages, news, replies, and why the clock stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from results.language import Both, Words
from results.refusals import refusal_text
from simulation.model import LEVELS, Name, Scenario
from simulation.orders import Action, Assign, Close, Open, Recall, SetLevel, Transfer
from simulation.situation import Message, Situation
from stormyard.grammar import clock_time
from stormyard.news import News, merged
from stormyard.nouns import Nouns
from stormyard.room import Room, Said

_LISTS = {"crews": "", "segments": "segment", "targets": "target"}
"""Gaps that hold several ids, and of what noun; crews have no name."""
_NOUNS = ("segment", "place", "depot", "material", "office", "team", "target", "node")
PLACES_SHOWN = 6
"""Places that are named with their depth in one sentence."""
REASONS_SHOWN = 3
"""Things that are named as the reason why the clock stopped; the messages tell them all."""


class Speaker:
    """Says things of one scenario in one language."""

    def __init__(self, scenario: Scenario, words: Words) -> None:
        self.scenario, self.words, self.nouns = scenario, words, Nouns(scenario)

    # ------------------------------------------------------------------ nouns

    def name(self, noun: str, id: str) -> str:
        """A noun's name, or its id where it has none."""
        name = self.nouns.any_name(id) if noun == "target" else self.nouns.name(noun, id)
        return self.words.name(name) if name else id

    def both(self, noun: str, id: str) -> str:
        """The id as it is typed, and the name behind it; a material is known by its name."""
        name = self.name(noun, id)
        return name if noun == "material" or name == id else self.words("room.named", id=id, name=name)

    def verbs(self, verbs: Sequence[str]) -> str:
        """Work that belongs to one pass."""
        return "+".join(self.words[f"verb.{verb}"] for verb in verbs)

    def verb(self, verb: str) -> str:
        """Work as it is typed, with its name where that is another."""
        name = self.words[f"verb.{verb}"]
        return verb if verb == name else self.words("room.named", id=verb, name=name)

    def some(self, ids: Sequence[str], noun: str = "", count: int = 3) -> str:
        """The first of many, with their names, and how many more there are."""
        shown = self.words["room.comma"].join(self.both(noun, id) if noun else id for id in ids[:count])
        return self.words("room.and_more", shown=shown, more=len(ids) - count) if len(ids) > count else shown

    def clock(self, t: float) -> str:
        """A second of the run as local time."""
        return f"{clock_time(self.scenario, int(t)):%m-%d %H:%M}"

    # ------------------------------------------------------------------ sentences

    def order(self, order: Action) -> str:
        """An order or inject on one line."""
        words = self.words
        match order:
            case Assign(crew, verbs, targets):
                return words(
                    "room.ordered", crew=crew, verbs=self.verbs(verbs), targets=self.some(targets, "target")
                )
            case Recall(crew):
                return words("room.recalled", crew=crew)
            case Close(segments):
                return words("room.closing", segments=self.some(segments, "segment"))
            case Open(segments):
                return words("room.opening", segments=self.some(segments, "segment"))
            case SetLevel(level):
                return words("room.level_set", level=self.level(level))
            case Transfer(material, source, destination, amount):
                gaps = {"amount": f"{amount / 1000:g}", "material": self.name("material", material)}
                gaps |= {"source": self.name("depot", source), "destination": self.name("depot", destination)}
                return words("room.transferring", **gaps)
            case _:
                return str(order)

    def level(self, level: str) -> str:
        """A response level; one that there is not comes back as it is."""
        return self.words[f"level.{level}"] if level in ("none", *LEVELS) else level

    def message(self, message: Message | News) -> str:
        """A message in words: warnings and levels by their key, calls as they were spoken, news by their kind."""
        words = self.words
        if isinstance(message, News):
            return words(f"news.{message.kind}", **{k: self._gap(k, v) for k, v in message.words.items()})
        if message.kind == "warning":
            colour, hazard = words[f"colour.{message.en}"], words[f"hazard.{message.target}"]
            return words("message.warning", colour=colour, hazard=hazard)
        if message.kind == "level":
            return words("message.level", level=self.level(message.target))
        said = message.zh if words.language == "zh" else message.en
        return words("message.call", said=said, place=self.both("target", message.target) or "–")

    def why(self, room: Room, situation: Situation) -> str:
        """Why the clock stopped: the news that stopped it, the crews that are free, or the routine."""
        words = self.words
        if len(room.journal.stands) == 1:
            return words["why.start"]
        told = [m for m in merged(room.news) if isinstance(m, Message) or m.loud]
        kinds = {"warning": ("warning",), "level": ("level",)}.get(situation.why)
        if kinds:
            told = [m for m in told if isinstance(m, Message) and m.kind in kinds] or told
        if situation.why in ("warning", "level", "inject", "report") and told:
            return self.together([self.message(m) for m in told])
        idle = [crew.id for crew in situation.crews if crew.idle]
        if situation.why == "idle" and idle:
            return words("room.free", count=len(idle), crews=self.some(idle))
        return words[f"why.{situation.why}"]

    def together(self, sentences: Sequence[str]) -> str:
        """The last few of several sentences on one line."""
        shown = self.words["room.semicolon"].join(sentences[-REASONS_SHOWN:])
        more = len(sentences) - REASONS_SHOWN
        return self.words("room.and_more", shown=shown, more=more) if more > 0 else shown

    def reply(self, room: Room, said: Said) -> str:
        """What a reply says; a refused order goes with its reason."""
        gaps, words = dict(said.words), self.words
        order = gaps.pop("order", None)
        if said.key == "order":
            return self.order(order)
        if said.key.startswith("refusal."):
            reason = refusal_text(said.key.removeprefix("refusal."), gaps, self._names(gaps))
            return words("room.refused", order=self.order(order), reason=reason.said(words.language))
        if "t" in gaps:
            gaps["time"] = self.clock(gaps.pop("t"))
        return words(said.key, **{k: self._gap(k, v) for k, v in gaps.items()})

    def _names(self, gaps: dict[str, Any]) -> dict[str, Both]:
        """The names of the depots and materials that a refusal speaks of, by id."""
        known: dict[str, Both] = {}
        for gap in ("depot", "material"):
            name = self.nouns.name(gap, str(gaps.get(gap, "")))
            if name:
                known[gaps[gap]] = Both.of(name)
        return known

    def _gap(self, gap: str, value: Any) -> object:
        """What fills a gap of a sentence."""
        if gap == "until":
            return self.clock(value)
        if isinstance(value, Name):
            return self.words.name(value)
        if gap == "places":
            deep = [self.words("news.deep", place=self.both("place", id), depth=depth) for id, depth in value]
            return self.some(deep, count=PLACES_SHOWN)
        if gap in _LISTS:
            return self.some(value, _LISTS[gap])
        if gap in _NOUNS:
            return self.both(gap, value)
        if gap == "what":
            return self.words[f"noun.{value}"]
        if gap == "usage":
            return self.words[f"usage.{value}"]
        if gap == "verbs":
            return ", ".join(self.verb(verb) for verb in value.split(", "))
        return value
