"""EPA SWMM behind the protocol: analytic cases, and every trap that was met."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.drainage.editing import with_storm
from simulation.drainage.inp import InpError, read_inp
from simulation.drainage.protocol import DrainageError
from simulation.drainage.swmm import FLOW, SwmmDrainage, swmm_alone_seconds, swmm_problems
from tests.simulation.drainage.drains import START, bucket, pipe, pystorms, station, town

CLOUDBURST = [90 / 3600] * 12
"""90 mm in an hour, 5-minute intervals."""


def stormed(text: str, hours: float = 3) -> str:
    """A text under the cloudburst."""
    return with_storm(read_inp(text), CLOUDBURST, 300, START, int(hours * 3600))


def run(drains: SwmmDrainage, minutes: int) -> None:
    """Step minute by minute."""
    for _ in range(minutes):
        drains.step(60)


def normal_depth(flow: float, width: float, slope: float, n: float) -> float:
    """m of uniform flow in a circular pipe (Manning), by bisection."""
    low, high = 0.0, width
    for _ in range(60):
        depth = (low + high) / 2
        angle = 2 * np.arccos(1 - 2 * depth / width)
        area, edge = width**2 / 8 * (angle - np.sin(angle)), width * angle / 2
        carried = area * (area / edge) ** (2 / 3) * slope**0.5 / n
        low, high = (depth, high) if carried < flow else (low, depth)
    return float(depth)


NORMAL_DEPTH = normal_depth(0.05, 0.5, 0.01, 0.013)

# ------------------------------------------------------------------ analytic


def test_one_bucket_holds_what_is_poured_in() -> None:
    """0.02 m3/s for 100 min into 50 m2 stand 2.4 m deep; nothing leaves."""
    with SwmmDrainage(bucket()) as drains:
        drains.set_inflow(drains.nodes.index("B"), 0.02)
        run(drains, 100)
        assert drains.depth()[drains.nodes.index("B")] == pytest.approx(2.4, rel=1e-3)
        totals = drains.totals()
        assert totals.injected == pytest.approx(120.0)
        assert totals.storage == pytest.approx(120.0, rel=2e-3)
        assert totals.outflow == 0 and totals.flooded == 0 and abs(totals.continuity) < 1e-3


@pytest.mark.parametrize("units", sorted(FLOW))
def test_one_pipe_carries_its_inflow_in_any_units(units: str) -> None:
    """0.05 m3/s in, the same out, at Manning's normal depth; every length is converted."""
    foot = 1 if units in ("CMS", "LPS", "MLD") else 0.3048
    text = pipe(units, inflow=0.05 / FLOW[units])
    for metres in ("11 2", "J O 100", "CIRCULAR 0.5", "O 10 FREE"):
        *words, last = metres.split() if metres != "O 10 FREE" else ["O", "10"]
        text = text.replace(" ".join([*words, last]), " ".join([*words, f"{float(last) / foot:.9g}"]))
    text = text.replace("J 11 ", f"J {11 / foot:.9g} ")
    with SwmmDrainage(text) as drains:
        run(drains, 120)
        assert drains.full_depth[0] == pytest.approx(2.0, rel=1e-4)
        assert drains.depth()[0] == pytest.approx(NORMAL_DEPTH, abs=0.002)
        totals = drains.totals()
        assert totals.outflow == pytest.approx(0.05 * 7200, rel=0.02)
        assert abs(totals.continuity) < 0.01


def test_a_river_above_the_outfall_backs_the_pipe_up() -> None:
    """River 1.6 m above the outfall's invert at 10 m: water at J (11 m) cannot stand below 0.6 m."""
    with SwmmDrainage(pipe()) as drains:
        drains.set_stage(1.6)
        run(drains, 60)
        assert drains.depth()[0] >= 0.6
        drains.set_stage(0.0)
        run(drains, 60)
        assert drains.depth()[0] == pytest.approx(NORMAL_DEPTH, abs=0.002)


# ------------------------------------------------------------------ pumps


