"""Treatment advice as MDSS gives it: for each class of road what to do, how much, when and why, in figures.

Segments are judged one by one (``advice``); here they are summed up for bridges and for each class of road on the
ground. Words are made of it elsewhere: this is data.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from simulation.hazards.advice import (
    BOTH,
    CODE,
    HAUL,
    NONE,
    PLOUGH,
    REASONS,
    SPREAD_GAP,
    Called,
    spared,
    spreads,
    treat,
)
from simulation.hazards.ahead import UNKNOWN, Ahead
from simulation.model import Material
from simulation.record import Event
from simulation.situation import Reported
from simulation.world import World

EVERY = 900
"""s between two looks at the advice."""
TREATMENTS = ("none", "spread", "plough", "plough+spread", "haul")
"""By the codes of ``advice``."""
BRIDGES = "bridges"
GROUPS = (BRIDGES, "p1", "p2", "p3", "p4")
"""Decks of any class, and the roads of each class on the ground, in the order in which de-icer is theirs."""
STOCK_SHORT, STOCK_OUT = "stock_short", "stock_out"
"""Reasons that no segment has of itself: the de-icer left is little, or next to nothing, beside what a round takes."""
STANDS = 3600
"""s that an advice stands before another takes its place (setting; MDSS advises by the hour); what calls crews out
where nothing was called for is told at once."""
SOME = 0.2
"""Share of a group's length from which its treatment is the group's advice; below, the rest of it is (setting)."""
KEPT = 0.5
"""Share of the foremost treatment's length at which the standing one is kept, lest the advice flutters (setting)."""
SHORT, OUT = 0.5, 0.1
"""Shares of a round below which the de-icer left is short, and is out (settings)."""
ENOUGH = 1.5
"""Times these shares from which what was told to be short is no longer so (setting)."""
RATE_STEP, RATE_SHARE = 0.004, 0.25
"""kg/m2, and share of it, by which a rate must differ from the one last told to be told anew (settings)."""
Window = Literal["", "now", "before", "after", "due"]


@dataclass(frozen=True)
class Advice:
    """What one group of roads needs. What lies on roads is a mean by length over those that it concerns."""

    group: str
    """One of ``GROUPS``."""
    treatment: str
    """One of ``TREATMENTS``."""
    reason: str
    """One of ``advice.REASONS``, or ``stock_short`` or ``stock_out``."""
    share: float
    """0-1 of the group's length that it concerns."""
    rate: float
    """kg/m2 to spread; 0 where nothing is."""
    window: Window
    """now, before ``begins``, after ``ends``, due at ``due``; empty where there is nothing to do."""
    begins: int
    """Second at which precipitation begins by the outlook, of this hour where it falls; unknown where none is near."""
    ends: int
    """Second at which snow ends by the outlook; unknown where there is none or no end in sight."""
    due: int
    """Second at which the first of the roads may be salted again; in the past where it may be now."""
    road: float
    """degC of road."""
    trend: float
    """K that the air changes by in the next three hours."""
    snow: float
    """kg/m2 of loose snow."""
    ice: float
    """kg/m2 of hardpack and ice."""
    bank: float
    """kg/m2 in the bank, per m2 of carriageway."""
    limit: float
    """kg/m2 of snow and ice that the class may keep."""
    coming: float
    """kg/m2 of snow in the next three hours."""
    rain: float
    """kg/m2 of rain in them."""
    wind: float
    """m/s, the highest of them."""
    coldest: float
    """degC of air, the lowest of the outlook."""
    floor: float
    """degC of road below which the de-icer does not work."""
    left: float
    """kg of de-icer left for these roads: in yards and hoppers, less what goes before."""
    need: float
    """kg of it that the roads would take."""

    def to_event(self, t: int) -> Event:
        """As a row of the event table: ``target`` the group, ``verb`` the treatment, ``value`` the rate."""
        figures = {k: v for k, v in asdict(self).items() if k not in ("group", "treatment", "rate")}
        return Event(t, "advice", "", self.group, self.treatment, self.rate, json.dumps(figures))

    @classmethod
    def of_event(cls, event: Event) -> Advice:
        """The advice that an event of kind ``advice`` tells."""
        return cls(group=event.target, treatment=event.verb, rate=event.value, **json.loads(event.text))

    def differs(self, other: Advice | None) -> bool:
        """Whether it is worth telling after another one."""
        if other is None or abs(self.rate - other.rate) >= max(RATE_STEP, RATE_SHARE * other.rate):
            return True
        told, now = ((a.treatment, a.reason, a.window) for a in (other, self))
        return told != now or (self.window == "before" and self.begins != other.begins)


