"""From a SWMM model to a scenario that runs: whole, stated, and flooding what SWMM alone floods."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scenarios.importers.swmm import import_swmm
from scenarios.importers.swmm_roads import layout, roads
from scenarios.load import load
from scenarios.problems import BadScenario
from simulation.drainage.inp import read_inp
from simulation.engine import Simulation
from simulation.hazards.water import under_storm
from simulation.model import Scenario, WaterPhysics
from simulation.network import Network
from simulation.record import Run
from tests.simulation.drainage.drains import pipe, pystorms, station, town

SHARED = Path(__file__).parents[4] / "shared" / "data" / "drains"
MODELS = (
    "100_Subs", "3005_HH", "314_HH", "960_HH_SI", "Nathan_square_dual", "nr_user1", "nr_user3", "pystorms_alpha",
    "pystorms_gamma", "pystorms_zeta", "swmmio_test_inlet_drains_streets", "system",
)  # fmt: skip
SLOW = {
    "100_Subs",
    "3005_HH",
    "314_HH",
    "pystorms_zeta",
    "960_HH_SI",
    "Nathan_square_dual",
    "nr_user3",
    "system",
}
"""Models that take seconds: benchmarks/drains.py imports and runs them; here they are read and laid out."""


def written(tmp_path: Path, text: str, name: str = "model.inp") -> Path:
    """A model as a file."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def finished(scenario: Scenario) -> Run:
    """A run in which nobody acts."""
    with Simulation(scenario.model_copy(update={"respond": False})) as sim:
        while sim.advance() is not None:
            pass
        return sim.result()


def flooding_loss(text: str, folder: Path) -> float:
    """m3 of "Flooding Loss" in the report of SWMM's own program, run in a process of its own."""
    (folder / "m.inp").write_text(text, encoding="utf-8")
    script = (
        "import sys; from swmm.toolkit import solver; "
        "solver.swmm_run(sys.argv[1] + '/m.inp', sys.argv[1] + '/m.rpt', sys.argv[1] + '/m.out')"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True, capture_output=True)
    report = (folder / "m.rpt").read_text(encoding="utf-8", errors="replace")
    found = re.search(r"Flooding Loss \.+ +[\d.]+ +([\d.]+)", report)
    assert found is not None
    return float(found[1]) * (1000.0 if read_inp(text).metric else 3785.411784)


# ------------------------------------------------------------------ the folder


def test_a_model_becomes_a_scenario_that_loads_and_says_what_it_is(tmp_path: Path) -> None:
    source = written(tmp_path, pystorms("alpha"))
    report = import_swmm(source, tmp_path / "alpha", name="Alpha")
    scenario = load(tmp_path / "alpha")
    assert scenario.hazards == ("water",) and scenario.storm.id == "cloudburst"
    assert scenario.city.note is not None and "schematic" in scenario.city.note.en
    assert "示意" in scenario.city.note.zh
    assert report.facts["nodes"] == 28 and report.facts["waterlogging_points"] >= 1
    text = (tmp_path / "alpha" / "README.md").read_text(encoding="utf-8")
    assert all(note.en in text and note.zh in text for note in report.notes)
    assert scenario.city.drains == "\n".join(pystorms("alpha").splitlines()) + "\n"
    assert {p.kind for p in scenario.city.places} == {"waterlogging"}


def test_every_node_that_can_flood_has_a_road_and_all_roads_connect(tmp_path: Path) -> None:
    for name in ("alpha", "beta", "theta", "zeta"):
        inp = read_inp(pystorms(name))
        made = roads(inp, layout(inp, (0.0, 0.0)).lonlat)
        lows = {s.low_point for s in made}
        without = [n.name for n in inp.nodes if n.kind != "outfall" and n.name not in lows]
        assert len(without) <= 0.05 * len(inp.nodes), (name, without)
        assert len(set(Network(made).strong_components())) == 1
        assert len({s.id for s in made}) == len(made)


