"""Rolling: every half hour the hours ahead are planned on the forecast, and every decision follows that plan's prices.

``optimization.horizon`` plans twelve hours of road work at once: which roads get which treatments in which period,
within crews' hours, shifts, loading bays and stock. What comes of it are prices: of salt, of crew-hours to come, of
leaving a road alone for now. The crews that are idle now are then given tours of an hour by the programme of
``assignment``, which counts each pass at what it brings at these prices. So salt waits for where and when it is worth
most, roads that a blade alone can keep in hand are ploughed before traffic packs the snow, and no pass is made that is
worth more later. Orders that were given stand: crews at work are left to it. Beside what it brings by the plan, the
first pass over a bridge or a road of class 1 or 2 is worth the more the nearer its promised hour is.

On water, ``optimization.outposts`` sends pumps ahead of a downpour to where water gathers, and shuts underpasses on
the forecast.

Where a solver gives no plan in its time, greedy answers and the decision says so.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimization.barriers import Barriers
from optimization.decision import Decision
from optimization.dispatchers import greedy
from optimization.dispatchers.assignment import GAP, NODES, Programme, decision_of, lay_out
from optimization.foresight import BOTH, PLOUGH, SPREAD, Foresight
from optimization.ground import Ground
from optimization.horizon import Ahead, Horizon
from optimization.outposts import Outposts
from optimization.plan import Reason
from optimization.sites import sites
from optimization.solver import Outcome, solve
from optimization.tandem import Given
from optimization.tours import Roads, RoadWork, Tour, Tours, treatment_seconds
from optimization.worth import by_weight
from simulation.hazards.advice import CLASS_WEIGHT
from simulation.model import Scenario, Verb
from simulation.network import Network
from simulation.orders import Assign, Close, Open, Order
from simulation.roadwork import PASSING
from simulation.situation import CrewReport, Situation

EVERY = 1800
"""s between two looks ahead."""
TIME_LIMIT = 4.0
"""s for the programme of one decision: a guard, since ``NODES`` ends the hard ones before it."""
LEAST = 1e-3
"""Worth of a pass of the blade that the plan has no use for, beside the weight of its kilometres: better than to
stand."""
FIRST = 2.5
"""Worth of a lane-km's first pass at its promised hour, times its class's weight (setting). Hours of clear road alone
leave a third of class 1 without a pass for a day, which no district accepts."""
AT_ONCE = 0.2
"""Share of that worth that it has from the first flake on; the rest grows evenly until the promised hour (setting).
In the blizzard the promises cost about a quarter of what is gained over greedy; 1.7 and 0.05 come to the same."""
PROMISED = 2
"""Classes whose first pass is worth more than its hours of clear road."""
BRIDGES = 100.0
"""Worth of a bridge's first pass for each km (setting): bridges freeze first and are promised first."""
TREATMENTS: dict[int, tuple[Verb, ...]] = {
    PLOUGH: ("plough",),
    SPREAD: ("spread",),
    BOTH: ("plough", "spread"),
}


