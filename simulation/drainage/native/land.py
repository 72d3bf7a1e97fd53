"""Runoff from a model's land to its nodes, for many members side by side.

As SWMM 5.2 (Reference Manual volume I): three sub-areas a subcatchment, each a nonlinear reservoir; infiltration by
Horton, modified Horton, Green-Ampt, modified Green-Ampt or curve number; evaporation constant, monthly or by time
series; runoff to a node, to other land or between sub-areas; wet and dry steps that end where rain or evaporation
changes; the outflow at the end of a step is what leaves, and between two steps it is interpolated.

How it differs:

- the reservoir is solved exactly, by the curve of the one dimensionless reservoir, where SWMM integrates it with
  an adaptive Runge-Kutta to 1e-4 of the depth;
- all members take the same steps: one on which rain falls keeps the others on the wet step;
- what evaporates and seeps is never more than there is; SWMM books the excess;
- water routed from pervious to sealed land goes to the outlet where all sealed land is without depression storage;
  SWMM drops it;
- the rainfall factors of [ADJUSTMENTS] hold from the first record; SWMM reads the first two without them;
- modified Horton's limit on the infiltrated volume holds on all of it (SWMM 5.2.5); SWMM 5.2.4 ends infiltration
  after the first step wherever a limit is given.

Because the outflow at the end of a step stands for the whole step, here as in SWMM, the runoff that reaches the
nodes is not quite what drained from the land: ``Balance.error`` is that difference. The land's own books close.

Not supported, and refused by name and line: LIDs, groundwater, snow packs, RDII, outfalls that drain onto land,
gages and climate in files, evaporation by temperature. Pollutants are left aside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.drainage.native.held import hold
from simulation.drainage.native.land_climate import months
from simulation.drainage.native.land_curves import reservoir_curves
from simulation.drainage.native.land_kernel import gather, step
from simulation.drainage.native.land_reading import Land, read_land
from simulation.drainage.native.land_state import (
    CURVE_NUMBER,
    DRAINED,
    EVAPORATION,
    GREEN_AMPT,
    INFILTRATION,
    MODIFIED_GREEN_AMPT,
    MODIFIED_HORTON,
    NEVER,
    OVERLAND,
    PERVIOUS,
    RAIN,
    RUNOFF,
    RUNON,
    SOIL_STATES,
    Month,
    Place,
    State,
)
from simulation.drainage.native.rain import NEAR, Rain, even_rain

__all__ = ["Balance", "Land", "Rain", "Runoff", "even_rain", "read_land"]


@dataclass(frozen=True)
class Balance:
    """Volumes since the start, (members,) m3."""

    rain: np.ndarray
    evaporation: np.ndarray
    infiltration: np.ndarray
    storage: np.ndarray
    """On the land now."""
    drained: np.ndarray
    """Left the land for good: rain less the three above, booked where it drained."""
    runoff: np.ndarray
    """What leaves by SWMM's rule: the outflow at the end of each step, for the whole step."""

    @property
    def error(self) -> np.ndarray:
        """Share of the rain by which the runoff misses what drained (SWMM's runoff continuity error)."""
        return (self.drained - self.runoff) / np.maximum(self.rain, 1e-30)


