"""What the storms of a season use of each material where there is plenty, and what the shortage costs: by runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimization.plan import Figures, Trials, burden
from optimization.planners._stock_demand import users
from optimization.planners._storms import rainfall, snowfall, storms
from simulation.model import Material, Scenario, Stock

SMALLEST = 0.1
"""t to which yards are stocked."""
SCARCE = 0.02
"""Share of what a storm would use from which a shortage of it is one (a setting; luck moves about half of that)."""
MOST = 0.7
"""Share of a material that is most of it: some of the rest lies where nobody loads (a setting)."""


@dataclass(frozen=True)
class Season:
    """Storms that were run, and what they asked for."""

    scenarios: tuple[Scenario, ...]
    materials: tuple[Material, ...]
    base: Sequence[Figures]
    held: np.ndarray
    """(materials,) t that there is."""
    used: np.ndarray
    """(storms, materials) t that is used where there is plenty."""
    short: np.ndarray
    """(storms, materials) t that was missing with today's stock."""
    gain: np.ndarray
    """(storms,) weighted km h less with plenty."""

    @property
    def today(self) -> float:
        """Mean burden with what there is."""
        return float(np.mean([burden(figures) for figures in self.base]))

    @property
    def heaviest(self) -> int:
        """The storm that uses most."""
        return int(np.argmax(self.used.sum(axis=1)))


def materials(scenario: Scenario) -> tuple[Material, ...]:
    """What crews take in the scenario's storms and yards hold; of de-icers and bags that nobody holds the first."""
    fleet = scenario.fleet
    asked = {"deicer": "snow", "bag": "water"}
    stocked = {s.material for s in fleet.stock if s.amount > 0}
    found: list[Material] = []
    for use in ("deicer", "bag", "fuel"):
        of = [m for m in fleet.materials if m.use == use]
        here = [m for m in of if m.id in stocked] or (of[:1] if use in asked else [])
        if asked.get(use, scenario.hazards[0]) in scenario.hazards:
            found += [m for m in here if users(scenario, m) and _has_places(scenario, m)]
    return tuple(found)


def _has_places(scenario: Scenario, material: Material) -> bool:
    sites = any(p.kind in ("waterlogging", "underpass", "metro") for p in scenario.city.places)
    return material.use != "bag" or sites


def held(scenario: Scenario, of: Sequence[Material]) -> np.ndarray:
    """(yards, materials) t that lies in the yards."""
    amounts = {(s.depot, s.material): s.amount / 1000 for s in scenario.fleet.stock}
    return np.array([[amounts.get((d.id, m.id), 0.0) for m in of] for d in scenario.fleet.depots])


def stocked(
    scenario: Scenario,
    of: Sequence[Material],
    amounts: np.ndarray,
    ordered: np.ndarray | None = None,
    arrives: float = 0.0,
) -> Scenario:
    """The scenario with these tonnes (yards, materials) in its yards, and with these ``ordered`` in place of what is on
    order, which come at second ``arrives``."""
    ids = {m.id for m in of}
    rows = [s for s in scenario.fleet.stock if s.material not in ids]
    known = {(s.depot, s.material): s for s in scenario.fleet.stock}
    for i, depot in enumerate(scenario.fleet.depots):
        for k, material in enumerate(of):
            none = Stock(depot=depot.id, material=material.id, amount=0)
            row = known.get((depot.id, material.id), none)
            given = {"amount": 1000 * float(amounts[i, k])}
            if ordered is not None:
                given |= {"ordered": 1000 * float(ordered[i, k]), "arrives": arrives}
            row = row.model_copy(update=given)
            rows += [row] if row.amount + row.ordered > 0 else []
    fleet = scenario.fleet.model_copy(update={"stock": tuple(rows)})
    return scenario.model_copy(update={"fleet": fleet})


def season_of(scenario: Scenario, trials: Trials, of: tuple[Material, ...], count: int, seed: int) -> Season:
    """Each storm with what there is, and with plenty."""
    drawn = storms(scenario, count, seed)
    now = held(scenario, of)
    plenty = now + np.array([_plenty(scenario, m, now[:, k].sum()) for k, m in enumerate(of)])
    labels = {f"now {w}": storm for w, storm in enumerate(drawn)}
    labels |= {f"plenty {w}": stocked(storm, of, plenty) for w, storm in enumerate(drawn)}
    found = trials(labels, [seed])
    base = [found[f"now {w}"][0] for w in range(len(drawn))]
    rich = [found[f"plenty {w}"][0] for w in range(len(drawn))]
    used = np.array([[f.get(f"material_used_t.{m.id}") or 0.0 for m in of] for f in rich])
    drew = np.array([[f.get(f"material_used_t.{m.id}") or 0.0 for m in of] for f in base])
    gain = np.array([burden(a) - burden(b) for a, b in zip(base, rich, strict=True)])
    return Season(tuple(drawn), of, base, now.sum(axis=0), used, np.maximum(used - drew, 0.0), gain)


def _plenty(scenario: Scenario, material: Material, whole: float) -> float:
    """t that no storm uses up, for each yard: what the district holds, or ten loads of every machine."""
    loads = sum(
        row.count * (kind.fuel_tank if material.use == "fuel" else kind.hopper)
        for row, kind, _ in users(scenario, material)
    )
    return max(whole, 10 * loads / 1000)


def scarce_of(season: Season) -> np.ndarray:
    """(materials,) bool: storms would have used more than they did, and one of them most of what there is (machines
    that have salt burn more diesel, too: that is no shortage of it)."""
    more = season.short.sum(axis=0) > SCARCE * np.maximum(season.used.sum(axis=0), 1e-9)
    return np.asarray(more & (season.used.max(axis=0) > MOST * season.held))


def only(season: Season, scarce: np.ndarray) -> Season:
    kept = tuple(m for m, short in zip(season.materials, scarce, strict=True) if short)
    return replace(
        season,
        materials=kept,
        held=season.held[scarce],
        used=season.used[:, scarce],
        short=season.short[:, scarce],
    )


def falls(scenario: Scenario) -> float:
    """kg/m2 of what the scenario reckons with."""
    falling = snowfall(scenario) if "snow" in scenario.hazards else rainfall(scenario)
    return float(falling.sum())