def test_the_map_is_scaled_by_pipe_lengths() -> None:
    """Pipes of 100 m drawn 7 units long: the roads come out 100 m long."""
    text = town().replace("\nN2 100 0\n", "\nN2 7 0\n").replace("\nO 200 0", "\nO 14 0")
    inp = read_inp(text)
    drawn = layout(inp, (10.0, 50.0))
    made = roads(inp, drawn.lonlat)
    assert [round(s.length) for s in made] == [100, 100]
    assert made[0].line[0] == pytest.approx((10.0, 50.0), abs=0.01)
    assert "1 unit = 14.3 m" in drawn.how.en


def test_degrees_are_kept() -> None:
    text = town().replace("\nN1 0 0", "\nN1 113.66 34.78").replace("\nN2 100 0\n", "\nN2 113.661 34.78\n")
    inp = read_inp(text.replace("\nO 200 0", "\nO 113.662 34.78"))
    drawn = layout(inp, (0.0, 0.0))
    assert drawn.lonlat[0].tolist() == [113.66, 34.78]
    assert "own longitudes and latitudes" in drawn.how.en


def test_a_model_without_coordinates_is_laid_out_and_says_so() -> None:
    text = town()
    inp = read_inp(text[: text.index("[COORDINATES]")])
    drawn = layout(inp, (0.0, 0.0))
    assert "no coordinates" in drawn.how.en and np.isfinite(drawn.lonlat).all()
    assert len({tuple(p) for p in drawn.lonlat.tolist()}) == 3


def test_a_node_without_coordinates_stands_beside_its_neighbours() -> None:
    inp = read_inp(town().replace("\nN2 100 0\n", "\n"))
    drawn = layout(inp, (0.0, 0.0))
    assert "1 without any" in drawn.how.en
    assert drawn.lonlat[0, 0] < drawn.lonlat[1, 0] < drawn.lonlat[2, 0]


def test_pumping_stations_become_places(tmp_path: Path) -> None:
    import_swmm(written(tmp_path, station()), tmp_path / "out")
    places = {p.kind: p for p in load(tmp_path / "out").city.places}
    assert places["pumping_station"].drain_node == "S"


def test_the_models_own_rain_becomes_a_variant(tmp_path: Path) -> None:
    import_swmm(written(tmp_path, town()), tmp_path / "out")
    own = load(tmp_path / "out", "own-rain")
    assert own.storm.id == "own-rain" and own.duration == 6 * 3600
    fallen = sum(
        row.precipitation * (after.t - row.t)
        for row, after in zip(own.storm.weather, own.storm.weather[1:], strict=False)
    )
    assert fallen == pytest.approx(2.5, rel=1e-6), "5 minutes of 30 mm/h: the gage's interval"


