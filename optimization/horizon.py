"""The hours ahead as a linear programme: which roads get which treatments when, and what salt and crews are worth.

Roads that are alike (class, what lies on them, width) stand together as one job. For each job there are programmes:
what is done in which period, up to two treatments; ``foresight`` says how many hours of clear road each buys. The
programme picks shares of them so that the class-weighted hours are most, within the crews' hours of each period (by
what they can do, shifts and rests counted), what the yards hold and what their bays can load in a period. Columns are
made as they are needed, best first, by the prices of the rows so far.

Its duals are the result: a kg of salt and a crew-hour of each period have a price, and so has waiting. What a pass is
worth now is what the best programme that begins with it brings at these prices, less what the best one brings that
leaves the road alone now. Salt left at the end of the horizon is valued at the last price, by how much of the snow is
still to come.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimization.foresight import BOTH, PLOUGH, SPREAD, STEP, Foresight, expected, futures, tree
from optimization.ground import Ground
from optimization.model import Model
from optimization.solver import solve
from simulation.hazards import ice
from simulation.hazards.advice import CLASS_WEIGHT
from simulation.model import Kind, Scenario
from simulation.network import Network
from simulation.situation import CrewReport, Situation
from simulation.teams import HANDOVER

PERIODS, STEPS = 6, 8
"""Periods of two hours: twelve hours, the forecast and as much again."""
PERIOD = STEPS * STEP
TREATMENTS = 2
"""Passes that a programme may have on a road within the horizon."""
AFTER = 3.0
"""Hours that each kg/m2 left at the end counts for (setting; 1 is 8 % worse in the blizzard, 2 to 4 alike)."""
MOST = 16.0
"""kg/m2 with which what is left comes to count less and less (setting)."""
AT_WORK = 0.5
"""Share of a crew's time that is treatment; the rest is driving, loading and waiting for words (setting: half of
it in the blizzard)."""
DOSE = 1.35
"""Times the advised dose that is spread (setting). The advised dose is reckoned for what a blade leaves; in falling
snow it is diluted before traffic has thrown the slush off, and must be given again. 2.0 is 15 %
worse in the blizzard, 1.2 to 1.5 alike."""
AMOUNTS = ((0.75, 0.3), (1.0, 0.4), (1.35, 0.3))
"""Amounts against the forecast's at its end, and their weights: a log-standard deviation of 0.3."""
WIDTHS = (8.0, 12.0, 16.0, 22.0, 30.0)
"""m of carriageway that part jobs."""
GRID = np.array([0.25, 0.25, 0.15, 0.004, 1.0])[:, None]
"""What is alike: steps of snow, ice, film, salt (kg/m2) and road temperature (K)."""
GUESSES = (0.0, 0.5, 1.0, 1.5)
"""Times the last prices for which the first columns are made."""
COLUMNS = 1500
"""Columns from which no more are made: enough to prove a small town's plan, and a few rounds of a district's."""
SECONDS = 5.0
"""Guard on the solver's time for all rounds of columns together; they take a fraction of it."""
HOUR = 3600.0
USES = {PLOUGH: [0, 3], SPREAD: [1, 3], BOTH: [0, 1, 2, 3]}
"""Rows of crews' hours that a treatment draws on: who ploughs, who spreads, who does both, all."""


@dataclass(frozen=True)
class Ahead:
    """What the look ahead came to."""

    advantage: np.ndarray
    """(segments, 4) weighted km h that each treatment now brings over leaving the road alone now, salt paid for."""
    dose: np.ndarray
    """(segments,) kg/m2 to spread."""
    salt_price: float
    """Weighted km h for one more kg of de-icer."""
    crew_price: tuple[float, float, float]
    """Weighted km h for one more hour of a plough, a spreader and a plough that spreads, in the first period."""
    status: str
    """The solver's."""


