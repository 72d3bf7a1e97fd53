"""Syracuse's plough trucks on Syracuse's roads: the scenario that is run, and what a GPS box would have told.

The city's records are positions of trucks. They do not say whether the blade was down, so a run is read the same
way too: every stretch that a truck drove or worked along counts as visited, and its kilometres as driven.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from optimization.dispatchers import make
from simulation import roadwork
from simulation.engine import Simulation, play
from simulation.model import (
    City,
    Command,
    Depot,
    Equipment,
    Fleet,
    InjectRow,
    Kind,
    LevelChange,
    Material,
    Scenario,
    Stock,
    Storm,
    Team,
)
from simulation.situation import Dispatcher
from simulation.teams import Crew
from stormyard.validation.syracuse_city import Streets

KMH = 1 / 3.6
YARD = (-76.129, 43.051)
"""Longitude and latitude of the yard: Department of Public Works, Canal Street (approximate)."""
BLADE = 3.2
"""m cleared in a pass (10.5 ft, wing up)."""
EFFICIENCY = 0.5
"""Share of working time in which a truck makes way (measured: trucks moved in 47 % of the time they were on)."""
HOPPER = 10_000.0
"""kg"""
SALT = Material.model_validate(
    {"id": "salt", "name": "salt", "use": "deicer", "freezing_a": -0.02916, "freezing_b": -1.7208,
     "freezing_c": -0.116, "floor": -10.0}
)  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """What is assumed and calibrated: streets, the trucks' pace and the snow."""

    streets: Streets
    work_speed: float
    """m/s, of which `EFFICIENCY` is reached."""
    travel_speed: float
    """m/s between two jobs, standing time included (measured over all powered-on time: 12.6 km/h)."""
    snow: float
    """kg/m2/s that fall at -5 degC from an overcast sky in the hours in which it snows."""
    stay: float
    """s that a truck keeps to a route before it takes another."""
    snowing: float = 5.0
    """Trucks on the road in an hour from which it is taken to snow."""


SETTING = Setting(
    Streets(width=(6.4, 6.4), priority=(1, 4)), 26 * KMH, 14.5 * KMH, snow=1.2 / 3600, stay=3.0 * 3600
)
"""Calibrated on the storms of 27 February and 28 December 2020 and 19 February 2021."""


def scenario(
    city: City,
    setting: Setting,
    truck_hours: Sequence[float],
    start: datetime,
    yard: tuple[float, float] = YARD,
) -> Scenario:
    """A storm over the city with as many trucks on the road as ``truck_hours`` has for each hour."""
    rows = tuple(
        {"t": hour * 3600.0, "precipitation": setting.snow if trucks >= setting.snowing else 0.0, "air": -5.0,
         "humidity": 0.85, "wind": 4.0, "cloud": 1.0}
        for hour, trucks in enumerate(truck_hours)
    )  # fmt: skip
    storm = Storm.model_validate({"id": "storm", "name": "storm", "start": start, "weather": rows})
    on = trucks_by_hour(truck_hours)
    return Scenario(
        id="syracuse", name=city.name, city=city, fleet=_fleet(max(on), setting, yard), storm=storm,
        command=Command(timeline=(LevelChange(t=0, level="I"),)), duration=len(on) * 3600.0,
        injects=absences(on),
    )  # fmt: skip


def _fleet(count: int, setting: Setting, place: tuple[float, float]) -> Fleet:
    """One yard with salt enough and one kind of truck; shifts, rests and repairs are in the truck-hours."""
    kind = Kind.model_validate(
        {"id": "truck", "name": "plough truck", "abilities": ("plough", "spread"), "crew": 1, "width": BLADE,
         "travel_speed": setting.travel_speed, "hopper": HOPPER, "efficiency": EFFICIENCY,
         "work_speed_major": setting.work_speed, "work_speed_minor": setting.work_speed, "wading_depth": 0.5}
    )  # fmt: skip
    team = Team.model_validate(
        {"id": "drivers", "name": "drivers", "unit": "Department of Public Works", "tier": "district",
         "depot": "yard", "people": 2 * count, "skills": ("plough", "spread"), "muster": 0, "callout_delay": 0,
         "max_duty": 36 * 3600, "relief": 2}
    )  # fmt: skip
    yard = Depot.model_validate(
        {"id": "yard", "name": "yard", "lon": place[0], "lat": place[1], "bays": 3, "loading_rate": 50.0}
    )
    return Fleet(
        kinds=(kind,), materials=(SALT,), depots=(yard,),
        stock=(Stock(depot="yard", material="salt", amount=5e6),), teams=(team,),
        equipment=(Equipment(id="truck", kind="truck", count=count, team="drivers"),),
    )  # fmt: skip