# ------------------------------------------------------------------ what cannot be


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "this is no SWMM model"),
        (pipe().replace("C J O 100", "C J O9 100"), r"model.inp line \d+: conduit 'C' ends at node 'O9'"),
        (pipe().replace("C CIRCULAR", "C HEXAGON"), r"model.inp line \d+: SWMM: invalid keyword"),
        (pipe().replace("100 0.013", "0 0.013"), "length"),
        ("[TITLE]\nwells\n[JUNCTIONS]\nJ 1 1\n[OUTFALLS]\nO 0 FREE NO\n", "has no conduit, pump"),
        (pipe()[: pipe().index("[XSECTIONS]")], "has no cross-section"),
        (pipe().replace("[CONDUITS]", "[CONDUITES]"), r"unknown section \[CONDUITES\]"),
    ],
)
def test_a_faulty_model_is_told_by_file_and_line_and_leaves_nothing(
    tmp_path: Path, text: str, words: str
) -> None:
    source = written(tmp_path, text)
    with pytest.raises(BadScenario, match=words):
        import_swmm(source, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model.inp"]


def test_a_missing_file_and_a_taken_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadScenario, match="the file cannot be opened"):
        import_swmm(tmp_path / "none.inp", tmp_path / "out")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadScenario, match="not empty"):
        import_swmm(written(tmp_path, pipe()), tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_a_missing_rain_file_costs_the_own_rain_only(tmp_path: Path) -> None:
    text = town().replace("G INTENSITY 0:05 1.0 TIMESERIES old", "G INTENSITY 0:05 1.0 FILE rain.dat ST MM")
    report = import_swmm(written(tmp_path, text), tmp_path / "out")
    assert any("the rain file 'rain.dat' is missing" in n.en for n in report.notes)
    with pytest.raises(BadScenario, match="own-rain"):
        load(tmp_path / "out", "own-rain")


def test_a_chinese_model_in_gbk_is_read_and_said(tmp_path: Path) -> None:
    source = tmp_path / "model.inp"
    source.write_bytes(("[TITLE]\n金水区试验段\n" + town().replace("N1", "井1")).encode("gb18030"))
    report = import_swmm(source, tmp_path / "out")
    assert any("gb18030" in n.en for n in report.notes)
    scenario = load(tmp_path / "out")
    assert "井1" in {s.low_point for s in scenario.city.segments}
    run = finished(scenario)
    assert run.totals["flooded_m3"] > 0 and "井1" in run.fields["node"].values


# ------------------------------------------------------------------ the same water as SWMM's


def test_the_figure_of_the_notes_is_that_of_a_run_in_which_nobody_acts(tmp_path: Path) -> None:
    """One decision about debris: none, in the notes and in the run, until the variant asks for it."""
    report = import_swmm(written(tmp_path, pystorms("alpha")), tmp_path / "out")
    run = finished(load(tmp_path / "out"))
    assert run.totals["flooded_m3"] == pytest.approx(report.facts["flooded_m3"], rel=0.001)
    assert f"When nobody acts, {run.totals['flooded_m3']:,.0f} m3 overflow" in " ".join(
        n.en for n in report.notes
    )
    assert load(tmp_path / "out", "clogged-inlets").physics.water == WaterPhysics()


def test_where_pumps_come_too_late_the_notes_say_so(tmp_path: Path) -> None:
    """In alpha deep water is gone after twenty minutes."""
    notes = import_swmm(written(tmp_path, pystorms("alpha")), tmp_path / "out").notes
    assert any("comes too late" in n.en and "泵到时水已大半退去" in n.zh for n in notes)


@pytest.mark.parametrize("name", ["alpha", "gamma", "theta"])
def test_when_nobody_acts_the_run_loses_what_swmm_alone_loses(name: str, tmp_path: Path) -> None:
    import_swmm(written(tmp_path, pystorms(name)), tmp_path / "out")
    scenario = load(tmp_path / "out")
    loss = flooding_loss(under_storm(scenario), tmp_path)
    run = finished(scenario)
    assert loss > 100
    assert run.totals["lost_m3"] == pytest.approx(loss, rel=0.01)
    assert abs(run.balance["water"]) < 0.01


@pytest.mark.parametrize("name", MODELS)
def test_every_model_at_hand_imports(name: str, tmp_path: Path) -> None:
    """And loses what SWMM alone loses; the slow ones are read and laid out only."""
    path = SHARED / f"{name}.inp"
    if not path.exists():
        pytest.skip("no drain models in ../shared/data/drains beside the repository")
    if name in SLOW:
        inp = read_inp(path.read_text(encoding="latin-1"))
        made = roads(inp, layout(inp, (0.0, 0.0)).lonlat)
        assert len(set(Network(made).strong_components())) == 1
        return
    import_swmm(path, tmp_path / "out")
    scenario = load(tmp_path / "out")
    loss = flooding_loss(under_storm(scenario), tmp_path)
    assert finished(scenario).totals["lost_m3"] == pytest.approx(loss, rel=0.01)
