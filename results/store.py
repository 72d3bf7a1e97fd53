"""A run on disk: a folder that is written whole or not at all, and read back with every error in words.

``manifest.json`` says what the run is and what it amounts to; ``scenario.json`` and ``log.jsonl`` are enough
to run it again; ``events.parquet`` and ``fields.nc`` are what happened; ``report.html`` is for people, and
``charts/`` holds its charts and maps as PNG.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr
from pydantic import ValidationError

from results.metrics import in_steps, metrics
from simulation.model import Name, Scenario
from simulation.orders import Entry
from simulation.record import Branch, Event, Origin, Run, summary

MANIFEST, SCENARIO, LOG, EVENTS, FIELDS = (
    "manifest.json", "scenario.json", "log.jsonl", "events.parquet", "fields.nc",
)  # fmt: skip
FORMAT = 1
"""Raised whenever a reader of older folders would go wrong."""
_INT16 = 32_767
_EVENT_SCHEMA = pa.schema(
    [("t", pa.int64()), ("kind", pa.string()), ("crew", pa.string()), ("target", pa.string()),
     ("verb", pa.string()), ("value", pa.float64()), ("text", pa.string())]
)  # fmt: skip


class RunFolderError(Exception):
    """A run folder cannot be written or read; the text says which file, what is wrong and what to do."""


# --------------------------------------------------------------------------- writing


def manifest(run: Run) -> dict[str, Any]:
    """The small facts of a run and its metrics, as ``run --json`` prints them."""
    return {
        "format": FORMAT,
        **summary(run),
        "version": version("stormyard"),
        "name": run.scenario.name.model_dump(),
        "totals": dict(sorted(run.totals.items())),
        "metrics": metrics(run),
    }


def write_run(
    run: Run,
    directory: Path,
    report: bool = True,
    lang: str = "zh",
    decisions: Sequence[dict[str, Any]] = (),
) -> Path:
    """Write a run folder and return it. An older run folder of that name is replaced.

    ``decisions`` is what the dispatcher's solver said of each decision; it goes into the report.
    Raises RunFolderError where the name is taken by something else, or the disk says no; then nothing of the
    new run is left behind, and what was there still is.
    """
    directory = Path(directory)
    refuse_foreign(directory)
    with _whole(directory) as part:
        _write_text(part / SCENARIO, run.scenario.model_dump_json())
        _write_text(part / LOG, "".join(_line(entry.to_json()) for entry in run.log))
        pq.write_table(pa.Table.from_pylist([e._asdict() for e in run.events], _EVENT_SCHEMA), part / EVENTS)
        write_fields(run, part / FIELDS)
        if report:
            from results import report as pages

            pages.write_report(run, part, lang, decisions)
        _write_text(part / MANIFEST, json.dumps(manifest(run), ensure_ascii=False, indent=1, allow_nan=False))
    return directory


def write_fields(run: Run, path: Path) -> None:
    """The fields as netCDF 4 with CF-1.10 attributes, packed to int16 where their range fits."""
    data = run.fields.copy()
    data.attrs |= {
        "Conventions": "CF-1.10",
        "title": str(run.scenario.name),
        "source": f"Stormyard {version('stormyard')}, dispatcher {run.dispatcher}, seed {run.seed}",
    }
    if notes := [str(n) for n in (run.scenario.city.note, run.scenario.storm.note) if n]:
        data.attrs["comment"] = "; ".join(notes)
    start = run.scenario.storm.start
    data["time"] = data["time"].assign_attrs(
        units=f"seconds since {start.strftime('%Y-%m-%d %H:%M:%S')} {start.strftime('%z') or '+0000'}",
        standard_name="time", calendar="proleptic_gregorian", axis="T",
    )  # fmt: skip
    lines = [np.mean(s.line, axis=0) for s in run.scenario.city.segments]
    for axis, (name, unit) in enumerate((("longitude", "degrees_east"), ("latitude", "degrees_north"))):
        attrs = {"units": unit, "standard_name": name}
        data = data.assign_coords({name: ("segment", [line[axis] for line in lines], attrs)})
    encoding = {str(name): _packing(data[name]) for name in data.data_vars}
    for name, how in encoding.items():
        if "scale_factor" in how:
            data[name] = data[name].copy(data=in_steps(data[name].values, how["scale_factor"]))
    try:
        data.to_netcdf(path, engine="netcdf4", format="NETCDF4", encoding=encoding)
    except RuntimeError as error:  # netCDF4's word for a full disk
        raise OSError(str(error)) from error


def _packing(values: xr.DataArray) -> dict[str, Any]:
    """int16 in steps of the field's own resolution where its range fits; flags and codes as they are."""
    squeeze = {"zlib": True, "complevel": 2}
    step = float(values.attrs.get("packing_step", 0))
    if values.dtype == bool:
        return {"dtype": "int8", **squeeze}
    if values.dtype.kind in "iu":
        return squeeze
    largest = float(np.nanmax(np.abs(values.values), initial=0))
    if step > 0 and largest / step < _INT16:
        return {"dtype": "int16", "scale_factor": step, "_FillValue": -_INT16 - 1, **squeeze}
    return {"dtype": "float32", "_FillValue": np.float32(np.nan), **squeeze}


