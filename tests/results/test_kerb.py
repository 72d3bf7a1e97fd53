"""The section on what lies beside the carriageway: footways against their goal, dump sites with their room."""

from dataclasses import replace

import pytest

from optimization.dispatchers import make
from results.content import Table
from results.goals import goals
from results.metrics import footway_shares, metrics
from results.sections import Reading, kerb
from results.shortfalls import shortfalls
from simulation.engine import run
from simulation.model import Scenario
from simulation.record import Event, Run
from tests import cities

HAND = {"id": "hand", "name": "hand", "abilities": ("clear_footway",), "travel_speed": 8.0, "width": 3.0, "crew": 10,
        "work_speed_major": 0.25, "work_speed_minor": 0.25}  # fmt: skip


def town(crews: int) -> Scenario:
    """Gridtown with footways, a stop and a dump site that takes no salted snow."""
    places = [
        {"id": "stop", "name": "stop", "kind": "bus_stop", "lon": cities.LON, "lat": cities.LAT, "segment": "H0-0",
         "area": 100.0},
        {"id": "dump", "name": {"zh": "雪场", "en": "Dump"}, "kind": "dump_site", "lon": cities.LON, "lat": cities.LAT,
         "capacity": 500.0, "takes_salted": False},
    ]  # fmt: skip
    rows = [{"id": "hand", "kind": "hand", "count": crews, "team": "day"}] if crews else []
    return cities.scenario(
        hours=36, roads=cities.segments(footway_width=4.0), city__places=places, fleet__kinds=[*cities.KINDS, HAND],
        fleet__equipment=rows,
        fleet__teams=[cities.scenario().fleet.teams[0].model_dump() | {"skills": ("clear_footway",)}],
    )  # fmt: skip


def played(crews: int) -> Run:
    scenario = town(crews)
    return run(scenario, 1, make("greedy", scenario, 1))


def reading(found: Run) -> Reading:
    figures = metrics(found)
    return Reading(found, figures, goals(found, figures), ())


def tables(found: Run) -> dict[str, Table]:
    section = kerb.section(reading(found))
    assert section is not None
    return {block.caption.en.partition(":")[0]: block for block in section.blocks if isinstance(block, Table)}


def test_footways_are_told_by_hour_and_against_their_goal() -> None:
    """Four squads are through in time: every share rises to 100 %, both rows are met; nobody hauled anything."""
    found = played(4)
    figures = metrics(found)
    assert figures["footway_clear_h"] is not None and figures["footway_clear_h"] < 12
    assert figures["stops_cleared_h"] is not None and figures["stops_cleared_h"] <= figures["footway_clear_h"]
    assert figures["hauled_m3"] == 0 and figures["dump_room_m3"] == 500
    only = tables(found)
    assert list(only) == ["Footways and stops"]
    for row in only["Footways and stops"].rows:
        assert [str(cell.en) for cell in row[1:5]][-1] == "100"
        assert row[-1].text.en == "met"


def test_nobody_clears_and_the_shortfall_says_so() -> None:
    """The share at the end of the run is that of the footways, not of the roads."""
    found = played(0)
    assert metrics(found)["footway_clear_h"] is None
    assert footway_shares(found)["footway_clear_h"][-1] == 0
    told = [s for s in shortfalls(found, goals(found)) if s.kind == "footways"]
    assert len(told) == 2
    assert "0 % clear at its end" in told[0].what.en
    assert "结束时清净 0%" in told[0].what.zh


def test_dump_sites_are_told_with_their_room() -> None:
    """What was brought, what is left, and when it was full."""
    found = played(0)
    hauled = {"snow_hauled_m3": 500.0, "snow_hauled_kg": 2e5, "dump_room_m3": 0.0}
    events = (
        *found.events, Event(7200, "dumped", "haul/1", "dump", "haul", 200.0),
        Event(10800, "dumped", "haul/1", "dump", "haul", 300.0), Event(10800, "dump_full", "haul/1", "dump", "haul"),
    )  # fmt: skip
    found = replace(found, events=events, totals=found.totals | hauled)
    (row,) = tables(found)["Dump sites"].rows
    assert [cell.en for cell in row] == ["Dump", "snow without de-icer", "500", "500", "0", "01-31 18:00"]
    assert row[0].zh == "雪场"


@pytest.mark.parametrize("weather", [{"precipitation": 0.0}, {"roads": cities.segments()}])
def test_nothing_to_tell_is_no_section(weather: dict[str, object]) -> None:
    scenario = cities.scenario(hours=3, **weather)
    assert kerb.section(reading(run(scenario, 1, make("greedy", scenario, 1)))) is None