def test_a_pump_takes_only_water_that_is_there() -> None:
    """A pump of 0.5 m3/s where 0.05 m3/s arrive: what is pumped and what flows out make up what came."""
    with SwmmDrainage(pipe(inflow=0.05), low_depth=0.05) as drains:
        drains.set_pumping(0, 0.5)
        run(drains, 120)
        totals = drains.totals()
        assert abs(totals.continuity) < 0.02
        assert totals.pumped + totals.outflow == pytest.approx(0.05 * 7200, rel=0.02)
        assert totals.pumped > 0.45 * 0.05 * 7200


def test_below_the_low_depth_nothing_is_pumped() -> None:
    with SwmmDrainage(pipe(inflow=0.05), low_depth=0.2) as drains:
        drains.set_pumping(0, 0.5)
        run(drains, 60)
        assert drains.totals().pumped == 0.0


def test_pumping_lowers_flooding_and_stops_when_taken_off() -> None:
    text = stormed(town())
    with SwmmDrainage(text) as drains:
        run(drains, 180)
        alone = drains.totals()
    with SwmmDrainage(text) as drains:
        drains.set_pumping(0, 0.3)
        run(drains, 120)
        pumped = drains.totals().pumped
        drains.set_pumping(0, 0.0)
        run(drains, 60)
        helped = drains.totals()
    assert alone.flooded > 1000
    assert helped.pumped == pumped > 300
    assert helped.flooded < alone.flooded - 0.8 * pumped
    assert abs(helped.continuity) < 0.01


@settings(max_examples=12, deadline=None)
@given(
    rates=st.lists(st.sampled_from([0.0, 0.05, 0.4, 1.5]), min_size=6, max_size=6),
    inflow=st.sampled_from([0.0, 0.1, 0.5]),
    ponding=st.sampled_from(["YES", "NO"]),
)
def test_water_is_conserved_whatever_is_pumped(rates: list[float], inflow: float, ponding: str) -> None:
    """Rain, inflow and pumps switched every 15 minutes at two nodes: SWMM's own continuity stays within 1 %."""
    with SwmmDrainage(stormed(town(ponding), hours=2)) as drains:
        for i, rate in enumerate(rates):
            drains.set_pumping(i % 2, rate)
            drains.set_inflow(1 - i % 2, inflow if i % 3 else 0.0)
            run(drains, 15)
        totals = drains.totals()
    assert abs(totals.continuity) < 0.01
    spent = totals.outflow + totals.lost + totals.storage + totals.pumped
    assert spent == pytest.approx(totals.runoff + totals.injected, rel=0.012)


# ------------------------------------------------------------------ power


@pytest.mark.parametrize("rule", [False, True])
def test_a_pump_without_power_stays_off_against_its_own_rules(rule: bool) -> None:
    """SWMM would switch it on again by its start depth or by the model's control rule."""
    with SwmmDrainage(with_storm(read_inp(station(rule)), [], 300, START, 6 * 3600)) as drains:
        run(drains, 60)
        before = drains.totals().outflow
        assert before > 0
        drains.set_pump(0, False)
        run(drains, 60)
        assert drains.totals().outflow - before < 0.3, "one routing step's worth at most"
        deep = drains.depth()[0]
        assert deep > 2.0
        drains.set_pump(0, True)
        run(drains, 60)
        assert drains.totals().outflow - before == pytest.approx(0.05 * 3600, rel=0.02)
        assert drains.depth()[0] < deep


def test_with_power_all_the_time_the_power_rule_changes_nothing() -> None:
    inp = read_inp(station())
    text = with_storm(inp, [], 300, START, 6 * 3600)
    without = re.sub(r"RULE stormyard_power.*?PRIORITY \d+\n", "", text, flags=re.DOTALL)
    outflow = []
    for one in (text, without):
        with SwmmDrainage(one) as drains:
            run(drains, 240)
            outflow.append(drains.totals().outflow)
    assert "stormyard_power" in text and "stormyard_power" not in without
    assert outflow[0] == outflow[1] > 0


# ------------------------------------------------------------------ debris


def test_a_clogged_pipe_carries_its_share_and_a_cleared_one_all() -> None:
    """Half of the full flow of a 0.5 m pipe at 1 % (0.378 m3/s) is 0.189; 0.25 arrive."""
    with SwmmDrainage(pipe(inflow=0.25)) as drains:
        assert drains.can_clog.tolist() == [True, False]
        drains.set_clog(0, 0.5)
        run(drains, 60)
        assert drains.flooding()[0] == pytest.approx(0.25 - 0.189, abs=0.002)
        drains.set_clog(0, 0.0)
        run(drains, 60)
        assert drains.flooding()[0] == 0.0
        assert drains.depth()[0] < 0.5


