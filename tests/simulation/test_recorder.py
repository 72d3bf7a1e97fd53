"""The record: fields with dimensions, units and attributes, sums, balances and the digest."""

import numpy as np
import pytest

from simulation.engine import Simulation, run
from simulation.orders import Assign, Entry, Recall, Transfer
from simulation.record import Event, Run, digest_of, summary
from simulation.recorder import material_balance
from simulation.teams import ACTIVITIES
from tests import cities
from tests.simulation.driving import first_come, go, ready

DIMENSIONS = {
    "snow": ("segment", "kg m-2"), "ice": ("segment", "kg m-2"), "film": ("segment", "kg m-2"),
    "salt": ("segment", "kg m-2"), "snow_depth": ("segment", "m"), "road_temperature": ("segment", "degC"),
    "speed_factor": ("segment", "1"), "closed": ("segment", "1"), "water_depth": ("segment", "m"),
    "node_depth": ("node", "m"), "node_flooding": ("node", "m3 s-1"), "clog": ("node", "1"),
}  # fmt: skip


@pytest.fixture(scope="module")
def both() -> Run:
    """A run with both hazards."""
    sky = [
        {"t": 0, "precipitation": 5 / 3600, "air": -3.0},
        {"t": 9000, "precipitation": 20 / 3600, "air": 6.0},
        {"t": 14400, "precipitation": 0.0, "air": 6.0},
    ]
    ploughs = [{"id": "plough", "kind": "plough", "count": 2, "team": "day"}]
    scenario = cities.flood(
        hours=9.1, hazards=("snow", "water"), storm__weather=sky, fleet__equipment=ploughs
    )
    return run(scenario, 3, first_come)


def test_every_field_of_the_contract_is_there(both: Run) -> None:
    """Names, dims and units as docs/design.md has them; ids as coordinates; seconds every quarter of an hour."""
    fields = both.fields
    for name, (dim, unit) in DIMENSIONS.items():
        assert fields[name].dims == ("time", dim), name
        assert fields[name].attrs["units"] == unit, name
        assert fields[name].attrs["long_name"], name
        assert fields[name].attrs["packing_step"] >= 0
        assert fields[name].dtype == np.float32
        assert np.isfinite(fields[name].values).all(), name
    assert fields.segment.values.tolist() == [s["id"] for s in cities.segments()]
    assert set(fields.node.values) == {"LOW", "SUMP", "OUT"}
    assert fields.crew.values.tolist() == ["plough/1", "plough/2"]
    assert fields.time.values.tolist() == [*range(0, 32401, 900), 32760]
    assert fields.time.attrs["units"] == "s"
    assert fields.attrs["Conventions"].startswith("CF-")


def test_weather_and_level_over_time(both: Run) -> None:
    """Means of the quarter hour that ended, in SI; the level as a number."""
    fields = both.fields
    assert fields.precipitation.attrs["units"] == "kg m-2 s-1"
    assert fields.precipitation.values[5] == pytest.approx(5 / 3600)
    assert fields.air.values[[5, 12]] == pytest.approx([-3.0, 6.0])
    assert fields.level.values[1] == 3


def test_crew_activity_reads_as_words(both: Run) -> None:
    """Codes index ACTIVITIES, and the attributes carry the words."""
    codes = both.fields.crew_activity
    assert codes.attrs["flag_meanings"].split() == list(ACTIVITIES)
    assert codes.values[0].tolist() == [ACTIVITIES.index("off")] * 2
    assert {ACTIVITIES[code] for code in codes.values.ravel()} > {"off", "standby"}


def test_fields_of_a_hazard_that_is_not_run_are_absent() -> None:
    """No water in a snow run and the other way round."""
    dry = run(cities.scenario(hours=1), 0, first_come)
    wet = run(cities.flood(hours=1), 0, first_come)
    assert not {"water_depth", "node_depth", "clog"} & set(dry.fields.data_vars)
    assert not {"snow", "ice", "salt"} & set(wet.fields.data_vars)
    assert {"speed_factor", "closed", "crew_activity"} <= set(dry.fields.data_vars) & set(
        wet.fields.data_vars
    )