def trucks_by_hour(truck_hours: Sequence[float]) -> list[int]:
    """Whole trucks for each hour; what rounding leaves over goes to the next hour. At least one in some hour."""
    on: list[int] = []
    carried = 0.0
    for wanted in truck_hours:
        on.append(max(0, round(wanted + carried)))
        carried += wanted - on[-1]
    if not any(on):
        raise ValueError("no truck is on the road in any hour")
    return on


def absences(on: Sequence[int]) -> tuple[InjectRow, ...]:
    """Breakdowns that keep truck k where it stands in every hour that has at most k trucks."""
    rows = []
    for k in range(max(on)):
        away = [h for h, count in enumerate(on) if count <= k]
        starts = [h for h in away if h - 1 not in away]
        ends = [h + 1 for h in away if h + 1 not in away]
        rows += [
            InjectRow(t=a * 3600.0, kind="breakdown", target=f"truck/{k + 1}", duration=(b - a) * 3600.0)
            for a, b in zip(starts, ends, strict=True)
        ]
    return tuple(rows)


@dataclass
class Traces:
    """What the trucks' boxes would have told."""

    km: np.ndarray
    """(segments,) length."""
    priority: np.ndarray
    """(segments,)"""
    visited: np.ndarray
    """(segments,) s at which a truck had first been along; inf = never."""
    served: np.ndarray
    """(segments,) s at which the first treatment of the whole width ended; inf = never."""
    driven: list[tuple[int, float]] = field(default_factory=list)
    """(s, km) of every stretch, drive and work; a treatment counts each of its passes."""

    def served_share(self, priority: int, hours: Sequence[float]) -> list[float]:
        """Share of a priority's kilometres that was treated within each number of hours."""
        return self._share(self.served, self.priority == priority, hours)

    def visited_share(self, priority: int, hours: Sequence[float]) -> list[float]:
        """The same for those that a truck was along, at work or not."""
        return self._share(self.visited, self.priority == priority, hours)

    def visited_km(self, hour: float) -> float:
        """Kilometres along which a truck had been by an hour."""
        return float(self.km[self.visited <= hour * 3600.0].sum())

    def driven_km(self) -> float:
        """Kilometres of all trucks together."""
        return sum(km for _, km in self.driven)

    def _share(self, at: np.ndarray, of: np.ndarray, hours: Sequence[float]) -> list[float]:
        return [float(self.km[of & (at <= h * 3600.0)].sum() / self.km[of].sum()) for h in hours]


def drive(scene: Scenario, dispatcher: Dispatcher | None = None, seed: int = 1) -> Traces:
    """Run a scenario under a dispatcher, its own unless one is given, and note every stretch a truck goes along."""
    with Simulation(scene, seed) as simulation:
        network = simulation.world.network
        never = np.full(len(network), np.inf)
        traces = Traces(network.length / 1000, network.priority, never, never.copy())
        for crew in simulation.crews.values():
            crew.observe = _noting(traces, crew, crew.observe)
        run = play(simulation, simulation.advance(), dispatcher or make(scene.dispatcher, scene, seed))
    for event in run.events:
        if event.kind == "pass" and not event.text:
            i = network.segment_index[event.target]
            traces.served[i] = min(traces.served[i], event.t)
    return traces


def _noting(traces: Traces, crew: Crew, tell: Callable[[int], None]) -> Callable[[int], None]:
    """A crew reports each segment when it leaves it, driven along or worked on: then it is noted."""

    def note(segment: int) -> None:
        tell(segment)
        times = roadwork.passes(crew.world, crew, segment) if crew.activity == "work" else 1
        traces.driven.append((crew.world.t, times * float(traces.km[segment])))
        traces.visited[segment] = min(traces.visited[segment], crew.world.t)

    return note