class Horizon:
    """Looks ahead for one district; remembers the last price of salt."""

    def __init__(self, scenario: Scenario, ground: Ground, foresight: Foresight) -> None:
        network = Network(scenario.city.segments)
        self._ground, self._foresight = ground, foresight
        self._weight = CLASS_WEIGHT[network.priority - 1] * ground.length / 1000
        self._tree = tree(PERIODS, TREATMENTS)
        programmes = self._tree.programmes
        self._doses = (programmes & SPREAD > 0).sum(axis=1)
        self._width = np.digitize(ground.width, WIDTHS)
        self._relief = {t.id: HANDOVER if t.relief > 1 else t.rest for t in scenario.fleet.teams}
        self._bays = sum(d.bays * d.loading_rate for d in scenario.fleet.depots)
        kinds = [k for k in scenario.fleet.kinds if {"plough", "spread"} & set(k.abilities)]
        self._seconds = np.zeros((4, len(network)))
        self._pace: dict[tuple[str, bool], float] = {}
        for ploughing, verb, acts in ((True, "plough", (PLOUGH, BOTH)), (False, "spread", (SPREAD,))):
            able = {k.id: self._of(k, ploughing) for k in kinds if verb in k.abilities}
            if able:
                first = next(iter(able.values()))
                for act in acts:
                    self._seconds[act] = first
                self._pace |= {(k, ploughing): float(first.sum() / s.sum()) for k, s in able.items()}
        self.begin()

    def _of(self, kind: Kind, ploughing: bool) -> np.ndarray:
        """(segments,) s in which a kind treats each road."""
        speed = np.where(self._ground.major, kind.work_speed_major, kind.work_speed_minor) * kind.efficiency
        return np.asarray(
            self._ground.strips(kind, ploughing) * self._ground.length / np.maximum(speed, 0.05)
        )

    def begin(self) -> None:
        """Forget the last prices."""
        self._spare = 0.0
        self._last = np.zeros(1 + 5 * PERIODS)

    def look(self, situation: Situation) -> Ahead:
        """Solve the hours ahead."""
        state, ground = self._foresight.state, self._ground
        dose = ice.dose(state[4], ground.snow.plough_residual, ground.deicer, ground.snow) * DOSE
        kind_of = self._alike(state)
        gain, to_come = self._gain(situation, state, kind_of, dose)
        job_key, job = np.unique(np.stack([kind_of, self._width]), axis=1, return_inverse=True)
        job = job.reshape(-1)
        count = job_key.shape[1]
        worth = np.bincount(job, self._weight, count)[:, None] * gain[job_key[0]]
        salt = np.bincount(job, ground.area * dose, count)
        seconds = np.array([np.bincount(job, s, count) for s in self._seconds])
        duals, status = self._solved(situation, worth, salt, seconds)
        salt_price = duals[0] + self._spare
        net = self._weight[:, None] * gain[kind_of] - self._paid(
            duals, ground.area * dose, self._seconds, later=True
        )
        first = self._tree.programmes[:, 0]
        best = np.stack([net[:, first == act].max(axis=1) for act in range(4)], axis=1)
        self._spare = salt_price * to_come
        hourly = duals[1 + PERIODS :].reshape(PERIODS, 4)[0] * HOUR
        prices = (hourly[0] + hourly[3], hourly[1] + hourly[3], float(hourly.sum()))
        return Ahead(best - best[:, :1], dose, float(salt_price), prices, status)

    # -------------------------------------------------------------- jobs and programmes

    def _alike(self, state: np.ndarray) -> np.ndarray:
        """(segments,) number of the group of roads that will fare alike."""
        key = np.round(np.minimum(state, 8.0) / GRID).astype(np.int64)
        _, label = np.unique(np.vstack([key, self._foresight.rank]), axis=1, return_inverse=True)
        return np.asarray(label.reshape(-1))

    def _gain(
        self, situation: Situation, state: np.ndarray, label: np.ndarray, dose: np.ndarray
    ) -> tuple[np.ndarray, float]:
        """(groups, q) hours that each programme buys over none, in the mean over the forecast's amounts, and the
        share of an even snowfall that the last period still has."""
        size = np.bincount(label)
        mean = np.array([np.bincount(label, row) / size for row in state])
        one = np.array([np.flatnonzero(label == g)[0] for g in range(len(size))])
        rank, limit = self._foresight.rank[one], self._ground.limit[one]
        usual = np.bincount(label, dose) / size
        cost = np.zeros((len(size), len(self._tree.programmes)))
        for amount, weight in AMOUNTS:
            fall, warmer = expected(situation.forecast, situation.t, (PERIODS, STEPS), amount)
            above, left = futures(
                mean, rank, limit, usual, fall, warmer, *self._tree[:3], self._foresight.physics
            )
            cost += weight * (above * (STEP / HOUR) + AFTER * -MOST * np.expm1(-left / MOST))
        fall, _ = expected(situation.forecast, situation.t, (PERIODS, STEPS))
        even = fall.sum() / PERIODS
        return cost[:, :1] - cost, min(1.0, float(fall[-1].sum() / even)) if even > 0 else 0.0

    # -------------------------------------------------------------- the programme

    def _paid(
        self, duals: np.ndarray, salt: np.ndarray, seconds: np.ndarray, later: bool = False
    ) -> np.ndarray:
        """(n, q) price of each programme on n jobs or roads; ``later`` leaves out the crews' time of the first
        period, which is priced where tours compete for it."""
        rows = duals[1 + PERIODS :].reshape(PERIODS, 4)
        bays = duals[1 : 1 + PERIODS].copy()
        if later:
            rows = np.vstack([np.zeros((1, 4)), rows[1:]])
            bays[0] = 0.0
        acts = self._tree.programmes
        kilos = self._doses * (duals[0] + self._spare) + (acts & SPREAD > 0) @ bays
        price = salt[:, None] * kilos
        for act, uses in USES.items():
            price = price + seconds[act][:, None] * ((acts == act) @ rows[:, uses].sum(axis=1))
        return np.asarray(price)

    def _solved(
        self, situation: Situation, worth: np.ndarray, salt: np.ndarray, seconds: np.ndarray
    ) -> tuple[np.ndarray, str]:
        """Duals of stock, bays and crews (all 0 or more), and the solver's status."""
        stock, loads, hours = self._supply(situation)
        right = np.concatenate([[stock], loads, hours.ravel()])
        chosen, status, duals = dict[tuple[int, int], None](), "optimal", self._last
        guesses = [duals * factor for factor in GUESSES]
        left = SECONDS
        while len(chosen) < COLUMNS and left > 0:
            known = len(chosen)
            for guess in guesses:
                best = (worth - self._paid(guess, salt, seconds)).argmax(axis=1)
                chosen |= {(j, int(q)): None for j, q in enumerate(best) if q}
            if len(chosen) == known:
                break
            outcome = solve(self._programme(list(chosen), worth, salt, seconds, right), time_limit=left)
            left -= outcome.seconds
            status = outcome.status
            if not outcome.has_plan:
                break
            duals = np.array([max(0.0, -outcome.duals[f"r{i}"]) for i in range(len(right))])
            guesses = [duals]
        self._last = duals
        return duals, status

    def _programme(
        self,
        chosen: list[tuple[int, int]],
        worth: np.ndarray,
        salt: np.ndarray,
        seconds: np.ndarray,
        right: np.ndarray,
    ) -> Model:
        """The programme over the columns made so far: shares of jobs that get a programme of treatments."""
        model = Model("horizon")
        rows: list[tuple[list[int], list[float]]] = [([], []) for _ in right]
        jobs: dict[int, list[int]] = {}
        for j, q in chosen:
            x = model.variable(f"x{j}_{q}", -float(worth[j, q] - self._spare * salt[j] * self._doses[q]))
            jobs.setdefault(j, []).append(x)
            for e, act in enumerate(self._tree.programmes[q].tolist()):
                uses = [(1 + PERIODS + 4 * e + u, seconds[act, j]) for u in USES.get(act, ())]
                if act & SPREAD:
                    uses += [(0, salt[j]), (1 + e, salt[j])]
                for i, amount in uses:
                    columns, amounts = rows[i]
                    if columns and columns[-1] == x:
                        amounts[-1] += amount
                    else:
                        columns.append(x)
                        amounts.append(amount)
        for i, (columns, amounts) in enumerate(rows):
            model.row(f"r{i}", columns, amounts, high=float(right[i]))
        for j, columns in jobs.items():
            model.row(f"job{j}", columns, [1.0] * len(columns), high=1.0)
        return model

    def _supply(self, situation: Situation) -> tuple[float, np.ndarray, np.ndarray]:
        """kg of de-icer there is, (periods,) kg that can be on the roads by loading bays and hoppers, and (periods, 4)
        s of crews: all that plough, all that spread, those that do both, and all together."""
        column = self._ground.material.get(self._ground.deicer.id)
        held = float(situation.stock[:, column].sum()) if column is not None else 0.0
        aboard = sum(c.load for c in situation.crews if c.material == self._ground.deicer.id)
        loads = np.full(PERIODS, self._bays * PERIOD)
        loads[0] += aboard
        hours = np.zeros((PERIODS, 4))
        for crew in situation.crews:
            ploughs = self._pace.get((crew.kind, True), 0.0) if "plough" in crew.verbs else 0.0
            spreads = self._pace.get((crew.kind, False), 0.0) if "spread" in crew.verbs else 0.0
            if (ploughs or spreads) and crew.activity not in ("off", "absent"):
                time = self._on_duty(crew) * AT_WORK
                both = min(ploughs, spreads)
                hours += time[:, None] * np.array([ploughs, spreads, both, max(ploughs, spreads)])
        return held + aboard, loads, hours

    def _on_duty(self, crew: CrewReport) -> np.ndarray:
        """(periods,) s of each period in which a crew is on duty: relief or rest comes when its duty ends."""
        begins = PERIOD * np.arange(PERIODS)
        ends = crew.duty_left
        away = self._relief.get(crew.team, 0.0)
        missing = np.clip(np.minimum(begins + PERIOD, ends + away) - np.maximum(begins, ends), 0.0, PERIOD)
        return np.asarray(PERIOD - missing)