def test_a_pipe_that_is_blocked_whole_lets_almost_nothing_through() -> None:
    """SWMM reads the limit 0 as no limit at all: it must never be given."""
    with SwmmDrainage(pipe(inflow=0.05)) as drains:
        drains.set_clog(0, 1.0)
        run(drains, 60)
        assert drains.totals().outflow < 0.05 * 3600 * 0.02
        assert drains.totals().flooded > 0.05 * 3600 * 0.9


def test_the_models_own_flow_limit_comes_back_after_clearing() -> None:
    text = pipe(inflow=0.25).replace("C J O 100 0.013 0 0", "C J O 100 0.013 0 0 0 0.1")
    with SwmmDrainage(text) as drains:
        drains.set_clog(0, 0.5)
        run(drains, 30)
        assert drains.flooding()[0] == pytest.approx(0.25 - 0.05, abs=0.002)
        drains.set_clog(0, 0.0)
        run(drains, 30)
        assert drains.flooding()[0] == pytest.approx(0.25 - 0.1, abs=0.002)


def test_street_inlets_clog_by_their_own_factor() -> None:
    """SWMM 5.2 inlets: with all clogged, the sewers under the streets get less and the streets keep more."""
    spec = find_spec("swmmio")
    assert spec is not None and spec.origin is not None
    path = Path(spec.origin).parent / "tests" / "data" / "test_inlet_drains.inp"
    text = stormed(path.read_text(encoding="latin-1"), hours=1)
    outflow = []
    for share in (0.0, 1.0):
        with SwmmDrainage(text) as drains:
            inlets = np.flatnonzero(drains.can_clog)
            for node in inlets:
                drains.set_clog(int(node), share)
            run(drains, 60)
            outflow.append(drains.totals().outflow)
    assert len(inlets) > 0
    assert outflow[1] < 0.95 * outflow[0]


def test_kinematic_models_say_that_debris_has_no_effect() -> None:
    text = pipe().replace("FLOW_ROUTING DYNWAVE", "FLOW_ROUTING KINWAVE")
    with SwmmDrainage(text) as drains:
        assert not drains.can_clog.any()
        drains.set_clog(0, 0.9)
        run(drains, 60)
        assert drains.totals().outflow > 100


# ------------------------------------------------------------------ ponding and totals


def test_ponded_water_stands_above_the_rim_and_returns() -> None:
    with SwmmDrainage(stormed(town("YES"), hours=6)) as drains:
        assert drains.ponded_area.tolist() == [400.0, 400.0, 0.0]
        highest = 0.0
        for _ in range(360):
            drains.step(60)
            highest = max(highest, float((drains.depth() - drains.full_depth)[:2].max()))
        totals = drains.totals()
        assert highest > 1.0
        assert (drains.depth() - drains.full_depth)[:2].max() <= 0
    assert totals.lost == 0 and totals.flooded > 400


def test_without_ponding_the_rim_is_the_limit_and_water_is_lost() -> None:
    with SwmmDrainage(stormed(town())) as drains:
        assert not drains.ponded_area.any()
        run(drains, 40)
        assert (drains.depth() <= drains.full_depth + 1e-6)[:2].all()
        run(drains, 140)
        totals = drains.totals()
    assert totals.lost == totals.flooded > 1000


@pytest.mark.parametrize("name", ["gamma", "theta", "beta"])
def test_totals_are_those_of_swmms_own_report(name: str, tmp_path: Path) -> None:
    """Flooding Loss, External Outflow, Final Stored Volume and the continuity error of the report file."""
    text = stormed(pystorms(name), hours=1.5)
    with SwmmDrainage(text) as drains:
        run(drains, 90)
        totals = drains.totals()
    report = swmm_report(text, tmp_path)
    us = not read_inp(text).metric
    million = 3785.411784 if us else 1000.0
    for line, value in (
        ("Flooding Loss", totals.lost),
        ("External Outflow", totals.outflow),
        ("Final Stored Volume", totals.storage),
        ("Wet Weather Inflow", totals.runoff),
    ):
        told = float(re.search(rf"{line} \.+ +[\d.]+ +([\d.]+)", report)[1]) * million  # type: ignore[index]
        assert value == pytest.approx(told, rel=0.01, abs=million * 0.002), line
    error = float(
        re.search(r"Flow Routing Continuity.*?Continuity Error \(%\) \.+ +(-?[\d.]+)", report, re.S)[1]
    )  # type: ignore[index]
    assert totals.continuity * 100 == pytest.approx(error, abs=0.15)