def test_a_district_without_crews_or_drains_is_recorded_too() -> None:
    """Empty dimensions, no error."""
    made = run(cities.scenario(hours=1, crews=0), 0, first_come)
    assert made.fields.crew_activity.shape == (5, 0)
    assert made.fields.sizes["node"] == 0


def test_balances_are_closed(both: Run) -> None:
    """Snow and material to 1e-9, water to 1 %."""
    assert set(both.balance) == {"snow", "water", "material"}
    assert abs(both.balance["snow"]) < 1e-9
    assert abs(both.balance["material"]) < 1e-9
    assert abs(both.balance["water"]) < 0.01


def test_material_balance_sees_a_kilogram_go_missing_of_any_kind() -> None:
    """What one kind lacks another's surplus does not hide."""
    with Simulation(cities.scenario(precipitation=0.0)) as simulation:
        ready(simulation)
        world, crews = simulation.world, list(simulation.crews.values())
        assert simulation.apply(Transfer("sandbag", "yard", "yard", 1.0)) is not None
        assert material_balance(world, crews) == 0
        salt, bags = world.material_index["salt"], world.material_index["sandbag"]
        world.stock[0, salt] -= 1.0
        world.stock[0, bags] += 1.0
        assert abs(material_balance(world, crews)) == pytest.approx(1 / 20_000)


def test_material_balance_follows_salt_onto_the_road() -> None:
    """Yard, hopper, road, lost: at any second."""
    with Simulation(cities.scenario()) as simulation:
        ready(simulation)
        assert simulation.apply(Assign("plough/1", ("plough", "spread"), ("H0-0", "V0-0", "H0-1"))) is None
        crews = list(simulation.crews.values())
        for t in range(simulation.t, simulation.t + 5000, 250):
            go(simulation, t)
            assert abs(material_balance(simulation.world, crews)) < 1e-12
        assert simulation.world.totals["salt.spread"] > 50
        simulation.world.fields["salt"][0] += 0.001
        assert abs(material_balance(simulation.world, crews)) > 1e-3


def test_totals_count_hours_and_money() -> None:
    """Busy seconds of crews, of their people, and what both cost."""
    made = run(cities.scenario(crews=2), 1, first_come)
    busy = made.totals["crew_busy_s"]
    assert busy > 3600
    assert made.totals["people_busy_s"] == 2 * busy
    assert made.totals["cost_cny"] == pytest.approx(0.1 * busy)
    assert made.totals["fuel.burned"] == pytest.approx(0.004 * busy)
    assert made.totals["overtime_s"] == 0


def test_the_digest_covers_fields_events_and_log() -> None:
    """A bit of a field, a word of an event or an entry more is another digest; how a number was made is not."""
    made = run(cities.scenario(hours=1), 0, first_come)
    fields, events, log = made.fields, made.events, made.log
    assert digest_of(fields, events, log) == made.digest
    changed = fields.copy(deep=True)
    changed.snow.values[-1, 0] = np.nextafter(changed.snow.values[-1, 0], np.float32(9))
    assert digest_of(changed, events, log) != made.digest
    assert digest_of(fields, (*events, Event(0, "x")), log) != made.digest
    assert digest_of(fields, events, (*log, Entry(0, "x", Recall("a")))) != made.digest
    plain, numpy_made = (
        (Entry(5, "x", Assign("a", ("spread",), ("b",), rate)),) for rate in (0.02, np.float64(0.02))
    )
    assert digest_of(fields, events, plain) == digest_of(fields, events, numpy_made)


def test_summary_is_small_and_plain(both: Run) -> None:
    """What a manifest needs, as plain values."""
    told = summary(both)
    assert (told["scenario"], told["seed"], told["digest"]) == ("gridtown", 3, both.digest)
    assert told["scenario_hash"] == both.scenario.digest()
    assert len(told["scenario_hash"]) == 64
