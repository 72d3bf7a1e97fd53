"""Water on roads: from rain and meltwater through the drains to depth, speed and work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.drainage.protocol import DrainageError
from simulation.drainage.swmm import SwmmDrainage
from simulation.engine import Simulation
from simulation.hazards.streets import KERB, running
from simulation.hazards.water import STREET_DRAIN_TIME, Water, passable_speed, under_storm
from simulation.model import Scenario
from simulation.orders import Assign, Outage, Surge
from simulation.record import Run
from simulation.situation import Situation
from tests.cities import scenario, segments
from tests.simulation.drainage.drains import station, town

FLEET = [
    {"id": "truck", "kind": "pump-truck", "count": 2, "team": "day"},
    {"id": "squad", "kind": "squad", "count": 2, "team": "day", "material": "sandbag"},
]


def watertown(**changes: Any) -> Scenario:
    """Gridtown over the two drains of ``town``: H0-0 and H1-0 are an underpass at N2, H0-1 lies at N1."""
    roads = segments()
    for road in roads:
        if road["id"] in ("H0-0", "H1-0"):
            road |= {"low_point": "N2", "structure": "underpass"}
        if road["id"] == "H0-1":
            road |= {"low_point": "N1"}
    hospital = {
        "id": "clinic",
        "name": "clinic",
        "kind": "hospital",
        "lon": 113.66,
        "lat": 34.78,
        "segment": "H0-0",
    }
    gauge = {"id": "dip", "name": "dip", "kind": "underpass", "lon": 113.66, "lat": 34.78, "drain_node": "N2",
             "segment": "H0-0"}  # fmt: skip
    made: dict[str, Any] = {
        "hours": 3, "precipitation": 90.0, "wet_hours": 1, "air": 24.0, "hazards": ("water",), "roads": roads,
        "city__drains": town(ponding="YES"), "city__places": [hospital, gauge], "fleet__equipment": FLEET,
        "storm__warnings": [{"t": 0, "hazard": "water", "colour": "red"}],
        "command__rules": [{"hazard": "water", "colour": "red", "level": "I", "delay": 0}],
    }  # fmt: skip
    return scenario(**(made | changes))


def drive(sim: Simulation, until: int | None = None) -> list[Situation]:
    """Let it run without orders, to a second or to the end; the situations met."""
    seen = []
    while until is None or sim.t < until:
        situation = sim.advance(until)
        if situation is None:
            break
        seen.append(situation)
    return seen


def finished(made: Scenario) -> Run:
    """A run to the end, without orders."""
    with Simulation(made) as sim:
        drive(sim)
        return sim.result()


# ------------------------------------------------------------------ speed


@pytest.mark.parametrize(("mm", "kmh"), [(0, 86.9448), (100, 40.7), (150, 24.3), (200, 12.4), (299, 2.1)])
def test_speed_in_water_is_pregnolatos(mm: float, kmh: float) -> None:
    assert passable_speed(np.array([mm / 1000]))[0] * 86.9448 == pytest.approx(kmh, abs=0.06)


def test_traffic_stops_where_running_water_carries_a_small_car_off() -> None:
    """In shallow water, too: above 0.3 m2/s or 3 m/s (Shand et al. 2011)."""
    with Simulation(watertown()) as sim:
        sim.advance()
        fields, hazard = sim.world.fields, Water()
        fields["water_flow"][:3], fields["water_velocity"][:3] = (0.29, 0.31, 0.1), (2.0, 2.0, 3.1)
        assert hazard.speed_factor(sim.world)[:4].tolist() == [1, 0, 0, 1]


def test_machines_go_round_water_that_would_carry_them_off() -> None:
    """20 cm at 2 m/s are too much for one that wades 30 cm, not for one that wades 50 (0.3 and 0.6 m2/s)."""
    kinds = {"truck": 0.5, "squad": 0.3}
    made = watertown()
    fleet = [k.model_copy(update={"wading_depth": kinds.get(k.id, 0.3)}) for k in made.fleet.kinds]
    made = made.model_copy(update={"fleet": made.fleet.model_copy(update={"kinds": tuple(fleet)})})
    with Simulation(made) as sim:
        sim.advance()
        sim.world.fields["water_flow"][0], sim.world.fields["water_velocity"][0] = 0.4, 2.0
        sim.world.block_routes()
        low, high = (sim.world.torrent(depth)[0] for depth in (0.3, 0.5))
        assert (low, high) == (True, False)
        assert sim.world.routes[0.3].blocked[0] and not sim.world.routes[0.3].blocked[1]


@given(st.lists(st.floats(0, 3), min_size=2, max_size=2).map(sorted))
def test_deeper_water_is_never_quicker(depths: list[float]) -> None:
    """The published curve rises again beyond 307 mm."""
    shallow, deep = passable_speed(np.array(depths))
    assert 1 >= shallow >= deep >= 0
    assert deep == 0 if depths[1] >= 0.3 else deep > 0


# ------------------------------------------------------------------ runs


def test_without_crews_the_run_floods_what_swmm_alone_floods() -> None:
    quiet = watertown(respond=False, physics__water={"clog_start": 0.0, "clog_per_flow": 0.0})
    run = finished(quiet)
    with SwmmDrainage(under_storm(quiet)) as alone:
        alone.step(3 * 3600)
        totals = alone.totals()
    assert totals.flooded > 500
    assert run.totals["flooded_m3"] == pytest.approx(totals.flooded, rel=0.005)
    assert run.totals["rain_m3"] == pytest.approx(0.09 * 80_000, rel=1e-6)
    assert abs(run.balance["water"]) < 0.01


def test_depth_reaches_the_roads_of_its_node_and_slows_them() -> None:
    with Simulation(watertown(respond=False)) as sim:
        drive(sim, 3600)
        world = sim.world
        depth, node = world.fields["water_depth"], world.fields["node_depth"]
        low = world.network.segment_index
        assert node[world.node_index["N2"]] > 0.3
        assert depth[low["H0-0"]] == depth[low["H1-0"]] == node[world.node_index["N2"]]
        assert depth[low["H0-1"]] == node[world.node_index["N1"]]
        assert depth[low["V0-0"]] == 0
        assert world.speed_factor[low["H0-0"]] == 0 and world.speed_factor[low["V0-0"]] == 1


def test_where_the_model_loses_its_water_the_street_keeps_it_for_a_while() -> None:
    """Without ponding: water stands on the road while it rains, and is gone some time constants after."""
    made = watertown(respond=False, city__drains=town(ponding="NO"))
    with Simulation(made) as sim:
        drive(sim, 3600)
        wet = float(sim.world.water_depth().max())
        drive(sim, 3600 + int(10 * STREET_DRAIN_TIME))
        assert wet > 0.1 > 0.02 > float(sim.world.water_depth().max())


def downhill() -> Scenario:
    """A street at N1 that meets an underpass at N2, a metre lower, in a cloudburst; nothing ponds."""
    roads = segments()
    for road in roads:
        nodes = {"H0-0": "N1", "V0-0": "N2"}
        if road["id"] in nodes:
            road |= {"low_point": nodes[road["id"]]}
        if road["id"] == "V0-0":
            road |= {"structure": "underpass"}
    return watertown(respond=False, city__drains=town(ponding="NO"), roads=roads, precipitation=250.0)


def test_a_street_above_its_kerb_runs_on_to_the_next_low_point() -> None:
    """N2 lies a metre below N1 on the same road. Cut off from each other, N1 stands deeper and N2 shallower."""
    made = downhill()
    peaks = []
    for joined in (True, False):
        with Simulation(made) as sim:
            water = sim._hazards[0]
            nodes = sim.world.node_index
            assert water._onward[nodes["N1"]] == nodes["N2"]  # type: ignore[attr-defined]
            assert water._onward[nodes["N2"]] == -1, "an underpass keeps what it has"  # type: ignore[attr-defined]
            if not joined:
                water._onward[:] = -1  # type: ignore[attr-defined]
            drive(sim)
            depth = sim.result().fields["node_depth"].max("time")
            peaks.append([float(depth.sel(node=n)) for n in ("N1", "N2")])
    assert peaks[0][0] < peaks[1][0] and peaks[0][1] > peaks[1][1]


def test_a_flooded_street_that_leads_down_runs_and_so_does_the_ramp() -> None:
    with Simulation(downhill()) as sim:
        drive(sim, 1200)
        fields, road = sim.world.fields, sim.world.network.segment_index
        street, ramp, dry = road["H0-0"], road["V0-0"], road["V1-0"]
        wanted = 1.66 * max(fields["water_depth"][street] - KERB, 0.0) ** 1.5
        assert wanted > 0 and fields["water_flow"][street] == pytest.approx(wanted)
        assert fields["water_flow"][ramp] == pytest.approx(wanted)
        assert fields["water_velocity"][ramp] == pytest.approx(running(np.array(wanted), np.array(0.04))[1])
        assert fields["water_flow"][dry] == fields["water_velocity"][dry] == 0


def test_each_flood_of_an_underpass_is_noted_mark_by_mark() -> None:
    """Two segments share N2: one of them speaks. Each mark is noted once, in the order in which water rises."""
    run = finished(watertown(respond=False, goals__close_depth=0.25))
    marks = [e for e in run.events if e.kind == "water_mark"]
    assert [(e.target, e.text, e.value) for e in marks] == [
        ("H0-0", "wet", 0.02), ("H0-0", "close", 0.25), ("H0-0", "afloat", 0.3), ("H0-0", "wade", 1.2),
        ("H0-0", "roof", 4.5),
    ]  # fmt: skip
    assert marks[0].t < marks[1].t <= marks[2].t < marks[3].t < marks[4].t
    depth = run.fields["node_depth"].sel(node="N2")
    assert float(depth.sel(time=slice(0, marks[1].t - 1)).max()) < 0.25 <= float(depth.max())


def test_debris_makes_it_worse_and_flooding_brings_more() -> None:
    clean = {"clog_start": 0.0, "clog_per_flow": 0.0}
    dirty = {"clog_start": 0.5, "clog_per_flow": 0.2}
    runs = [finished(watertown(respond=False, physics__water=w)) for w in (clean, dirty)]
    assert runs[1].totals["flooded_m3"] > 1.2 * runs[0].totals["flooded_m3"]
    clog = runs[1].fields["clog"].values
    assert clog[0, 0] == 0.5 and 0.5 < clog[-1, 0] <= 0.95
    assert not runs[0].fields["clog"].values.any()


def test_a_pump_crew_takes_water_out_and_lowers_the_depth() -> None:
    runs = []
    for send in (False, True):
        with Simulation(watertown()) as sim:
            drive(sim, 1800)
            if send:
                for truck in ("truck/1", "truck/2"):
                    assert sim.apply(Assign(truck, ("pump",), ("N1",))) is None
            drive(sim)
            runs.append(sim.result())
    alone, helped = runs
    assert alone.totals["pumped_m3"] == 0
    assert helped.totals["pumped_m3"] > 300
    assert helped.totals["flooded_m3"] < alone.totals["flooded_m3"]
    assert abs(helped.balance["water"]) < 0.01
    node = {str(n): i for i, n in enumerate(alone.fields["node"].values)}["N1"]
    depths = [run.fields["node_depth"].values[:, node].sum() for run in runs]
    assert depths[1] < depths[0]


def test_a_squad_that_clears_inlets_lowers_the_flood() -> None:
    """15 inlets at 10 an hour are cleared in the two hours before the rain."""
    rain = [{"t": t * 3600, "precipitation": p / 3600, "air": 20.0} for t, p in ((0, 0), (2.5, 90), (3.5, 0))]
    made = watertown(
        physics__water={"clog_start": 0.6, "clog_per_flow": 0.0}, storm__weather=rain, hours=5,
        city__drains=town(ponding="NO"),
    )  # fmt: skip
    runs = []
    for send in (False, True):
        with Simulation(made) as sim:
            drive(sim, 1800)
            if send:
                assert sim.apply(Assign("squad/1", ("clear_inlet",), ("N1",))) is None
            drive(sim)
            runs.append(sim.result())
    assert runs[1].fields["clog"].values[-1].tolist() == pytest.approx([0.05, 0.6, 0.0])
    assert runs[1].totals["outflow_m3"] == pytest.approx(runs[0].totals["outflow_m3"], rel=0.05)
    flooded = [run.fields["node_flooding"].values[:, 0].sum() for run in runs]
    assert flooded[1] < 0.95 * flooded[0]


def test_a_power_cut_at_a_station_floods_and_power_brings_it_back() -> None:
    made = watertown(
        city__drains=station(), precipitation=0.0, hours=6, respond=False, roads=segments(), city__places=[]
    )
    with Simulation(made) as sim:
        drive(sim, 3600)
        assert sim.apply(Outage("P", 3600)) is None
        drive(sim, 7200)
        filled = sim.world.fields["node_depth"]
        deep = float(sim._hazards[0]._drains.depth()[0])  # type: ignore[attr-defined]
        drive(sim, 6 * 3600)
        assert deep > 2.0 > 1.1 > float(sim._hazards[0]._drains.depth()[0])  # type: ignore[attr-defined]
        assert filled.shape == (2,)


def test_a_surge_runs_in_and_is_counted() -> None:
    with Simulation(watertown(precipitation=0.0, respond=False)) as sim:
        drive(sim, 600)
        sim.apply(Surge("N1", 0.1, 1200))
        drive(sim)
        totals = sim.result().totals
    assert totals["poured_m3"] == pytest.approx(120.0, rel=1e-9)
    assert totals["outflow_m3"] == pytest.approx(120.0, rel=0.02)


def test_a_river_above_the_drains_keeps_the_water_in() -> None:
    high = [{"t": 0, "stage": 3.0}]
    runs = [finished(watertown(respond=False, precipitation=8.0, storm__river=river)) for river in ([], high)]
    assert runs[0].totals["flooded_m3"] < 0.1 * runs[1].totals["flooded_m3"]


def test_snow_does_not_rain_and_its_melt_reaches_the_drains() -> None:
    """10 mm of snow fall at -3 degC: nothing runs; at +5 degC afterwards the melt does."""
    cold = {"t": 0, "precipitation": 10 / 3600, "air": -3.0, "humidity": 0.9, "wind": 2.0}
    warm = {"t": 3600, "precipitation": 0.0, "air": 5.0, "humidity": 0.9, "wind": 2.0}
    made = watertown(hazards=("snow", "water"), hours=24, respond=False, storm__weather=[cold, warm])
    with Simulation(made) as sim:
        drive(sim, 3600)
        early = sim._hazards[1].totals(sim.world)
        drive(sim)
        late = sim.result()
    assert early["rain_m3"] == 0 and early["poured_m3"] == 0
    assert late.totals["rain_m3"] == 0
    drained = late.totals["snow_drained_kg"] / 1000
    assert drained > 50
    roads = sum(s.length * s.width for s in made.city.segments)
    roofs = (0.8 + 0.6) * 40_000
    assert drained < late.totals["poured_m3"] <= 0.010 * (roads + roofs) * 1.001
    assert late.totals["outflow_m3"] == pytest.approx(late.totals["poured_m3"], rel=0.05)


def test_rain_on_roads_is_not_poured_in_twice() -> None:
    """With the snow hazard running, rain drains from the carriageways too: the gages have it already."""
    made = watertown(hazards=("snow", "water"), respond=False)
    run = finished(made)
    assert run.totals["poured_m3"] == pytest.approx(0, abs=1e-6)


# ------------------------------------------------------------------ work


def test_the_reports_call_for_pumps_clearing_closing_guards_and_sandbags() -> None:
    with Simulation(watertown(physics__water={"clog_start": 0.3})) as sim:
        first, *others = drive(sim, 7200)
        before = set(first.jobs.reason)
        assert before == {"inlets_clogged"}, "known waterlogging points are cleared ahead of the flood"
        later = others[-1].jobs
        verbs = {v[0] for v in later.verbs}
        assert verbs == {"pump", "clear_inlet", "close", "guard", "sandbag"}
        rows = {(v[0], t): i for i, (v, t) in enumerate(zip(later.verbs, later.target, strict=True))}
        pump = rows["pump", "N2"]
        assert later.need[pump] == pytest.approx(400 * others[-1].reported.node_depth[1], rel=1e-6)
        assert later.weight[rows["close", "H0-0"]] == later.weight.max()
        assert ("guard", "dip") in rows and ("sandbag", "clinic") in rows
        world = sim.world
        assert later.segment[rows["close", "H0-0"]] == world.network.segment_index["H0-0"]
        assert (later.place >= 0).all()


def test_an_underpass_is_closed_on_its_rise_before_it_is_deep() -> None:
    """The lesson of 2021: close on what is coming, not on what stands there."""
    with Simulation(watertown(precipitation=28.0, command__gauge_period=300)) as sim:
        for situation in drive(sim, 7200):
            jobs = situation.jobs
            rows = [i for i, v in enumerate(jobs.verbs) if v == ("close",)]
            if rows:
                break
    assert {jobs.reason[i] for i in rows} == {"underpass_filling"}
    assert situation.reported.node_depth[1] < 0.15


def test_closed_underpasses_are_not_asked_for_again() -> None:
    with Simulation(watertown()) as sim:
        drive(sim, 5400)
        for name in ("H0-0", "H1-0"):
            sim.world.closed[sim.world.network.segment_index[name]] = True
        assert all(v != ("close",) for v in sim.situation("pause").jobs.verbs)


def test_a_look_changes_nothing() -> None:
    """Situations asked for every ten minutes leave the run as it is."""
    quiet = finished(watertown())
    with Simulation(watertown()) as sim:
        for t in range(600, 3 * 3600, 600):
            drive(sim, t)
            sim.situation("pause")
        drive(sim)
        watched = sim.result()
    assert watched.fields["node_depth"].equals(quiet.fields["node_depth"])


def test_the_same_scenario_gives_the_same_digest() -> None:
    assert finished(watertown()).digest == finished(watertown()).digest


# ------------------------------------------------------------------ errors


def test_water_without_drains_says_what_to_do() -> None:
    with pytest.raises(DrainageError, match=r"add city/drains.inp, or take water out of hazards"):
        Simulation(watertown(city__drains=None))


def test_a_faulty_model_frees_the_engine() -> None:
    broken = town().replace("C1 CIRCULAR", "C1 HEXAGON")
    with pytest.raises(DrainageError, match="C1 HEXAGON"):
        Simulation(watertown(city__drains=broken))
    finished(watertown(respond=False, hours=1))


def test_rain_falls_in_intervals_that_fit_the_storms_rows() -> None:
    """Rows at 0, 20 and 60 minutes: intervals of 20 minutes."""
    rows = [{"t": t * 60, "precipitation": p / 3600, "air": 20.0} for t, p in ((0, 10), (20, 40), (60, 0))]
    text = under_storm(watertown(storm__weather=rows))
    assert "G INTENSITY 0:20:00 1.0 TIMESERIES" in text
    with SwmmDrainage(text) as drains:
        drains.step(7200)
        assert drains.rain_depth() == pytest.approx(10 / 3 + 40 * 2 / 3, rel=1e-6)


def test_the_hazard_declares_what_it_writes() -> None:
    run = finished(watertown(hours=1, respond=False))
    for spec in Water.fields:
        assert spec.name in run.fields and run.fields[spec.name].dims[1] == spec.dim