class Runoff:
    """A model's land in motion. ``rain`` stands for the model's own where it is given."""

    def __init__(self, land: Land, members: int, rain: Rain | None = None) -> None:
        self.land, self.members = land, members
        self._rain = land.rain if rain is None else rain
        self._wet_step = min(land.wet_step, self._rain.interval)
        self._month_at = months(land.start)
        count = len(land.names)
        deep, flat = (3, count, members), (count, members)
        self._state = State(
            depth=np.zeros(deep), flow=np.zeros(deep), arrives=np.zeros(deep),
            soil=np.zeros((SOIL_STATES, *flat)), seeps=np.zeros(flat), old=np.zeros(flat), new=np.zeros(flat),
            steady=np.full(deep, np.nan), level=np.zeros(deep), fade=np.zeros(deep), books=np.zeros((6, members)),
        )  # fmt: skip
        _dry(self._state.soil, land)
        linked = bool((land.outlet >= 0).any() or (land.leaves < 1).any())
        self._place = Place(land.area, land.gage, land.outlet, land.share, land.leaves, linked)
        self._curves = reservoir_curves()
        self._month, self._seconds = -1, 0.0
        self._falls = np.zeros((max(land.gages, 1), members))
        self._old_time = self._new_time = self._until = 0.0
        self._wet = False

    @property
    def time(self) -> float:
        """s up to which runoff is known."""
        return self._new_time

    def reach(self, seconds: float) -> None:
        """Advance by the model's own steps until runoff is known at a time (s since the start), or to the end."""
        while self._new_time < min(seconds, self.land.duration):
            self._next()

    def _next(self) -> None:
        now = self._new_time
        if now + NEAR >= self._until:
            self._look(now)
        usual = self._wet_step if self._raining or self._wet else self.land.dry_step
        seconds, month = min(usual, self._until - now), self._month_at(now)
        if month != self._month:
            parts = _in_month(self.land, month), self._state, self._curves
            self._held = hold((self._falls, self.land.climate.dry_only, self._place, *parts))
        if month != self._month or seconds != self._seconds:
            self._state.steady[:] = np.nan
            self._month, self._seconds = month, seconds
        self._wet = step(self._held, seconds, self._dries)
        self._old_time, self._new_time = now, now + seconds

    def _look(self, now: float) -> None:
        """See what falls and dries from ``now`` on, m/s, and until when that holds."""
        rain, dries = self._rain, self.land.climate.evaporation
        values = rain.values[rain.place(now)]
        self._falls[: len(values)] = (values if values.ndim == 2 else values[:, None]) * 1e-3
        self._raining = bool(values.any()) or rain.restless
        self._dries = max(float(dries.values[dries.place(now)]), 0.0) * 1e-3
        self._until = min(rain.after(now), dries.after(now), self.land.duration)

    def inflow(self, seconds: float, out: np.ndarray) -> np.ndarray:
        """Runoff that reaches each node at a time not after ``time``: ``out`` (nodes, members) m3/s, set in place."""
        span = self._new_time - self._old_time
        share = min(max((seconds - self._old_time) / span, 0.0), 1.0) if span > 0 else 0.0
        gather(share, self.land.node, self._state.old, self._state.new, out)
        return out

    def balance(self) -> Balance:
        """Where the water is."""
        books = self._state.books
        storage = np.einsum("ksm,ks,s->m", self._state.depth, self.land.share, self.land.area)
        drained = books[DRAINED] - books[RUNON]
        return Balance(
            books[RAIN].copy(), books[EVAPORATION].copy(), books[INFILTRATION].copy(), storage, drained,
            books[RUNOFF].copy(),
        )  # fmt: skip


def _dry(soil: np.ndarray, land: Land) -> None:
    """Set the soil as SWMM starts with it: as dry as it gets."""
    green = (land.method == GREEN_AMPT) | (land.method == MODIFIED_GREEN_AMPT)
    soil[0, green] = land.soil[green, 2, None]
    curve = land.method == CURVE_NUMBER
    soil[0, curve] = soil[4, curve] = land.soil[curve, 0, None]


def _in_month(land: Land, month: int) -> Month:
    """The land in a month (0-11): Horton's rates are scaled here, Green-Ampt's conductivity by the kernel."""
    climate = land.climate
    rough, factor = climate.n_pervious[month], climate.soil[month]
    alpha = land.alpha.copy()
    alpha[PERVIOUS] = np.where(rough > 0, alpha[PERVIOUS] / np.where(rough > 0, rough, 1.0), 0.0)
    how = np.where((land.how == OVERLAND) & (alpha == 0), NEVER, land.how)
    soil = land.soil.copy()
    horton = land.method <= MODIFIED_HORTON
    soil[horton, :2] *= factor[horton, None]
    store = land.store.copy()
    store[PERVIOUS] *= np.maximum(climate.storage[month], 0.0)
    return Month(how, alpha, store, land.method, soil, factor, float(climate.recovery[month]))