class Priced(Tours):
    """Tours whose passes are worth what the plan of the hours ahead says, salt paid for."""

    def __init__(
        self, ground: Ground, situation: Situation, ahead: Ahead, kilometres: np.ndarray, first: np.ndarray
    ) -> None:
        """``first`` (segments,): worth of being the first pass over a road, 0 where one was made."""
        super().__init__(ground, situation, by_weight)
        self._ahead, self._kilometres, self._first = ahead, kilometres, first
        self._treated: dict[int, Roads] = {}

    def work_for(self, crew: CrewReport) -> list[RoadWork]:
        """The road jobs that a crew can do: a table for each treatment, and for each other kind of work."""
        stocked = crew.load >= self._least_dose or self._has_stock(crew)
        key = (crew.kind, crew.verbs, stocked)
        if key not in self._work:
            tables = [self._passes(act) for act in _able(crew.verbs, stocked)]
            tables += [
                self._roads_for(verbs, [verbs])
                for verbs in self._by_verbs
                if not PASSING.intersection(verbs) and verbs[0] in crew.verbs
            ]
            kind = self.ground.kinds[crew.kind]
            self._work[key] = []
            for roads in tables:
                if len(roads.rows):
                    seconds = treatment_seconds(self.ground, self.situation, kind, roads.verbs, roads.rows)
                    self._work[key].append(RoadWork(roads, seconds, roads.value / seconds))
        return self._work[key]

    def worth(self, verbs: tuple[Verb, ...], rows: np.ndarray) -> np.ndarray:
        """(m,) worth of doing each job once with these verbs, at once."""
        if not PASSING.intersection(verbs):
            return super().worth(verbs, rows)
        segment = self.situation.jobs.segment[rows]
        act = PLOUGH * ("plough" in verbs) + SPREAD * ("spread" in verbs)
        value, first = self._ahead.advantage[segment, act], self._first[segment]
        value = np.where(first > 0, np.maximum(value, 0.0) + first, value)
        return np.maximum(value, LEAST * self._kilometres[segment]) if act == PLOUGH else value

    def _passes(self, act: int) -> Roads:
        """Roads on which a treatment is called for and worth something."""
        if act not in self._treated:
            ground, jobs, verbs = self.ground, self.situation.jobs, TREATMENTS[act]
            asked = [rows for wanted, rows in self._by_verbs.items() if set(verbs) <= set(wanted)
                     and (act != SPREAD or wanted == verbs)]  # fmt: skip
            rows = np.sort(np.concatenate(asked)) if asked else np.zeros(0, int)
            value = self.worth(verbs, rows)
            rows, value = rows[value > 0], value[value > 0]
            segment = jobs.segment[rows]
            dose = self._ahead.dose[segment] if act & SPREAD else np.zeros(len(rows))
            ends = np.array([ground.tail[segment], ground.head[segment]])
            self._treated[act] = Roads(
                verbs, rows, segment, value, dose * ground.area[segment], self._part[ends[0]],
                ground.x[ends], ground.y[ends], ground.oneway[segment],
            )  # fmt: skip
        return self._treated[act]


def _able(verbs: tuple[Verb, ...], stocked: bool) -> list[int]:
    """Treatments that a crew can give."""
    acts = [act for act, needed in TREATMENTS.items() if set(needed) <= set(verbs)]
    return [act for act in acts if stocked or not act & SPREAD]


