"""Road work: passes of plough and spreader over a carriageway, by one crew, by several side by side, or in parts.

A road is treated in strips, one pass each. Crews that meet on a road share the strips that are left (tandem, or
echelon); a crew that is called away leaves its strips done, and whoever comes within ``KEPT`` goes on with the
rest. The reservoirs are means over the width: a ``Round`` remembers by how much more lies on the strips that are
still to be done than on those that are, so that a pass takes what lies on its own strip.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import simpy

from simulation.hazards import ice
from simulation.model import Kind, Verb
from simulation.network import Network
from simulation.world import World

if TYPE_CHECKING:
    from simulation.teams import Crew

Process = Generator[simpy.Event, object, None]

PASSING: frozenset[Verb] = frozenset({"plough", "spread"})
"""Verbs that are done in one pass."""
KEPT = 3 * 3600
"""s for which strips that were done stay done (NORTRIP: 3 h between ploughings)."""
LANE_SLACK = 0.1
"""Share of a lane that a blade may be narrower than it and still take it in one pass (setting)."""
PLOUGH_SHARE = 0.8
"""Share of loose snow that a blade takes in one pass (NORTRIP: 0.8 snow, 0.5 water, 0.3 ice)."""
PLOUGH_FILM_SHARE = 0.5
DEPTH_SLOWING = 0.3
"""m of snow at which ploughing runs at half speed (setting, no source)."""
TREATED = ("snow", "ice", "film", "salt")
NOTHING = 1e-9


def strips(network: Network, kind: Kind, ploughing: bool) -> np.ndarray:
    """(segments,) passes in which a machine treats each whole carriageway.

    A blade goes by its width; one that is all but as wide as a lane takes the lane in a pass (rates are told per
    lane-km), so that none is driven for a hand's breadth. Both directions of a two-way road are ploughed; salt flies
    over the whole of a narrow one.
    """
    width = max(kind.width, 0.1)
    count = np.ceil(network.width / width - NOTHING)
    if ploughing:
        lanes = np.floor(width / (network.width / network.lanes) + LANE_SLACK)
        by_lane = np.ceil(network.lanes / np.maximum(lanes, 1.0))
        count = np.where(lanes >= 1, np.minimum(count, by_lane), count)
        count = np.maximum(count, np.where(network.oneway | (network.lanes < 2), 1.0, 2.0))
    return np.maximum(1, count).astype(int)


def passes(world: World, crew: Crew, segment: int, verbs: tuple[Verb, ...] = ("plough",)) -> int:
    """How often the crew drives along a segment to treat its whole width."""
    ploughing = "plough" in verbs
    key = (crew.kind.id, ploughing)
    if key not in world.strips:
        world.strips[key] = strips(world.network, crew.kind, ploughing)
    return int(world.strips[key][segment])


def side_by_side(network: Network, segment: int) -> int:
    """Most crews that plough or spread a road at once: the motor lanes of one direction."""
    lanes = int(network.lanes[segment])
    return max(1, lanes if network.oneway[segment] else lanes // 2)


def road_seconds(world: World, crew: Crew, segment: int, verbs: tuple[Verb, ...]) -> float:
    """s in which the crew alone treats a whole carriageway."""
    kind, network = crew.kind, world.network
    speed = kind.work_speed_major if network.priority[segment] <= 2 else kind.work_speed_minor
    speed = max(speed * kind.efficiency, 0.05)
    if "plough" in verbs:
        speed /= 1 + world.fields["snow_depth"][segment] / DEPTH_SLOWING
    return float(passes(world, crew, segment, verbs) * network.length[segment] / speed)


def advised_dose(world: World, crew: Crew, segment: int, rate: float | None) -> float:
    """kg/m2 to spread now: the order's rate, or the advised dose at the present road temperature."""
    if rate is not None or crew.grit is None:
        return rate or 0.0
    if crew.spreads not in world.doses:
        physics, temperature = world.scenario.physics.snow, world.fields["road_temperature"]
        world.doses[crew.spreads] = ice.dose(temperature, physics.plough_residual, crew.grit, physics)
    return float(world.doses[crew.spreads][segment])


