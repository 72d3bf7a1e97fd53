"""Orders and injects: everything that can come into a run from outside. Frozen, and JSON both ways."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, ClassVar, get_type_hints

from pydantic import TypeAdapter, ValidationError

from simulation.model import LEVELS, Level, Verb


@dataclass(frozen=True)
class Assign:
    """Send a crew to work through targets in turn; a crew that is at work changes over."""

    crew: str
    verbs: tuple[Verb, ...]
    """What it does at each target, such as ("plough", "spread") in one pass."""
    targets: tuple[str, ...]
    """Segment ids (plough, spread, haul, clear_footway, close), drain node ids (pump, clear_inlet), place ids (guard,
    sandbag)."""
    rate: float | None = None
    """Dose in kg/m2 for spreading; None = the advised dose of the moment."""


@dataclass(frozen=True)
class Recall:
    """Call a crew back to its depot."""

    crew: str


@dataclass(frozen=True)
class Close:
    """Close segments to traffic, by the police."""

    segments: tuple[str, ...]


@dataclass(frozen=True)
class Open:
    """Open closed segments again."""

    segments: tuple[str, ...]


@dataclass(frozen=True)
class SetLevel:
    """Declare a response level; "none" stands the district down."""

    level: str


@dataclass(frozen=True)
class Transfer:
    """Truck material from one depot to another."""

    material: str
    source: str
    destination: str
    amount: float
    """kg"""


Order = Assign | Recall | Close | Open | SetLevel | Transfer


@dataclass(frozen=True)
class Breakdown:
    """A crew's machine fails for some time."""

    crew: str
    seconds: int


@dataclass(frozen=True)
class Outage:
    """A pumping station (its SWMM pump links) loses power for some time."""

    link: str
    seconds: int


@dataclass(frozen=True)
class Surge:
    """Extra water runs into a drain node for some time."""

    node: str
    flow: float
    """m3/s"""
    seconds: int


@dataclass(frozen=True)
class Call:
    """A citizen's or official's call: words, and perhaps a place; the command post hears it."""

    target: str
    zh: str
    en: str


@dataclass(frozen=True)
class NoShow:
    """A share of a team's crews does not come."""

    team: str
    share: float


@dataclass(frozen=True)
class ReportLoss:
    """No reports from an office's area for some time (radio, power)."""

    office: str
    seconds: int


@dataclass(frozen=True)
class Closure:
    """A segment is blocked for some time by something else than water: a crash, a fallen tree."""

    segment: str
    seconds: int


Inject = Breakdown | Outage | Surge | Call | NoShow | ReportLoss | Closure
Action = Order | Inject

ACTIONS: dict[str, type] = {
    c.__name__: c
    for c in (Assign, Recall, Close, Open, SetLevel, Transfer, Breakdown, Outage, Surge, Call, NoShow,
              ReportLoss, Closure)
}  # fmt: skip
INJECTS: tuple[type, ...] = (Breakdown, Outage, Surge, Call, NoShow, ReportLoss, Closure)


@dataclass(frozen=True)
class Refusal:
    """An order that cannot be carried out, and why. Recorded, never raised."""

    action: Action
    key: str
    """Key of the sentence in the language files, ``refusal.<key>``."""
    words: dict[str, str]
    """What fills the sentence's gaps."""

    def __str__(self) -> str:
        return REASONS[self.key].format(**self.words)


REASONS: dict[str, str] = {
    "unknown_crew": "there is no crew '{crew}'",
    "unknown_target": "there is no {what} '{target}'",
    "no_ability": "{crew} cannot {verb}: its machine can {abilities}",
    "no_skill": "{crew} cannot {verb}: its team is trained for {skills}",
    "not_mustered": "{crew} is not on duty: its team is called out from level {level}",
    "mustering": "{crew} is still mustering: by plan ready at about {until}",
    "broken_down": "{crew} has broken down until {until}",
    "resting": "{crew} rests until {until}",
    "absent": "{crew} did not come",
    "claimed": "{target} is already being worked on by {other}",
    "no_targets": "the order names no target",
    "wrong_place": "{verb} works on a {what}, '{target}' is none",
    "not_closed": "{target} is not closed",
    "already_closed": "{target} is already closed",
    "unknown_level": "'{level}' is no response level; levels are IV, III, II, I and none",
    "unknown_depot": "there is no depot '{depot}'",
    "unknown_material": "there is no material '{material}'",
    "not_enough": "{depot} holds {held:} t of {material}, {asked:} t were asked for",
    "bad_amount": "an amount must be above zero",
    "no_water_model": "the scenario has no drain model, so {verb} has no work",
    "no_dump": "no dump site has room for snow",
    "no_footways": "no footways are to be cleared in this district",
    "response_off": "in this variant no team acts",
    "bad_value": "{what} must be {expected}",
}
"""English sentences of refusals; the language files carry the same keys in both languages."""


@dataclass(frozen=True)
class Entry:
    """A line of the log: what came in, when, and who gave it."""

    t: int
    by: str
    action: Action

    def to_json(self) -> dict[str, Any]:
        """A plain dict that :meth:`from_json` reads back."""
        return {"t": self.t, "by": self.by, "action": type(self.action).__name__, **asdict(self.action)}

    _OWN: ClassVar[tuple[str, ...]] = ("t", "by", "action")

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> Entry:
        """Raises ValueError with the reason where the line is no entry."""
        kind = ACTIONS.get(str(line.get("action")))
        if kind is None:
            raise ValueError(f"'{line.get('action')}' is no order or inject; they are {', '.join(ACTIONS)}")
        second = line.get("t")
        if type(second) is not int or second < 0:
            raise ValueError(f"t must be a whole number of seconds, 0 or more, not {second!r}")
        given = {k: tuple(v) if isinstance(v, list) else v for k, v in line.items() if k not in cls._OWN}
        _check_types(kind, given)
        try:
            return cls(second, str(line["by"]), kind(**given))
        except (KeyError, TypeError) as error:
            raise ValueError(f"the entry is incomplete: {error}") from error


@cache
def _types(kind: type) -> dict[str, TypeAdapter[Any]]:
    return {name: TypeAdapter(hint) for name, hint in get_type_hints(kind).items()}


def _check_types(kind: type, given: dict[str, Any]) -> None:
    """Raises ValueError at the first unknown name or value of a wrong type."""
    types = _types(kind)
    if unknown := sorted(set(given) - set(types)):
        raise ValueError(f"{kind.__name__} has no {', '.join(unknown)}; it has {', '.join(types)}")
    for name, value in given.items():
        try:
            types[name].validate_python(value, strict=True)
        except ValidationError as error:
            wrong = error.errors()[0]["msg"]
            raise ValueError(f"{kind.__name__}: {name} cannot be {value!r}: {wrong}") from None


def level_rank(level: Level | str | None) -> int:
    """0 for none, 1 for IV ... 4 for I. Raises ValueError for any other word."""
    if level in (None, "none", ""):
        return 0
    if level not in LEVELS:
        raise ValueError(f"'{level}' is no response level")
    return LEVELS.index(level) + 1
