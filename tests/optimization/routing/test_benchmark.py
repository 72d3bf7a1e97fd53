"""The routing benchmark: its rows and means, its page, records that are written down, and sets that are not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import routing
from optimization.routing.formats import read
from optimization.routing.graph import instance, served
from optimization.routing.search import search
from tests.optimization.routing.test_formats import CARPLIB, PLAIN
from tests.optimization.routing.verifier import verify

RECORDS = sorted(routing.RECORDS.glob("*.json"))
KEYS = {"instance", "cost", "best_known", "gap_pct", "peer_gap_pct", "seconds"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A set of two instances, one with a known cost, and a page and records of its own."""
    home = tmp_path / "squares"
    home.mkdir()
    (home / "one.dat").write_text(PLAIN, encoding="utf-8")
    (home / "two.dat").write_text(CARPLIB, encoding="utf-8")
    (tmp_path / "best_known.csv").write_text("instance,bks\none,25\n", encoding="utf-8")
    monkeypatch.setattr(routing, "PAGE", tmp_path / "benchmarks.md")
    monkeypatch.setattr(routing, "RECORDS", tmp_path / "records")
    return home


def test_rows_and_means_go_to_stdout_as_json(folder, capsys):
    assert routing.main([str(folder), "--seconds", "0.05", "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    one, two = found["rows"]
    assert set(one) >= KEYS and (one["instance"], two["instance"]) == ("one", "two")
    assert one["best_known"] == 25 and one["gap_pct"] == round(100 * (one["cost"] / 25 - 1), 3)
    assert one["peer_cost"] == two["peer_cost"] == one["cost"] == two["cost"]
    assert two["best_known"] is None and two["gap_pct"] is None
    assert found["means"]["instances"] == 2 and found["means"]["gap_pct"] == one["gap_pct"]
    assert found["means"]["behind_peer"] == 0
    assert "best known" in err and "2 instances" in err


def test_the_peer_is_held_to_the_same_limits(tmp_path, capsys):
    free = CARPLIB.replace("CAPACIDAD : 5", "CAPACIDAD : 9")
    costs = []
    for name, text in (("free", free), ("limited", free.replace("CAPACIDAD", "MAX_TRIP : 14\n CAPACIDAD"))):
        (tmp_path / f"{name}.dat").write_text(text, encoding="utf-8")
        assert routing.main([str(tmp_path / f"{name}.dat"), "--seconds", "0.05", "--json"]) == 0
        (row,) = json.loads(capsys.readouterr().out)["rows"]
        assert row["cost"] == row["peer_cost"]
        costs.append(row["cost"])
    assert costs == [17, 26]


def test_the_page_keeps_what_else_is_on_it(folder, capsys):
    routing.PAGE.write_text(
        "# Benchmarks\n\n## Other\n\ntext\n\n## Routing\n\nintro\n\n## Last\n\nend\n", encoding="utf-8"
    )
    for _ in range(2):
        assert routing.main([str(folder), "--seconds", "0.01", "--no-peer", "--write"]) == 0
    page = routing.PAGE.read_text(encoding="utf-8")
    assert page.count("### squares, 0.01 s, seed 1") == 1
    assert [line for line in page.splitlines() if line.startswith("## ")] == [
        "## Other",
        "## Routing",
        "## Last",
    ]
    assert "intro" in page and "text" in page and page.index("| one | 4 |") < page.index("## Last")
    assert "python -m benchmarks.routing squares --seconds 0.01 --seed 1 --no-peer" in page


def test_a_cost_below_the_best_known_is_written_down_with_its_routes(folder, capsys):
    (folder.parent / "best_known.csv").write_text("instance,bks\none,99\ntwo,5\n", encoding="utf-8")
    assert routing.main([str(folder), "--seconds", "0.05", "--no-peer", "--write"]) == 0
    (kept,) = routing.RECORDS.glob("*.json")
    record = json.loads(kept.read_text(encoding="utf-8"))
    assert record["instance"] == "one" and record["best_known"] == 99
    assert verify(PLAIN, record["routes"]) == record["cost"] < 99


def test_what_is_not_there_is_told_and_left_out(folder, capsys):
    (folder / "bad.dat").write_text("hello", encoding="utf-8")
    assert routing.main(["no-such-set", str(folder), "--seconds", "0.01", "--no-peer"]) == 0
    out, err = capsys.readouterr()
    assert "'no-such-set' is no file, no folder with .dat files and no set in routing/: skipped" in err
    assert "bad.dat:1: is in none of the formats known" in err and err.rstrip().endswith("skipped")
    assert "2 instances" in out
    assert routing.main(["no-such-set"]) == 2


@pytest.mark.parametrize("path", RECORDS, ids=lambda p: p.stem)
def test_records_hold_against_the_files(path):
    record = json.loads(path.read_text(encoding="utf-8"))
    found = list(routing.DATA.rglob(f"{record['instance']}.dat"))
    if not found:
        pytest.skip(f"{record['instance']} is not among the data beside the project")
    routes = [[tuple(pair) for pair in route] for route in record["routes"]]
    assert verify(found[0].read_text(encoding="utf-8"), routes) == record["cost"] < record["best_known"]


@pytest.mark.parametrize("name", ["gdb/gdb8", "val/val1C", "egl/egl-e1-C"])
def test_plans_for_public_instances_hold_against_the_files(name):
    path: Path = routing.DATA / f"{name}.dat"
    if not path.is_file():
        pytest.skip(f"{name} is not among the data beside the project")
    graph = read(path)
    found = search(instance(graph), iterations=20_000)
    assert verify(path.read_text(encoding="utf-8"), served(graph, found.routes)) == found.cost
    known = routing.best_known(path, graph)
    assert known is not None and known <= found.cost <= 1.02 * known
