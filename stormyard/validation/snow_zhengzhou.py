"""Three snowfalls of Zhengzhou, played in the shipped district, beside what was published of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from results.charts import png, style
from results.metrics import clear_share, metrics, precipitation_end, unclear_roads
from scenarios.load import load
from simulation.hazards import snow, surface
from simulation.model import Scenario, Storm, Warning, Weather
from simulation.network import Network
from simulation.record import Run
from simulation.weather import WeatherSeries
from stormyard.jobs import simulate
from stormyard.validation import Check, Finding

NEEDS: tuple[str, ...] = ()

ZHENGZHOU_PEOPLE, ZHENGZHOU_TURNS, TURNS = 28_241, 2_329, 2
"""People and machine-turns of the city on 15-16 January 2024 (published); turns of a machine in a night (a setting)."""
SNOW = frozenset({"plough", "spread", "haul"})
"""What a machine must be able to do to be one of those."""
DEPTH_AT = 14 * 3600.0
"""05:00 on 1 February, since 15:00: when the depths were read."""
TEXT = (
    "Published: amounts, depths, temperatures, people and machines by Zhengzhou's newspapers and the city management "
    "bureau (haedu.cn, news.zynews.cn 2024-01-15, faxinw.com). The hours between are settings: no hourly series of "
    "these storms was found. Roads, yards and teams are those of the schematic Jinshui district.",
    "31 January 2024: depth of new snow where nobody drives or clears, read at 05:00 between 3 cm (Xingyang) and 7 cm "
    "(Xinzheng), from amounts of 4.1 to 5.8 mm; the densities that follow are 83 to 137 kg/m3.",
    "6-7 January 2020: as much water as a heavy snowstorm, with air above freezing; the roads stayed wet.",
    "15-16 January 2024: 6-8 mm were forecast; 7 mm are taken, from the warning at 21:00 to 05:00, at -2 degC. "
    "28,241 people and 2,329 machine-turns worked in the city, and main roads were clear at 07:00, after about 10 h. "
    "The district gets its share of the machines by its share of the people ({share:.0%}), {turns} turns a machine: "
    "{factor} of each machine that its page of January 2022 lists, with salt in proportion.",
    "What does not fit: with the machines and the 200 t of salt published in January 2022 alone, {alone}; far more "
    "machines work in a storm than a district lists, as the city's 2,329 say. Xinzheng's 7 cm from 5.8 mm (83 kg/m3) "
    "is lighter snow than is computed. On 1 February 2024 main roads were said to be open by morning, which "
    "is less than clear: down to the goal of a clear road they are computed {morning} the snow stopped at 06:00.",
)


def examine(data: Path, files: Sequence[Path]) -> Finding:
    """Plays four storms; nothing is read but the shipped district."""
    blizzard = load("jinshui/blizzard")
    factor, share = district_factor(blizzard)
    night = january(blizzard)
    cleared = {
        f"machines x {factor}": simulate(enlarged(night, factor)).run,
        "machines of January 2022": simulate(night).run,
    }
    many, few = cleared.values()
    clear, alone = main_roads_clear(many), main_roads_clear(few)
    said = "main roads are not clear by the next night" if alone is None else f"main roads take {alone:.0f} h"
    last = _by_morning(simulate(enlarged(blizzard, factor)).run)
    morning = "not at all after" if last.computed is None else f"{last.computed:g} h after"
    text = [
        part.format(share=share, turns=TURNS, factor=factor, alone=said, morning=morning) for part in TEXT
    ]
    checks = (
        *_fresh(blizzard),
        *_warm(),
        Check(
            "15-16 January 2024: hours from 21:00 until main roads are clear",
            "about 10 h",
            clear,
            8.0,
            12.0,
            "h",
        ),
        last,
    )
    return Finding(
        "snow_zhengzhou", "Snowfalls of Zhengzhou", tuple(text), checks, (("clear", _chart(cleared)),)
    )


# --------------------------------------------------------------------------- new snow


def fresh_depth(scenario: Scenario, until: float, factor: float = 1.0) -> tuple[float, float]:
    """(m, kg/m3): depth and density of untouched snow at second ``until``, with ``factor`` times the amount.

    The same steps as on a road that nobody drives on: new snow at its density, settling since.
    """
    series = WeatherSeries(scenario.storm, scenario.physics.snow)
    mass, depth = 0.0, np.zeros(1)
    tick = snow.Snow.tick
    for t in range(0, int(until), tick):
        now = series.over(t, tick)
        new = factor * now.snowfall * tick
        mass += new
        depth += new / surface.new_snow_density(now.air, now.wind)
        depth = surface.settled(depth, np.array([mass]), now.air, tick)
    return float(depth[0]), mass / float(depth[0]) if mass else 0.0


def _fresh(blizzard: Scenario) -> list[Check]:
    at = DEPTH_AT + 3 * 3600.0
    checks = []
    for where, amount in (("Zhengzhou", 5.3), ("Xingyang", 4.1), ("Xinzheng", 5.8)):
        depth, density = fresh_depth(blizzard, at, amount / 5.3)
        what = f"31 January 2024: new snow from {amount:g} mm ({where}) at 05:00"
        measured = {"Xingyang": "3 cm", "Xinzheng": "7 cm"}.get(where, "3-7 cm in the region")
        checks.append(Check(what, measured, 100 * depth, 3.0, 7.0, "cm"))
    checks.append(Check("31 January 2024: its density", "83-137 kg/m3", density, 83.0, 137.0, "kg/m3"))
    return checks


def _warm() -> list[Check]:
    run = simulate(load("jinshui/warm-snow")).run
    depth = 100 * float(np.nanmax(run.fields["snow_depth"]))
    ice = float(np.nanmax(run.fields["ice"]))
    return [
        Check("6-7 January 2020: deepest snow on any road", "nothing settled", depth, None, 0.5, "cm"),
        Check("6-7 January 2020: most ice on any road", "the roads stayed wet", ice, None, 0.1, "kg/m2"),
    ]


# --------------------------------------------------------------------------- clearing


def district_factor(scenario: Scenario) -> tuple[int, float]:
    """(how many of each snow machine worked for one that is listed, the district's share of the city's people)."""
    people = sum(team.people for team in scenario.fleet.teams)
    share = people / ZHENGZHOU_PEOPLE
    listed = sum(row.count for row in scenario.fleet.equipment if row.kind in _machines(scenario))
    return max(1, round(share * ZHENGZHOU_TURNS / TURNS / listed)), share


def _machines(scenario: Scenario) -> set[str]:
    return {k.id for k in scenario.fleet.kinds if k.fuel_rate > 0 and SNOW & set(k.abilities)}


def enlarged(scenario: Scenario, factor: int) -> Scenario:
    """The scenario with ``factor`` times its snow machines and its de-icer."""
    deicers = {m.id for m in scenario.fleet.materials if m.use == "deicer"}
    machines = _machines(scenario)
    equipment = tuple(
        row.model_copy(update={"count": row.count * factor}) if row.kind in machines else row
        for row in scenario.fleet.equipment
    )
    stock = tuple(
        row.model_copy(update={"amount": row.amount * factor}) if row.material in deicers else row
        for row in scenario.fleet.stock
    )
    fleet = scenario.fleet.model_copy(update={"equipment": equipment, "stock": stock})
    return scenario.model_copy(update={"fleet": fleet})


def january(scenario: Scenario) -> Scenario:
    """The district in the night of 15 January 2024: begins at 18:00, warning at 21:00, snow until 05:00."""
    start = datetime(2024, 1, 15, 18, tzinfo=scenario.storm.start.tzinfo)
    first, last = 3, 11
    weather = tuple(
        Weather(
            t=3600.0 * hour, precipitation=7.0 / (last - first) / 3600 if first <= hour < last else 0.0, air=-2.0,
            humidity=0.9 if first <= hour < last else 0.7, wind=3.0,
        )
        for hour in range(30)
    )  # fmt: skip
    storm = Storm(
        id="january-2024", name=scenario.storm.name, start=start, weather=weather,
        warnings=(Warning(t=3600.0 * first, hazard="snow", colour="yellow"),),
    )  # fmt: skip
    return scenario.model_copy(update={"storm": storm, "duration": 30 * 3600.0})


def main_roads(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """(hours since the warning, share of the lane-length of main roads that is clear), both by recorded moment."""
    network = Network(run.scenario.city.segments)
    main = network.priority == 1
    share = clear_share(unclear_roads(run)[:, main], network.lane_length[main])
    return np.asarray(run.fields["time"]) / 3600 - 3, share


def main_roads_clear(run: Run) -> float | None:
    """Hours from the warning (hour 3) until main roads are clear; None where they never are."""
    after = metrics(run)["clear_h.p1"]
    return None if after is None else precipitation_end(run) / 3600 - 3 + after


def _by_morning(run: Run) -> Check:
    after = metrics(run)["clear_h.p1"]
    return Check(
        "31 January 2024: hours after 06:00, when the snow stopped, until main roads are clear",
        "main roads open by morning", after, None, 3.0, "h",
    )  # fmt: skip


def _chart(runs: dict[str, Run]) -> bytes:
    with style():
        figure = Figure(figsize=(8, 3.6))
        axes = figure.subplots()
        for (label, run), colour in zip(runs.items(), ("#0072b2", "#d55e00"), strict=True):
            hours, share = main_roads(run)
            axes.plot(hours, 100 * share, color=colour, label=label)
        axes.axvline(10, color="#1d232b", linestyle=":", label="reported clear, 07:00")
        axes.set_xlabel("hours since the warning of 15 January 2024, 21:00")
        axes.set_ylabel("main roads clear, %")
        axes.legend()
    return png(figure)