def swmm_report(text: str, folder: Path) -> str:
    """The report of SWMM's own program run in one go, in a process of its own."""
    (folder / "m.inp").write_text(text, encoding="utf-8")
    script = (
        "import sys; from swmm.toolkit import solver; "
        "solver.swmm_run(sys.argv[1] + '/m.inp', sys.argv[1] + '/m.rpt', sys.argv[1] + '/m.out')"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True, capture_output=True)
    return (folder / "m.rpt").read_text(encoding="utf-8", errors="replace")


# ------------------------------------------------------------------ one at a time, and errors


def folders() -> set[str]:
    """Our temporary folders."""
    return {p.name for p in Path(tempfile.gettempdir()).glob("stormyard-*")}


def test_a_second_model_is_refused_with_words_until_the_first_is_closed() -> None:
    before = folders()
    with SwmmDrainage(pipe()) as first:
        with pytest.raises(DrainageError, match="another drain model is already open in this process"):
            SwmmDrainage(pipe())
        with pytest.raises(DrainageError, match="close it before timing"):
            swmm_alone_seconds(pipe())
        first.step(60)
    with SwmmDrainage(pipe()) as second:
        second.step(60)
    second.close()
    second.close()
    first.close()
    assert folders() == before


def test_an_error_on_the_way_frees_the_engine_and_its_files() -> None:
    before = folders()
    with pytest.raises(RuntimeError, match="mine"), SwmmDrainage(pipe()) as drains:
        drains.step(60)
        raise RuntimeError("mine")
    with SwmmDrainage(pipe()) as drains:
        drains.step(60)
    assert folders() == before


def test_what_swmm_refuses_is_told_with_line_and_words_and_nothing_stays_open() -> None:
    """A roughness that reads well to us, a cross-section SWMM does not know, in a model under a storm."""
    text = town().replace("C2 CIRCULAR 0.4", "C2 HEXAGON 0.4")
    line = next(i for i, row in enumerate(text.splitlines(), 1) if row.startswith("C2 HEXAGON"))
    before = folders()
    with pytest.raises(InpError) as caught:
        SwmmDrainage(stormed(text))
    (problem,) = caught.value.problems
    assert problem.line == line
    assert problem.what.startswith("SWMM: invalid keyword") and "C2 HEXAGON" in problem.what
    assert folders() == before
    with SwmmDrainage(pipe()) as drains:
        drains.step(60)


def test_an_error_about_an_object_points_to_its_line() -> None:
    """Two pipes into one outfall: SWMM names the outfall, not a line."""
    text = town().replace("C1 N1 N2", "C1 N1 O")
    line = next(i for i, row in enumerate(text.splitlines(), 1) if row.startswith("O 10"))
    found = swmm_problems(text)
    assert found[0].line == line and "Outfall O" in found[0].what
    assert swmm_problems(town()) == ()


def test_after_the_storms_end_there_is_no_further_step() -> None:
    with SwmmDrainage(stormed(town(), hours=1)) as drains:
        run(drains, 60)
        with pytest.raises(DrainageError, match="the storm's time is over"):
            drains.step(60)


def test_the_same_model_gives_the_same_water_to_the_last_bit() -> None:
    depths = []
    for _ in range(2):
        with SwmmDrainage(stormed(town("YES"), hours=1)) as drains:
            drains.set_pumping(1, 0.2)
            run(drains, 60)
            depths.append(drains.depth().tobytes())
    assert depths[0] == depths[1]


def test_swmm_alone_is_timed() -> None:
    assert 0 < swmm_alone_seconds(stormed(town(), hours=1)) < 30