@dataclass(eq=False, kw_only=True)
class Strips:
    """What of a segment has been treated, and how much more lies on the rest of it."""

    worked: int
    """Second of the last work."""
    done: float = 0.0
    """Share of the width that is done."""
    ahead: dict[str, float] = field(default_factory=dict)
    """kg/m2 by reservoir by which more lies on the strips to be done than on those that are."""

    def to_do(self, fields: dict[str, np.ndarray], name: str, segment: int) -> float:
        """kg/m2 of a reservoir on the strips that are still to be done."""
        mean = float(fields[name][segment])
        if self.done <= 0:
            return mean
        ahead = min(self.ahead.get(name, 0.0), mean / max(1 - self.done, NOTHING))
        return mean + self.done * max(ahead, -mean / self.done)

    def book(
        self,
        fields: dict[str, np.ndarray],
        segment: int,
        part: float,
        before: dict[str, float],
        after: dict[str, float],
    ) -> None:
        """``part`` of the width goes from ``before`` to ``after``, kg/m2 by reservoir."""
        rest = 1.0 - self.done - part
        self.done += part
        for name, was in before.items():
            array = fields[name]
            array[segment] = max(0.0, array[segment] - part * (was - after[name]))
            if rest > NOTHING:
                self.ahead[name] = was - (float(array[segment]) - rest * was) / self.done


@dataclass(eq=False)
class Hand:
    """A crew at work in a round."""

    crew: Crew
    verbs: tuple[Verb, ...]
    dose: float
    """kg/m2"""
    strip: float
    """Share of the width that one pass of it treats."""
    pace: float
    """s that the whole width would take it."""
    share: float = 0.0
    """Share of the width that it still has to do."""
    began: int = 0
    """Second from which its work is not yet booked."""
    done: float = 0.0
    """Share of the width that it has done."""
    used: float = 0.0
    """kg it has spread."""

    @property
    def seconds(self) -> int:
        """s that its share takes."""
        return max(1, math.ceil(self.share * self.pace - NOTHING))


@dataclass(eq=False, kw_only=True)
class Round(Strips):
    """One treatment of a carriageway over its whole width."""

    world: World
    segment: int
    changed: simpy.Event
    """Happens when somebody comes or goes: those at work look at their share again."""
    dosed: float = 0.0
    """Share of the width whose dose is down."""
    hands: list[Hand] = field(default_factory=list)
    crews: set[str] = field(default_factory=set)
    """All that had a part in it."""

    def join(self, hand: Hand) -> None:
        """A crew comes to it: what is left is shared out anew."""
        self.look()
        self.hands.append(hand)
        self.crews.add(hand.crew.id)
        self._share_out()

    def leave(self, hand: Hand) -> None:
        """A crew is done or called away; its strips go to the others."""
        self.look()
        self.hands.remove(hand)
        if self.hands and hand.share > NOTHING:
            self._share_out()

    def look(self) -> None:
        """Put on the road what each crew has done since it was last looked at."""
        t = self.world.t
        for hand in self.hands:
            if t > hand.began and hand.share > NOTHING:
                part = hand.share * min(1.0, (t - hand.began) / hand.seconds)
                self._treat(hand, part)
                hand.share -= part
            hand.began = t
        self.worked = t

    def _share_out(self) -> None:
        """Strip by strip to the crew that would be done with it first, in the order they came."""
        left, busy = 1.0 - self.done, [0.0] * len(self.hands)
        if len(self.hands) == 1:
            self.hands[0].share, self.hands[0].began = left, self.world.t
            return
        for hand in self.hands:
            hand.share, hand.began = 0.0, self.world.t
        while left > NOTHING:
            ends = [b + h.strip * h.pace for b, h in zip(busy, self.hands, strict=True)]
            i = ends.index(min(ends))
            part = min(left, self.hands[i].strip)
            self.hands[i].share += part
            busy[i], left = ends[i], left - part
        changed, self.changed = self.changed, self.world.clock.event()
        changed.succeed()

    # ------------------------------------------------------------------ effects

    def _treat(self, hand: Hand, part: float) -> None:
        """Treat ``part`` of the width, of the strips that are still to be done."""
        fields, i = self.world.fields, self.segment
        before = {name: self.to_do(fields, name, i) for name in TREATED}
        after = dict(before)
        if "plough" in hand.verbs:
            after |= self._plough(before, part)
        if "spread" in hand.verbs and hand.dose > 0:
            after["salt"] += self._spread(hand, part)
        if fields["snow"][i] > 0:
            fields["loose_depth"][i] *= 1 - part * (before["snow"] - after["snow"]) / fields["snow"][i]
        self.book(fields, i, part, before, after)
        fields["snow_depth"][i] = fields["loose_depth"][i] + fields["ice"][i] / ice.DENSITY
        hand.done += part

    def _plough(self, before: dict[str, float], part: float) -> dict[str, float]:
        """kg/m2 that a blade leaves on its strip; what it takes goes to the bank with the salt in it.

        It leaves a residual and takes some hardpack, water and salt (METRo, NORTRIP). Hardpack whose bottom is wet
        with brine has lost its bond and comes off like snow (NCHRP 526: salt breaks the bond, the blade removes).
        """
        fields, physics, i = self.world.fields, self.world.scenario.physics.snow, self.segment
        snow, hardpack, film = before["snow"], before["ice"], before["film"]
        loose = film >= ice.FREE_WATER_LIMIT * (min(hardpack, physics.plough_residual) + film)
        after = {
            "snow": min(snow, max(physics.plough_residual, (1 - PLOUGH_SHARE) * snow)),
            "ice": (1 - (PLOUGH_SHARE if loose else physics.plough_hardpack_share)) * hardpack,
            "film": (1 - PLOUGH_FILM_SHARE) * film,
            "salt": (1 - physics.plough_salt_loss) * before["salt"],
        }
        fields["bank"][i] += part * sum(before[n] - after[n] for n in ("snow", "ice", "film"))
        fields["bank_salt"][i] += part * (before["salt"] - after["salt"])
        return after

    def _spread(self, hand: Hand, part: float) -> float:
        """Put de-icer or grit down; what bounces off is lost. Returns the kg/m2 of salt that lie on the strip."""
        world, crew = self.world, hand.crew
        area = part * float(world.network.area[self.segment])
        used = min(crew.load, hand.dose * area)
        crew.load -= used
        hand.used += used
        self.dosed += part * used / (hand.dose * area)
        world.add(f"used.{crew.material}", used)
        if crew.grit is None or crew.grit.use != "deicer":
            return 0.0
        world.add("salt.lost", used * ice.APPLICATION_LOSS)
        world.add("salt.spread", used)
        return used * (1 - ice.APPLICATION_LOSS) / area


