"""Is this machine fit: one check a part, each done for real and none that stops the others."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

PACKAGES = (
    "simpy", "numpy", "scipy", "pulp", "highspy", "xarray", "netCDF4", "pydantic", "pyarrow", "matplotlib",
    "swmm-toolkit", "osmium",
)  # fmt: skip
TINY_DRAINS = """[OPTIONS]
FLOW_UNITS CMS
FLOW_ROUTING KINWAVE
START_DATE 01/01/2024
START_TIME 00:00
END_DATE 01/01/2024
END_TIME 00:10
ROUTING_STEP 60
[JUNCTIONS]
J 1.0 2.0
[OUTFALLS]
O 0.0 FREE
[CONDUITS]
C J O 100 0.013 0 0
[XSECTIONS]
C CIRCULAR 1 0 0 0
[DWF]
J FLOW 0.1
"""


@dataclass(frozen=True)
class Finding:
    """What one check found; ``name`` and ``hint`` are keys below ``doctor.`` in the language files."""

    name: str
    ok: bool
    detail: str
    hint: str
    optional: bool = False


def findings() -> Iterator[Finding]:
    """Every check in turn."""
    for name, check, hint, optional in CHECKS:
        try:
            yield Finding(name, True, check(), hint, optional)
        except Exception as error:  # a broken library may raise anything, and the next check must still run
            yield Finding(name, False, f"{type(error).__name__}: {error}", hint, optional)


def _python() -> str:
    return f"{platform.python_version()} {platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def _packages() -> str:
    return ", ".join(f"{name} {version(name)}" for name in PACKAGES)


def _solver() -> str:
    """At least -(x + y) under x + 2y <= 4 and 3x + y <= 6 is -2.8."""
    import pulp

    from optimization.solver import solve

    problem = pulp.LpProblem("doctor", pulp.LpMinimize)
    x, y = (problem.add_variable(name, lowBound=0) for name in "xy")
    problem += -x - y
    problem += x + 2 * y <= 4
    problem += 3 * x + y <= 6
    found = solve(problem, time_limit=10)
    if found.status != "optimal" or abs(found.objective + 2.8) > 1e-9:
        raise ArithmeticError(f"a tiny model gave {found.status} {found.objective}, not -2.8")
    return f"pulp {version('pulp')}, highspy {version('highspy')}"


def _drains() -> str:
    """What flows into a pipe at 0.1 m3/s for ten minutes leaves it."""
    from simulation.drainage.swmm import SwmmDrainage

    with SwmmDrainage(TINY_DRAINS) as drains:
        for _ in range(10):
            drains.step(60)
        lost = drains.totals().continuity
    if abs(lost) > 0.05:
        raise ArithmeticError(f"a tiny model lost {lost:.1%} of its water")
    return f"swmm-toolkit {version('swmm-toolkit')}"


def _fields() -> str:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    import xarray as xr

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "雪.nc"
        xr.Dataset({"snow": ("time", np.arange(3.0))}).to_netcdf(file, engine="netcdf4")
        with xr.open_dataset(file, engine="netcdf4") as read:
            if float(read["snow"].sum()) != 3.0:
                raise OSError("a field did not come back as it was written")
        pq.write_table(pa.table({"t": [1, 2]}), Path(folder) / "events.parquet")
    return f"netCDF4 {version('netCDF4')}, pyarrow {version('pyarrow')}"


def _font() -> str:
    from results import fonts

    if lost := fonts.missing("雪洪涝积水封闭"):
        raise LookupError(f"the font lacks {' '.join(lost)}")
    return f"{fonts.FAMILY}, {len(fonts.covered())} characters"


def _writable() -> str:
    runs = Path("runs")
    nearest = next(p for p in (runs, *runs.resolve().parents) if p.is_dir())
    with tempfile.TemporaryFile(dir=nearest):
        return str(runs.resolve())


def _terminal() -> str:
    encoding = sys.stderr.encoding or "ascii"
    "雪 Ⅳ °C →".encode(encoding)
    return encoding


def _osm() -> str:
    import osmium

    if not hasattr(osmium, "FileProcessor"):
        raise ImportError("this osmium is too old: it has no FileProcessor")
    return f"osmium {version('osmium')}"


CHECKS: tuple[tuple[str, Callable[[], str], str, bool], ...] = (
    ("python", _python, "hint_install", False),
    ("version", lambda: version("stormyard"), "hint_install", False),
    ("packages", _packages, "hint_install", False),
    ("solver", _solver, "hint_install", False),
    ("drains", _drains, "hint_install", False),
    ("fields", _fields, "hint_install", False),
    ("font", _font, "hint_font", False),
    ("osm", _osm, "hint_install", True),
    ("writable", _writable, "hint_writable", False),
    ("terminal", _terminal, "hint_terminal", True),
)