def refuse_foreign(directory: Path, scenario: Scenario | None = None) -> None:
    """Raises RunFolderError where a run folder must not be written: ask before a long run, not after.

    A run of the same scenario may be written anew; that of another scenario is never replaced.
    """
    if scenario is not None and (directory / MANIFEST).is_file():
        kept = read_manifest(directory)
        if kept["scenario_hash"] != scenario.digest():
            raise RunFolderError(
                f"{directory} holds a run of another scenario or variant; choose another folder"
            )
    if directory.is_dir() and any(directory.iterdir()) and not (directory / MANIFEST).is_file():
        raise RunFolderError(f"{directory} holds other files and no {MANIFEST}; choose another folder")
    if directory.exists() and not directory.is_dir():
        raise RunFolderError(f"{directory} is a file; choose a folder")


@contextmanager
def _whole(directory: Path) -> Iterator[Path]:
    """A new folder beside ``directory`` that takes its place when the block ends well, and else vanishes."""
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    except OSError as error:
        raise RunFolderError(f"{directory.parent} cannot be written: {error.strerror}") from error
    try:
        yield part
        _take_place(part, directory)
    except OSError as error:
        raise RunFolderError(f"{directory} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _take_place(part: Path, directory: Path) -> None:
    """Rename ``part`` to ``directory``; what was there steps aside first and comes back if that fails."""
    os.chmod(part, 0o755)
    if not directory.exists():
        return _patiently(lambda: part.rename(directory))
    aside = part.with_name(part.name + "-old")
    _patiently(lambda: directory.rename(aside))
    try:
        _patiently(lambda: part.rename(directory))
    except OSError:
        aside.rename(directory)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _patiently(rename: Callable[[], object], tries: int = 5) -> None:
    """On Windows a virus scanner may hold a fresh folder for a moment."""
    for left in range(tries - 1, -1, -1):
        try:
            rename()
            return
        except PermissionError:
            if not left:
                raise
            time.sleep(0.2)


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n"


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


# --------------------------------------------------------------------------- reading


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest of a run folder. Raises RunFolderError."""
    directory = Path(directory)
    if not directory.is_dir():
        raise RunFolderError(f"there is no folder {directory}")
    if not (directory / MANIFEST).is_file():
        raise RunFolderError(
            f"{directory} is no run folder: it has no {MANIFEST}; 'stormyard run' writes one"
        )
    known = _json(directory / MANIFEST, _text(directory / MANIFEST))
    wanted = {"format", "scenario_hash", "seed", "digest", "metrics", "balance", "dispatcher"}
    if not isinstance(known, dict) or (missing := wanted - known.keys()):
        gaps = ", ".join(sorted(missing)) if isinstance(known, dict) else "everything"
        raise RunFolderError(f"{directory / MANIFEST} is not the manifest of a run: it lacks {gaps}")
    if known["format"] != FORMAT:
        raise RunFolderError(
            f"{directory} was written in format {known['format']}, this version reads format {FORMAT}; "
            f"run the scenario again"
        )
    return known


def read_run(directory: Path) -> Run:
    """A run as it was written; packed fields come back to within half their packing step.

    Raises RunFolderError where a file is missing, broken or foreign, or the scenario was changed since.
    """
    directory = Path(directory)
    known = read_manifest(directory)
    scenario = read_scenario(directory)
    if scenario.digest() != known["scenario_hash"]:
        raise RunFolderError(
            f"{directory / SCENARIO} was changed after the run, or another version of Stormyard wrote it: "
            f"its hash is not the one in {MANIFEST}; run the scenario again"
        )
    return Run(
        scenario=scenario,
        seed=int(known["seed"]),
        log=read_log(directory),
        fields=_read_fields(directory / FIELDS),
        events=_read_events(directory / EVENTS),
        digest=str(known["digest"]),
        balance=dict(known["balance"]),
        totals=dict(known.get("totals", {})),
        dispatcher=str(known["dispatcher"]),
        cpu_seconds=float(known.get("wall_seconds", 0)),
        origin=origin_of(known),
    )


def origin_of(known: dict[str, Any]) -> Origin:
    """What was asked for, by a manifest; one of an older folder may not say."""
    branch = known.get("branch")
    return Origin(
        str(known.get("variant") or ""),
        dict(known.get("overrides") or {}),
        Branch(int(branch["at_s"]), str(branch["parent"])) if branch else None,
        tuple(Name(**remark) for remark in known.get("remarks") or ()),
    )


def read_scenario(directory: Path) -> Scenario:
    """The scenario of a run folder. Raises RunFolderError."""
    path = Path(directory) / SCENARIO
    text = _text(path)
    _json(path, text)
    try:
        return Scenario.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RunFolderError(f"{path}: {where}: {first['msg']}") from error


def read_log(directory: Path) -> tuple[Entry, ...]:
    """The log of a run folder. Raises RunFolderError with the number of the line that cannot be read."""
    path = Path(directory) / LOG
    entries = []
    for number, line in enumerate(_text(path).split("\n"), 1):
        if line.strip():
            try:
                entries.append(Entry.from_json(json.loads(line)))
            except json.JSONDecodeError as error:
                raise RunFolderError(f"{path}, line {number} is cut off or no JSON: {error.msg}") from error
            except (ValueError, AttributeError) as error:
                raise RunFolderError(f"{path}, line {number}: {error}") from error
    return tuple(entries)


def _read_events(path: Path) -> tuple[Event, ...]:
    _must_exist(path)
    try:
        columns = pq.read_table(path, schema=_EVENT_SCHEMA).to_pydict()
    except (pa.ArrowException, OSError) as error:
        raise RunFolderError(f"{path} is no event table: {str(error).splitlines()[0]}") from error
    return tuple(Event(*row) for row in zip(*(columns[name] for name in Event._fields), strict=True))


def _read_fields(path: Path) -> xr.Dataset:
    _must_exist(path)
    try:
        with xr.open_dataset(path, engine="netcdf4", decode_times=False) as data:
            return data.load().drop_vars(["longitude", "latitude"], errors="ignore")
    except (OSError, ValueError) as error:
        raise RunFolderError(f"{path} is no netCDF file or is cut off: {error}") from error


def _must_exist(path: Path) -> None:
    if not path.is_file():
        raise RunFolderError(f"{path.parent} is incomplete: {path.name} is missing; run the scenario again")


def _text(path: Path) -> str:
    _must_exist(path)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RunFolderError(f"{path} is not UTF-8 text (byte {error.start})") from error
    except OSError as error:
        raise RunFolderError(f"{path} cannot be read: {error.strerror}") from error


def _json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise RunFolderError(f"{path}, line {error.lineno} is cut off or no JSON: {error.msg}") from error
