"""Plough trucks of Syracuse: reading, the town made of its routes, and what trucks leave behind, on a made-up town."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from simulation.network import Network
from stormyard.validation import BadFile, Finding
from stormyard.validation import snow_syracuse as first_passes
from stormyard.validation import snow_syracuse_storms as recoveries
from stormyard.validation.syracuse_city import FIRST_PASS, ROUTES, Route, beats, city, joined, read_routes
from stormyard.validation.syracuse_routes import RouteKeeper
from stormyard.validation.syracuse_storms import COLUMNS, RECOVERY, read, takes, usual_day
from stormyard.validation.syracuse_trucks import absences, drive, scenario, trucks_by_hour
from tests.stormyard.commands import ROOT

SHARED = ROOT.parent / "shared" / "data"
STEP = 0.002
"""degrees between two junctions of the made-up town, 220 m."""
BEATS = ("Route 11", "Route 12", "Route 2")
"""Trucks' routes of the first two streets of the made-up town; the others are on none."""
SNOW = replace(first_passes.SNOW, snowing=0)
"""It snows however few trucks are on the road."""
START = datetime.fromisoformat("2025-12-26T14:00:00-05:00")


def grid(side: int = 4) -> list[Route]:
    """A square town of ``side`` x ``side`` junctions, its first row of priority 1; every street had its pass after
    as many hours as its row says."""
    spots = [[(-76.13 + STEP * x, 43.05 + STEP * y) for x in range(side)] for y in range(side)]
    lines = [(y, pair) for y, row in enumerate(spots) for pair in pairwise(row)]
    lines += [(y, (spots[y][x], spots[y + 1][x])) for y in range(side - 1) for x in range(side)]
    return [
        Route(f"S{i}", f"street {y}", 1 if y == 0 else 2, 0.2, float(2 * y), 1, line, BEATS[min(y, 2)])
        for i, (y, line) in enumerate(lines)
    ]


def write(folder: Path, routes: list[Route], hours: int = 12) -> Path:
    """The made-up town as the three files of the data folder, with a storm of ``hours`` hours."""
    features = [
        {"type": "Feature", "properties": {"snowroutesegmentid": r.id},
         "geometry": {"type": "LineString", "coordinates": r.line}}
        for r in routes
    ]  # fmt: skip
    rows = ["snowroutesegmentid,roadname,routepriority,length_km,h_to_first_pass,n_obs_passes,snowrouteid"]
    rows += [f"{r.id},{r.road},Priority {r.priority},{r.km},{r.first_pass},1,{r.beat}" for r in routes]
    (folder / "operations").mkdir()
    (folder / ROUTES).write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    (folder / FIRST_PASS).write_text("\n".join(rows))
    recovery(folder / RECOVERY, hours)
    return folder


def recovery(file: Path, hours: int = 12) -> Path:
    """A storm whose first hour is quiet; then six trucks drive 60 km an hour and see 0.01 of the town."""
    quiet = "2020-02-27,1,0,0,0,0,0"
    busy = [f"2020-02-27,{h},6,6,60,{0.01 * (h - 1):.2f},7.5" for h in range(2, hours + 2)]
    file.write_text("\n".join([",".join(COLUMNS), quiet, *busy]))
    return file


# ------------------------------------------------------------------------------------ the town


def test_ends_that_nearly_meet_are_one_junction_and_islands_are_joined() -> None:
    """Two lines 2 m apart meet; a third, 200 m off, is joined at its nearer end; the town is in one piece."""
    near = 2 / 111_195
    lines = [
        [(-76.1, 43.0), (-76.1, 43.001)],
        [(-76.1, 43.001 + near), (-76.1, 43.002)],
        [(-76.1, 43.004), (-76.1, 43.005)],
    ]
    ends = joined(lines)
    assert ends[0, 1] == ends[1, 0]
    assert ends[1, 1] == ends[2, 0]
    assert len(np.unique(ends)) == 4


def test_the_grid_becomes_a_town() -> None:
    """Sixteen junctions, all reached from each other; lengths, priorities and widths as given."""
    town = city(grid(), first_passes.SNOW.streets)
    network = Network(town.segments)
    assert len(network.junctions) == 16
    assert np.isfinite(network.times_from(0)).all()
    assert network.length.sum() == pytest.approx(24 * 200)
    assert {(s.priority, s.width) for s in town.segments} == {(1, 6.4), (4, 6.4)}


