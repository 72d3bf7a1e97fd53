"""Syracuse's plough trucks on Syracuse's roads: the scenario that is run, and what a GPS box would have told.

The city's records are positions of trucks. They do not say whether the blade was down, so a run is read the same
way: every stretch that a truck drove or worked on counts as visited, and its kilometres as driven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from optimization.dispatchers import make
from simulation import work
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
from simulation.teams import Crew
from stormyard.validation.syracuse_city import Route  # noqa: F401

KMH = 1 / 3.6


@dataclass(frozen=True)
class Trucks:
    """How the trucks are set in a validation run."""

    count: int
    efficiency: float
    """Share of working time in which a truck makes way."""
    work_speed: tuple[float, float] = (32 * KMH, 18 * KMH)
    """m/s on priority 1 and elsewhere (20 and 11 mph, as in the catalogue)."""
    travel_speed: float = 45 * KMH
    hopper: float = 10_000.0
    dispatcher: str = "greedy"


YARD = (-76.1290, 43.0510)
"""Longitude and latitude of the yard, Department of Public Works, Canal Street (approximate)."""
SALT = Material.model_validate(
    {"id": "salt", "name": "salt", "use": "deicer", "freezing_a": -0.02916, "freezing_b": -1.7208,
     "freezing_c": -0.116, "floor": -10.0}
)  # fmt: skip


def fleet(trucks: Trucks, depot: tuple[float, float]) -> Fleet:
    """One yard with salt enough, one kind of truck, two drivers a truck who take turns."""
    kind = Kind.model_validate(
        {"id": "truck", "name": "plough truck", "abilities": ("plough", "spread"), "crew": 1, "width": 3.2,
         "travel_speed": trucks.travel_speed, "hopper": trucks.hopper, "efficiency": trucks.efficiency,
         "work_speed_major": trucks.work_speed[0], "work_speed_minor": trucks.work_speed[1],
         "mean_time_between_failures": 190 * 3600, "repair_time": 2 * 3600, "wading_depth": 0.5}
    )  # fmt: skip
    team = Team.model_validate(
        {"id": "drivers", "name": "drivers", "unit": "Department of Public Works", "tier": "district",
         "depot": "yard", "people": 2 * trucks.count, "skills": ("plough", "spread"), "muster": 0,
         "callout_delay": 0, "max_duty": 8 * 3600, "relief": 2}
    )  # fmt: skip
    yard = Depot.model_validate(
        {"id": "yard", "name": "yard", "lon": depot[0], "lat": depot[1], "bays": 3, "loading_rate": 50.0}
    )
    return Fleet(
        kinds=(kind,), materials=(SALT,), depots=(yard,),
        stock=(Stock(depot="yard", material="salt", amount=5e6),), teams=(team,),
        equipment=(Equipment(id="truck", kind="truck", count=trucks.count, team="drivers"),),
    )  # fmt: skip


def scenario(
    city: City,
    trucks: Trucks,
    weather: Sequence[tuple[float, float, float]],
    start: datetime,
    hours: float,
    depot: tuple[float, float] = YARD,
    injects: tuple[InjectRow, ...] = (),
) -> Scenario:
    """A storm over the city; ``weather`` holds (hour, mm/h of melted snow, air in degC), each until the next."""
    rows = tuple(
        {"t": h * 3600.0, "precipitation": mm / 3600.0, "air": air, "humidity": 0.85, "wind": 4.0}
        for h, mm, air in weather
    )
    storm = Storm.model_validate({"id": "storm", "name": "storm", "start": start, "weather": rows})
    return Scenario(
        id="syracuse", name=city.name, city=city, fleet=fleet(trucks, depot), storm=storm,
        command=Command(timeline=(LevelChange(t=0, level="I"),)), dispatcher=trucks.dispatcher,
        duration=hours * 3600.0, injects=injects,
    )  # fmt: skip


@dataclass
class Traces:
    """What the trucks' boxes would have told."""

    km: np.ndarray
    """(segments,) length."""
    priority: np.ndarray
    visited: np.ndarray
    """(segments,) s at which a truck had first been along; inf = never."""
    served: np.ndarray
    """(segments,) s at which the first whole treatment ended; inf = never."""
    driven: list[tuple[int, float]] = field(default_factory=list)
    """(s, km) of every stretch, work and drive."""
    passes: int = 0
    treated_km: float = 0.0

    def share(self, moments: Sequence[float], priority: int | None = None, served: bool = True) -> list[float]:
        """Share of the kilometres (of one priority) that was reached by each hour."""
        at = (self.served if served else self.visited) / 3600.0
        of = np.full(len(self.km), True) if priority is None else self.priority == priority
        return [float(self.km[of & (at <= h)].sum() / self.km[of].sum()) for h in moments]

    def hourly(self, hours: int) -> np.ndarray:
        """(hours,) km driven in each hour."""
        at = np.array([t for t, _ in self.driven]) / 3600.0
        return np.histogram(at, bins=np.arange(hours + 1), weights=[km for _, km in self.driven])[0]


def drive(scene: Scenario, seed: int = 1) -> Traces:
    """Run a scenario under its dispatcher and note every stretch a truck goes along."""
    with Simulation(scene, seed) as simulation:
        network, world = simulation.world.network, simulation.world
        count = len(network)
        traces = Traces(network.length / 1000, network.priority, np.full(count, np.inf), np.full(count, np.inf))
        for crew in simulation.crews.values():
            crew.observe = _noting(traces, crew, crew.observe)
        run = play(simulation, simulation.advance(), make(scene.dispatcher, scene, seed))
    for event in run.events:
        if event.kind == "pass":
            i = network.segment_index[event.target]
            traces.passes += 1
            traces.treated_km += traces.km[i]
            if not event.text:
                traces.served[i] = min(traces.served[i], event.t)
    del world
    return traces


def _noting(traces: Traces, crew: Crew, told):  # type: ignore[no-untyped-def]
    def note(segment: int) -> None:
        told(segment)
        now = crew.world.t
        times = work.passes(crew.world, crew, segment) if crew.activity == "work" else 1
        traces.driven.append((now, times * float(traces.km[segment])))
        traces.visited[segment] = min(traces.visited[segment], now)

    return note
