"""Run folders: whole or not at all, read back as written, and every error in words."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import results.store
from results.metrics import metrics
from results.store import RunFolderError, manifest, read_manifest, read_run, write_run
from scenarios.load import load
from simulation.model import Name
from simulation.record import Branch, Origin, Run
from stormyard.jobs import simulate
from tests.results.made_runs import snow_run, water_run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A written run of water, without its report."""
    return write_run(water_run(), tmp_path / "run", report=False)


@pytest.mark.parametrize("make", [snow_run, water_run])
def test_a_run_comes_back_as_it_was_written(make: Callable[[], Run], tmp_path: Path) -> None:
    """Scenario, log, events, totals, digest and metrics are equal; fields to half a packing step."""
    run = make()
    back = read_run(write_run(run, tmp_path / "run", report=False))
    assert (back.scenario, back.log, back.events) == (run.scenario, run.log, run.events)
    assert (back.digest, back.totals, back.balance, back.seed) == (
        run.digest,
        run.totals,
        run.balance,
        run.seed,
    )
    assert metrics(back) == metrics(run)
    for name, values in run.fields.items():
        step = values.attrs["packing_step"] or 1e-6
        assert float(abs(back.fields[name] - values).max()) <= step / 2
        assert back.fields[name].dims == values.dims


def test_the_manifest_says_what_was_asked_for(tmp_path: Path) -> None:
    """Variant, overrides and branch come back from the folder; a run as it stands has none."""
    remark = Name(zh="库存过多", en="much stock")
    origin = Origin("early", {"hours": 6}, Branch(3600, "d1ge5t"), (remark,))
    back = write_run(replace(snow_run(), origin=origin), tmp_path / "run", report=False)
    told = read_manifest(back)
    assert (told["variant"], told["overrides"], told["branch"]) == (
        "early", {"hours": 6}, {"at_s": 3600, "parent": "d1ge5t"},
    )  # fmt: skip
    assert told["remarks"] == [{"zh": "库存过多", "en": "much stock"}]
    assert read_run(back).origin == origin
    assert manifest(snow_run())["branch"] is None


def test_the_folder_has_every_file_of_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report too, and nothing else beside the folder."""
    monkeypatch.setattr("results.charts.png", lambda figure, dpi: str(id(figure)).encode())
    monkeypatch.setattr("results.sections.map.png", lambda *_, **__: b"PNG")
    write_run(snow_run(), tmp_path / "run")
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == [
        "charts", "events.parquet", "fields.nc", "log.jsonl", "manifest.json", "report.html", "scenario.json",
    ]  # fmt: skip
    assert {"storm-zh.png", "storm-en.png"} < {p.name for p in (tmp_path / "run" / "charts").iterdir()}
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("reference", ["tiny/snow", "tiny/flood"])
def test_a_simulated_run_and_its_folder_give_the_same_figures(reference: str, tmp_path: Path) -> None:
    """Fields are packed, yet every metric is equal to the last digit, for they are read in packed steps."""
    run = simulate(load(reference), 3).run
    back = read_run(write_run(run, tmp_path / "run", report=False))
    assert metrics(back) == metrics(run)
    assert (back.events, back.log, back.digest) == (run.events, run.log, run.digest)
    assert {n: v.attrs.get("units") for n, v in back.fields.items()} == {
        n: v.attrs.get("units") for n, v in run.fields.items()
    }


def test_xarray_reads_the_fields_decoded(folder: Path) -> None:
    """Packed to int16 on disk, metres and dates in the hand of whoever opens it."""
    with xr.open_dataset(folder / "fields.nc") as data:
        assert data.attrs["Conventions"] == "CF-1.10"
        assert data["water_depth"].encoding["dtype"] == np.int16
        assert float(data["water_depth"].max()) == pytest.approx(0.40)
        assert str(data["time"].values[4]) == "2024-01-31T01:00:00.000000000"
        assert "schematic reconstruction" in data.attrs["comment"]


def test_a_field_beyond_int16_is_kept_as_float(tmp_path: Path) -> None:
    """40 m in steps of 1 mm does not fit; it is not wrapped round."""
    run = water_run()
    run.fields["node_depth"][3, 0] = 40.0
    back = read_run(write_run(run, tmp_path / "run", report=False))
    assert float(back.fields["node_depth"].max()) == 40.0


def test_manifest_is_plain_json(folder: Path) -> None:
    """Metrics that were never reached are null, not NaN."""
    known = json.loads((folder / "manifest.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert known["seed"] == 7
    assert known["metrics"]["closed_late"] == 1


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fills up at the fields: no folder, no rest, and the older run is still there."""
    write_run(snow_run(), tmp_path / "run", report=False)
    before = (tmp_path / "run" / "manifest.json").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(results.store, "write_fields", full)
    with pytest.raises(RunFolderError, match=r"run cannot be written: No space left"):
        write_run(water_run(), tmp_path / "run", report=False)
    assert [p.name for p in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run" / "manifest.json").read_bytes() == before


def test_an_older_run_is_replaced(tmp_path: Path) -> None:
    """Writing again gives the new run."""
    write_run(snow_run(), tmp_path / "run", report=False)
    write_run(water_run(), tmp_path / "run", report=False)
    assert read_run(tmp_path / "run").scenario.id == "grid/water"


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    """It is named, and not touched."""
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RunFolderError, match="holds other files and no manifest"):
        write_run(snow_run(), tmp_path, report=False)
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "mine"


def broken(name: str, change: Callable[[bytes], bytes | None]) -> Callable[[Path], None]:
    """A deed that changes one file of a run folder, or deletes it where ``change`` gives None."""

    def do(folder: Path) -> None:
        content = change((folder / name).read_bytes())
        if content is None:
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(content)

    return do


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (broken("fields.nc", lambda _: None), "fields.nc is missing"),
        (broken("fields.nc", lambda b: b[:1000]), "fields.nc is no netCDF file or is cut off"),
        (broken("events.parquet", lambda b: b[:50]), "events.parquet is no event table"),
        (broken("log.jsonl", lambda b: b[:-20]), "log.jsonl, line 2 is cut off or no JSON"),
        (
            broken("log.jsonl", lambda b: b.replace(b"Assign", b"Asign")),
            "log.jsonl, line 1: 'Asign' is no order",
        ),
        (broken("log.jsonl", lambda b: b"\xff" + b), "log.jsonl is not UTF-8"),
        (
            broken("scenario.json", lambda b: b[:-5]),
            "scenario.json, line 1 is cut off",
        ),
        (broken("scenario.json", lambda b: b.replace(b"43200.0", b"43201.0")), "was changed after the run"),
        (broken("scenario.json", lambda b: b.replace(b'"local"', b'"lokal"')), "city.segments.9.road_class"),
        (broken("manifest.json", lambda b: b[: len(b) // 2]), "manifest.json, line"),
        (broken("manifest.json", lambda b: b"{}"), "it lacks balance, digest"),
        (broken("manifest.json", lambda b: b"[]"), "is not the manifest of a run"),
        (broken("manifest.json", lambda b: b.replace(b'"format": 1', b'"format": 99')), "format 99"),
        (broken("manifest.json", lambda _: None), "is no run folder"),
    ],
)
def test_errors_are_in_words(folder: Path, deed: Callable[[Path], None], words: str) -> None:
    """Each fault names the file, the line where there is one, and what is wrong."""
    deed(folder)
    with pytest.raises(RunFolderError, match=words):
        read_run(folder)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(RunFolderError, match=r"there is no folder .*nowhere"):
        read_run(tmp_path / "nowhere")