def test_streets_that_stand_in_one_file_only_are_left_out(tmp_path: Path) -> None:
    """A row without a line is no road; a blank hour is a pass that never came."""
    data = write(tmp_path, grid())
    with (data / FIRST_PASS).open("a") as table:
        table.write("\nX,nowhere,Priority 1,5,1,1,Route 11")
    lines = (
        (data / FIRST_PASS).read_text().replace("S3,street 1,Priority 2,0.2,2.0,1,", "S3,,Priority 2,0.2,,,")
    )
    (data / FIRST_PASS).write_text(lines)
    routes = read_routes(data)
    assert [r.id for r in routes] == [r.id for r in grid()]
    assert routes[3].road == "S3"
    assert routes[3].first_pass == np.inf


# ------------------------------------------------------------------------------------ trucks


def test_truck_hours_become_whole_trucks() -> None:
    """What rounding leaves over goes to the next hour, so that no truck-hour is lost."""
    on = trucks_by_hour([2.4, 2.4, 0.0, 1.2])
    assert on == [2, 3, 0, 1]
    away = {(row.target, row.t / 3600, row.duration / 3600) for row in absences(on)}
    assert away == {("truck/1", 2, 1), ("truck/2", 2, 2), ("truck/3", 0, 1), ("truck/3", 2, 2)}
    with pytest.raises(ValueError, match="no truck"):
        trucks_by_hour([0.2, 0.0])


def test_trucks_leave_traces_and_stand_still_when_they_are_off() -> None:
    """Main streets come first; all kilometres that were treated were driven, twice over; nobody moves
    in the hours without trucks; what was served had been visited before."""
    town = city(grid(), first_passes.SNOW.streets)
    traces = drive(scenario(town, SNOW, [0, 0, 2, 2, 2, 2], START, (-76.13, 43.05)))
    assert traces.visited.min() > 2 * 3600
    assert min(t for t, _ in traces.driven) > 2 * 3600
    assert traces.served_share(1, [6]) == [1.0]
    assert np.median(traces.served[traces.priority == 1]) < np.median(traces.served[traces.priority == 4])
    treated = traces.served < np.inf
    assert traces.driven_km() >= 2 * traces.km[treated].sum()
    assert (traces.visited <= traces.served).all()
    assert traces.visited_km(2) == 0
    assert traces.visited_km(6) == pytest.approx(traces.km[traces.visited < np.inf].sum())


def test_streets_of_no_route_are_on_the_nearest() -> None:
    """The third and fourth street count to the second; a town without any route is refused."""
    number = dict(zip([r.beat for r in grid()], beats(grid()), strict=True))
    assert number["Route 2"] == number["Route 12"] != number["Route 11"]
    with pytest.raises(ValueError, match="no segment is on a truck's route"):
        beats([replace(r, beat="Unknown") for r in grid()])


def test_a_truck_keeps_to_its_route_for_its_spell() -> None:
    """One truck: all that it treats in two hours of heavy snow lies on one route; one that may stay for a moment only
    goes from route to route."""
    town, beat = city(grid(6), SNOW.streets), beats(grid(6))
    scene = scenario(town, replace(SNOW, snow=4e-3), [1] * 3, START, (-76.13, 43.05))
    routes = [
        {int(beat[i]) for i in np.flatnonzero(drive(scene, RouteKeeper(scene, beat, stay)).served < 2 * 3600)}
        for stay in (1e9, 0.0)
    ]
    assert [len(seen) for seen in routes] == [1, 2]


def test_twice_the_trucks_serve_sooner() -> None:
    """More trucks, earlier first passes."""
    town = city(grid(6), first_passes.SNOW.streets)
    few, many = (drive(scenario(town, SNOW, [n] * 3, START, (-76.13, 43.05))) for n in (1, 3))
    assert many.visited_km(3) > few.visited_km(3)
    assert many.served_share(4, [2])[0] > few.served_share(4, [2])[0]


# ------------------------------------------------------------------------------------ tables


def test_a_storm_counts_from_its_fifth_truck(tmp_path: Path) -> None:
    """The quiet hour is left out, the clock moves on by it, sums and shares start there."""
    file = recovery(tmp_path / "storm.csv")
    assert takes(file)
    (storm,) = read(file)
    assert storm.start.isoformat() == "2020-02-27T01:00:00-05:00"
    assert storm.truck_hours == (6.0,) * 12
    assert (storm.total, storm.km_driven, storm.new_km) == (72.0, 720.0, 90.0)
    assert storm.standing == []
    assert (storm.visited[0], storm.visited[-1]) == (0.01, 0.12)
    assert usual_day([storm, storm], 14) == [1.0] * 12 + [0.0] * 2


