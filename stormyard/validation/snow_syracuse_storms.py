"""Three storms of 2020-21 in Syracuse: what its trucks did in the hours they were on the road."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from results.charts import png, style
from stormyard.validation import BadFile, Check, Finding
from stormyard.validation.syracuse_city import FIRST_PASS, ROUTES, beats, city, read_routes
from stormyard.validation.syracuse_routes import RouteKeeper
from stormyard.validation.syracuse_storms import CENTRELINE, RECOVERY, Response, read, takes
from stormyard.validation.syracuse_trucks import KMH, SETTING, Traces, drive, scenario

__all__ = ["NEEDS", "examine", "takes"]

NEEDS = (ROUTES, FIRST_PASS, RECOVERY)
HOURS = (4, 8, 12, 24)
PACE = (9.5, 12.4)
"""km a truck-hour: the least and the most of six storms of 2020-21."""
GAIN = (1.3, 1.8)
"""New km of street a truck-hour: the same."""
TOLERANCE = 0.15
TEXT = (
    "Data: positions of the plough trucks of the City of Syracuse, New York (51 trucks, 543,078 positions, "
    "published by the city without a licence), summed up by hour: trucks, truck-hours with the engine on, "
    "kilometres, and the share of 753.9 km of street centreline along which a truck had been. The roads are the 678 "
    "km of plough routes of the city's snow map; the other streets of the 753.9 km are on no route and count as "
    "never visited.",
    "Method: for each storm, as many trucks are on the road in each hour as the table has truck-hours; what they "
    "drive and which streets they are along is what is computed. Each truck keeps to one of the 36 routes of the "
    "city's snow map for {stay:g} h before it takes the one left alone for longest (streets of no truck's route "
    "count to the nearest one). A street counts as visited when a truck drove or worked along it, since positions do "
    "not tell whether the blade was down. Time counts from the first hour with five trucks.",
    "Assumed, as no snowfall or width is in the data: in every storm {snow:.1f} mm of melted snow fall in each hour "
    "in which at least {snowing:.0f} trucks were on the road, at -5 degC from an overcast sky; a street takes two "
    "passes of a 3.2 m blade; one yard with salt enough. Calibrated, the same for all storms: "
    "{work:.0f} km/h at work, of which half is reached, {travel:.1f} km/h between jobs with standing time (trucks "
    "moved in 47 % of the time that they were on), the {stay:g} h on a route, and the city's second priority taken "
    "as Stormyard's class 4, so that rounds on main streets go before first visits elsewhere while it snows.",
)


def examine(data: Path, files: Sequence[Path]) -> Finding:
    """Plays every storm of the files, or of the table in the data. Raises BadFile."""
    try:
        routes = read_routes(data)
    except OSError as absent:
        raise BadFile(
            f"the streets of Syracuse are needed beside a table of its storms; {absent.filename} is not there"
        ) from absent
    town = city(routes, SETTING.streets)
    storms = [storm for file in files or [data / RECOVERY] for storm in read(file)]
    runs = []
    for storm in storms:
        scene = scenario(town, SETTING, storm.truck_hours, storm.start)
        runs.append((storm, drive(scene, RouteKeeper(scene, beats(routes), SETTING.stay))))
    checks = tuple(check for storm, traces in runs for check in compared(storm, traces))
    facts = {
        "snow": SETTING.snow * 3600, "snowing": SETTING.snowing, "stay": SETTING.stay / 3600,
        "work": SETTING.work_speed / KMH, "travel": SETTING.travel_speed / KMH,
    }  # fmt: skip
    return Finding(
        "syracuse_storms", "Plough trucks in storms of Syracuse, New York",
        (*(part.format(**facts) for part in TEXT), misfit(runs)), checks,
        (("visited", _chart(runs)),),
    )  # fmt: skip


def compared(storm: Response, traces: Traces) -> list[Check]:
    """The figures of one storm beside what was measured; hours after its table's end are left out."""
    pace, gain = storm.km_driven / storm.total, storm.new_km / storm.total
    hours = len(storm.truck_hours)
    return [
        Check(f"{storm.date}: km driven a truck-hour", f"{pace:.1f}", traces.driven_km() / storm.total, *PACE, "km"),
        Check(
            f"{storm.date}: new km of street a truck-hour", f"{gain:.2f}",
            traces.visited_km(hours) / storm.total, *GAIN, "km",
        ),
        *(
            Check(
                f"{storm.date}: share of streets visited in {h} h", f"{storm.visited[h - 1]:.2f}",
                traces.visited_km(h) / CENTRELINE,
                max(0.0, storm.visited[h - 1] - TOLERANCE), min(1.0, storm.visited[h - 1] + TOLERANCE), "",
            )
            for h in HOURS
            if h <= hours
        ),
    ]  # fmt: skip


def misfit(runs: Sequence[tuple[Response, Traces]]) -> str:
    """What does not fit, in words, with the figures of these runs."""
    return (
        f"What does not fit: {'; '.join(_apart(storm, traces) for storm, traces in runs)}. The engine knows no "
        "crew that is on duty and waits of its own will: in such hours computed trucks go on and gain streets that "
        "the city's did not. Which truck had which route when, and how much snow fell, is not in the data."
    )


def _apart(storm: Response, traces: Traces) -> str:
    last = len(storm.visited)
    computed = [traces.visited_km(h) / CENTRELINE for h in range(last + 1)]
    gap, hour = max((abs(computed[h] - seen), h) for h, seen in enumerate(storm.visited, start=1))
    idle = storm.standing
    hours, km = sum(storm.truck_hours[h] for h in idle), sum(storm.km[h] for h in idle)
    gained = CENTRELINE * sum(computed[h + 1] - computed[h] for h in idle)
    rest = (traces.visited_km(last) - gained) / storm.total
    return (
        f"{storm.date}: {storm.visited[-1]:.2f} of the streets measured and {computed[-1]:.2f} computed after "
        f"{last} h, at most {gap:.2f} apart (hour {hour}); in {len(idle)} hours the city's trucks stood for the most "
        f"part ({hours:.0f} of {storm.total:.0f} truck-hours, {km:.0f} km), while the computed ones went along "
        f"{gained:.0f} km of new streets: without these, {rest:.2f} new km a truck-hour"
    )


def _chart(runs: Sequence[tuple[Response, Traces]]) -> bytes:
    with style():
        figure = Figure(figsize=(8, 3.2))
        for axes, (storm, traces) in zip(figure.subplots(1, len(runs), squeeze=False)[0], runs, strict=True):
            hours = range(1, len(storm.visited) + 1)
            axes.plot(hours, storm.visited, color="#1d232b", linestyle=":", label="measured")
            axes.plot(
                hours, [traces.visited_km(h) / CENTRELINE for h in hours], color="#0072b2", label="computed"
            )
            axes.set_title(storm.date)
            axes.set_xlabel("hours")
            axes.set_ylim(0, 1)
        figure.axes[0].set_ylabel("share of streets visited")
        figure.axes[0].legend()
    return png(figure)