class Rolling:
    """See the module's docstring."""

    def __init__(self, scenario: Scenario, time_limit: float = TIME_LIMIT) -> None:
        self.decisions: list[Decision] = []
        self._ground = Ground(scenario)
        self._barriers = Barriers(scenario)
        self._outposts = Outposts(scenario, self._ground)
        self._time_limit = time_limit
        self._snow = "snow" in scenario.hazards
        network = Network(scenario.city.segments)
        self._kilometres = network.length / 1000
        self._foresight = Foresight(self._ground, network.priority - 1)
        self._horizon = Horizon(scenario, self._ground, self._foresight)
        self._ahead: Ahead | None = None
        self._looked = 0
        self._promised = scenario.goals.first_pass

    def __call__(self, situation: Situation) -> list[Order]:
        self._ground.check(situation)
        assigned, outcome = self._assign(situation)
        sent = {order.crew for order in assigned}
        spare = [c for c in situation.crews if c.idle and c.id not in sent]
        ahead = self._outposts.orders(situation, spare)
        assigned += ahead
        shut, safe, risk = self._outposts.barriers(situation)
        barriers = self._barriers(situation, assigned, shut, safe)
        orders: list[Order] = [*barriers, *assigned]
        if orders or outcome is not None:
            why = _before_the_water(ahead, barriers, {*shut, *safe}, risk)
            self.decisions.append(decision_of(situation, orders, outcome, why))
        return orders

    def _assign(self, situation: Situation) -> tuple[list[Assign], Outcome | None]:
        """Orders for the idle crews that reports call for, and the solver's outcome where there was something to
        decide."""
        if self._snow:
            self._foresight.look(situation)
        idle = [c for c in situation.crews if c.idle]
        if not idle or not len(situation.jobs):
            return [], None
        table = sites(self._ground, situation, idle)
        tours = self._tours(situation)
        options, rule = lay_out(tours, idle)
        if not options and table is None:
            return [], None
        programme = Programme(self._ground, situation, options, table)
        outcome = solve(
            programme.problem, time_limit=self._time_limit, gap=GAP, nodes=NODES, start=programme.start(rule)
        )
        if not outcome.has_plan:
            return greedy.answer(self._ground, situation), outcome
        chosen, at_sites = programme.tours(outcome), programme.site_orders(outcome)
        chosen += _rest(tours, idle, chosen, {order.crew for order in at_sites})
        return [self._order(situation, crew, tour) for crew, tour in chosen] + at_sites, outcome

    def _tours(self, situation: Situation) -> Tours:
        """Tours at the prices of the plan, which is made anew when it is old; as reports call for them without snow."""
        if not self._snow:
            return Tours(self._ground, situation, by_weight)
        age = situation.t - self._looked
        if age < 0:
            self._horizon.begin()
        if self._ahead is None or not 0 <= age < EVERY:
            self._ahead, self._looked = self._horizon.look(situation), situation.t
        return Priced(self._ground, situation, self._ahead, self._kilometres, self._first(situation))

    def _first(self, situation: Situation) -> np.ndarray:
        """(segments,) worth of a first pass: it grows until the hour that the goals promise it for."""
        network, age = situation.network, situation.t - self._foresight.settled
        due = np.clip(age / np.array(self._promised), 0.0, 1.0)
        worth = FIRST * CLASS_WEIGHT * (AT_ONCE + (1 - AT_ONCE) * due)
        worth[PROMISED:] = 0.0
        worth = worth[network.priority - 1] * network.lane_length / 1000
        worth += np.where(network.bridge, BRIDGES * self._kilometres, 0.0)
        return np.where(self._foresight.unserved, worth, 0.0)

    def _order(self, situation: Situation, crew: CrewReport, tour: Tour) -> Assign:
        """The order for a tour, with its mean dose."""
        order, rate = greedy.tour_order(situation, crew, tour), 0.0
        if PASSING.intersection(order.verbs) and self._ahead is not None:
            if "spread" in order.verbs:
                segment = situation.jobs.segment[list(tour.rows)]
                area = self._ground.area[segment]
                rate = round(float(self._ahead.dose[segment] @ area / area.sum()), 4)
                order = replace(order, rate=rate)
            self._foresight.given(crew.id, order.verbs, order.targets, rate)
        return order


def _before_the_water(
    pumps: list[Assign], barriers: list[Close | Open], forecast: set[str], risk: float
) -> tuple[Reason, ...]:
    """What was done on the forecast of rain, not on reports: underpasses shut or opened, pumps sent ahead."""
    why = []
    for key, order in (("dispatch.shut_ahead", Close), ("dispatch.opened_again", Open)):
        roads = tuple(t for b in barriers if isinstance(b, order) for t in b.segments if t in forecast)
        if roads:
            why.append(Reason(key, {"roads": roads, "chance_share": risk}))
    if pumps:
        places = tuple(target for order in pumps for target in order.targets)
        why.append(Reason("dispatch.pumps_ahead", {"crews_n": len(pumps), "places": places}))
    return tuple(why)


def _rest(tours: Tours, idle: list[CrewReport], chosen: Given, elsewhere: set[str]) -> Given:
    """Tours on what is left for crews that the programme, within its gap, found nothing worth sending them to."""
    sent = elsewhere | {crew.id for crew, _ in chosen}
    segment = tours.situation.jobs.segment
    taken = [int(segment[row]) for _, tour in chosen for row in tour.rows]
    tours.open &= ~np.isin(segment, taken)
    return greedy.hand_out(tours, [crew for crew in idle if crew.id not in sent])


def make(scenario: Scenario, seed: int = 0) -> Rolling:
    """The rolling dispatcher for a scenario; ``seed`` is not used: it draws nothing."""
    return Rolling(scenario)