def test_hours_in_which_trucks_stand_are_told(tmp_path: Path) -> None:
    """Six truck-hours and 12 km: they stood; an hour without trucks is none of them."""
    file = recovery(tmp_path / "storm.csv")
    text = file.read_text().replace("27,4,6,6,60", "27,4,6,6,12").replace("27,6,6,6,60", "27,6,0,0,0")
    file.write_text(text)
    (storm,) = read(file)
    assert storm.standing == [2]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("27,4,6,6,", "27,4,6,six,", "line 5: truck_hours is 'six', not a number"),
        ("27,4,6,6,", "27,4,6,-6,", "line 5: truck_hours is '-6', not a number from 0 on"),
        ("27,4,6,6,", "27,9,6,6,", "do not follow one another"),
        ("2020-02-27", "Thursday", "'Thursday' is not a date"),
        (",6,6,60", ",4,6,60", "never 5 trucks"),
    ],
)
def test_bad_tables_are_refused_with_the_reason(tmp_path: Path, old: str, new: str, said: str) -> None:
    """The line and the figure, or the storm, are named."""
    file = recovery(tmp_path / "storm.csv")
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(BadFile, match=said):
        read(file)


def test_other_files_are_not_taken(tmp_path: Path) -> None:
    """A table without the columns, bytes that are no text, and nothing at all."""
    other = tmp_path / "other.csv"
    other.write_text("hour,trucks\n1,2\n")
    assert not takes(other)
    other.write_bytes(b"\xff\xfe\x00\x9f")
    assert not takes(other)
    assert not takes(tmp_path / "absent.csv")


# ------------------------------------------------------------------------------------ findings


def test_a_storm_of_ones_own_is_scored(tmp_path: Path) -> None:
    """Six checks of each storm that lasts a day, fewer of a shorter one; the page says what does not fit."""
    data = write(tmp_path, grid())
    own = recovery(tmp_path / "own.csv", 9)
    finding = recoveries.examine(data, [own])
    assert [c.what.split(": ")[1] for c in finding.checks] == [
        "km driven a truck-hour", "new km of street a truck-hour", "share of streets visited in 4 h",
        "share of streets visited in 8 h",
    ]  # fmt: skip
    assert finding.checks[0].measured == "10.0"
    assert finding.checks[2].high == pytest.approx(0.19)
    assert finding.checks[0].computed is not None
    assert finding.checks[0].computed > 0
    _is_whole(finding)
    with pytest.raises(BadFile, match="the streets of Syracuse are needed"):
        recoveries.examine(tmp_path / "nowhere", [own])


def test_first_passes_are_compared_by_priority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve checks against the made-up hours, with the tolerance on both sides and within 0 and 1."""
    monkeypatch.setattr(first_passes, "TRUCKS", (5, 6))
    finding = first_passes.examine(write(tmp_path, grid()), [])
    assert len(finding.checks) == 12
    assert finding.checks[0].measured == "1.00"
    assert (finding.checks[0].low, finding.checks[0].high) == (1 - first_passes.TOLERANCE, 1.0)
    second = finding.checks[6]
    assert second.what == "priority 2: share of km served within 2 h"
    assert second.low is not None
    assert 0 < second.low < 1
    _is_whole(finding)


def _is_whole(finding: Finding) -> None:
    """All gaps in the text are filled, and there is a picture."""
    assert "What does not fit" in finding.text[-1]
    assert not any("{" in part or "nan" in part for part in finding.text)
    assert finding.figures[0][1].startswith(b"\x89PNG")


@pytest.mark.skipif(not (SHARED / ROUTES).exists(), reason="the snow map of Syracuse is not here")
def test_the_snow_map_is_read_whole() -> None:
    """4,499 segments, 678 km, in one piece; 45 % of the main streets had their first pass after 4 h."""
    routes = read_routes(SHARED)
    assert len(routes) == 4499
    assert sum(r.km for r in routes) == pytest.approx(677.6, abs=0.1)
    assert first_passes.observed(routes, 1, [4]) == [pytest.approx(0.447, abs=0.001)]
    network = Network(city(routes, first_passes.SNOW.streets).segments)
    assert np.isfinite(network.times_from(0)).all()