def road_work(world: World, crew: Crew, segment: int, verbs: tuple[Verb, ...], dose: float) -> Process:
    """Treat one segment with ``dose`` kg/m2 to spread, or what others leave of it; the effect of a crew's strips
    stands at the second it ends or is called away."""
    key = (segment, verbs[0])
    this = world.rounds.get(key)
    if not isinstance(this, Round) or (not this.hands and world.t - this.worked > KEPT):
        this = Round(world=world, segment=segment, changed=world.clock.event(), worked=world.t)
        world.rounds[key] = this
    pace = road_seconds(world, crew, segment, verbs)
    hand = Hand(crew, verbs, dose, 1.0 / passes(world, crew, segment, verbs), pace)
    this.join(hand)
    try:
        while hand.share > NOTHING:
            yield from crew.toil(hand.seconds, this.changed)
            this.look()
    finally:
        this.leave(hand)
        _conclude(this, key, hand)


def _conclude(this: Round, key: tuple[int, Verb], hand: Hand) -> None:
    """Note what a crew did; the last one's pass is the whole one where the whole road is done, whoever did the rest."""
    world, segment = this.world, this.segment
    whole = this.done >= 1 - 1e-6 and not this.hands
    if hand.done > 0:
        name, share = world.network.segments[segment].id, "" if whole else f"{hand.done:.2f}"
        world.note("pass", hand.crew.id, name, "+".join(hand.verbs), hand.used, share)
        if "spread" in hand.verbs and this.dosed >= 0.5:  # mostly missed, it does not count as a dose
            world.last_spread[segment] = world.t
    if whole:
        world.last_pass[segment] = world.t
        world.served[key] = (world.t, frozenset(this.crews))
        del world.rounds[key]


def served_by_others(world: World, crew: Crew, segment: int, verb: Verb, since: int) -> bool:
    """Whether others have finished a road since a second, without this crew having had a part in it."""
    t, crews = world.served.get((segment, verb), (-1, frozenset()))
    return t >= since >= 0 and crew.id not in crews