class Adviser:
    """Gives the advice of the moment, and remembers what it told."""

    def __init__(self, world: World, deicer: Material) -> None:
        network = world.network
        self._world, self._deicer = world, deicer
        members = {BRIDGES: network.bridge}
        members |= {f"p{p}": (network.priority == p) & ~network.bridge for p in range(1, 5)}
        self._members = {group: np.flatnonzero(mask) for group, mask in members.items() if mask.any()}
        self._told: dict[str, Advice] = {}
        self._told_at: dict[str, int] = {}

    def tell(self, reported: Reported) -> None:
        """Note the advice of each group for which it is another than was told last."""
        t = self._world.t
        for advice in self.now(reported):
            group, told = advice.group, self._told.get(advice.group)
            stands = told and t - self._told_at[group] < STANDS
            calls_out = told and told.treatment == "none" != advice.treatment
            if advice.differs(told) and (calls_out or not stands):
                self._told[group], self._told_at[group] = advice, t
                self._world.events.append(advice.to_event(t))

    def now(self, reported: Reported) -> tuple[Advice, ...]:
        """The advice of this second, one for each group of roads that the district has."""
        called = treat(self._world, reported, self._deicer)
        why_not = spared(self._world, reported, self._deicer, called)
        reason = np.where(called.treatment == NONE, why_not, called.reason)
        left, given = self._left(), []
        for group, members in self._members.items():
            advice = self._of(group, members, called, reason, reported, left)
            left = 0.0 if advice.reason in (STOCK_SHORT, STOCK_OUT) else max(0.0, left - advice.need)
            given.append(advice)
        return tuple(given)

    def _left(self) -> float:
        """kg of de-icer in yards, in hoppers and on the way: what was there less what was spread."""
        world, index = self._world, self._world.material_index
        salts = [m.id for m in world.scenario.fleet.materials if m.use == "deicer"]
        there = (
            float(world.stock_given[:, index[m]].sum()) - world.totals.get(f"used.{m}", 0.0) for m in salts
        )
        return max(0.0, sum(there))

    def _of(
        self,
        group: str,
        members: np.ndarray,
        called: Called,
        reason: np.ndarray,
        reported: Reported,
        left: float,
    ) -> Advice:
        """The foremost treatment of a group, and the foremost reason for it."""
        world, ahead, told = self._world, self._world.ahead, self._told.get(group)
        length = world.network.length[members]
        treatment, why = called.treatment[members], reason[members]
        code = _foremost(np.bincount(treatment, length, len(TREATMENTS)) / length.sum(), told)
        mine = treatment == code
        cause = _most(np.bincount(why[mine], length[mine], len(REASONS)), told)
        if code == NONE:
            mine &= why == CODE[cause]
        rows, weight = members[mine], length[mine] / length[mine].sum()
        dose = called.dose[rows] if spreads(np.array(code)) else np.zeros(len(rows))
        need, rate = float(dose @ world.network.area[rows]), float(dose @ weight)
        if scarce := _scarce(left, need, told):
            cause = scarce
        if scarce == STOCK_OUT:
            code, rate = PLOUGH if code == BOTH else NONE, 0.0
        if cause == "bank_waits":
            code = HAUL

        def mean(values: np.ndarray) -> float:
            return round(float(values[rows] @ weight), 1)

        return Advice(
            group=group, treatment=TREATMENTS[code], reason=cause, rate=round(rate, 3),
            share=round(float(length[mine].sum() / length.sum()), 2), window=_window(code, cause, ahead),
            begins=ahead.begins, ends=ahead.ends,
            due=max(UNKNOWN, int(world.last_spread[rows].min()) + SPREAD_GAP),
            road=mean(reported.road_temperature), trend=round(ahead.air_near - ahead.air, 1),
            snow=mean(reported.snow), ice=mean(reported.ice), bank=mean(world.fields["bank"]),
            limit=mean(called.limit), coming=round(ahead.snow, 1), rain=round(ahead.rain, 1),
            wind=round(ahead.wind, 1), coldest=round(ahead.coldest, 1), floor=self._deicer.floor,
            left=round(left), need=round(need),
        )  # fmt: skip


def _foremost(share: np.ndarray, told: Advice | None) -> int:
    """The treatment that most of a group calls for; none where too little of it calls for any."""
    standing = TREATMENTS.index(told.treatment) if told else NONE
    best = 1 + int(share[1:].argmax())
    if share[1:].sum() < (SOME if standing == NONE else KEPT * SOME):
        return NONE
    return standing if standing != NONE and share[standing] >= KEPT * share[best] else best


def _most(length: np.ndarray, told: Advice | None) -> str:
    """The reason that holds for most; the one told last, where it holds for half as much."""
    best = int(length.argmax())
    standing = CODE.get(told.reason, best) if told else best
    return REASONS[standing if length[standing] >= KEPT * length[best] else best]


def _scarce(left: float, need: float, told: Advice | None) -> str:
    """Whether the de-icer left is out or short beside what a round takes; empty where it is neither."""
    for reason, share in ((STOCK_OUT, OUT), (STOCK_SHORT, SHORT)):
        if left < need * share * (ENOUGH if told and told.reason == reason else 1.0):
            return reason
    return ""


def _window(code: int, cause: str, ahead: Ahead) -> Window:
    if code == NONE:
        return "due" if cause == "salted_lately" else ""
    if cause == "bank_waits":
        return "after"
    early = cause == "pretreat" or (cause == "freezing_rain" and not ahead.raining)
    return "before" if early else "now"
