"""Tiny models of land alone, and what SWMM itself makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from swmm.toolkit import solver
from swmm.toolkit.shared_enum import ObjectType, SubcatchProperty

from simulation.drainage.inp import read_inp
from simulation.drainage.native.land import Runoff, read_land

HORTON = "HORTON 40 4 4 2 0"
SUBAREA = "0.015 0.15 1 5 25 OUTLET"
STORM = "0:00 5 0:30 40 1:00 90 1:15 20 2:00 0 5:00 60 5:30 0"
"""mm/h of a gage that counts for 15 minutes: two storms with gaps, within 8 hours."""


def model(
    infiltration: str = HORTON,
    subarea: str = SUBAREA,
    storm: str = STORM,
    land: str = "A G J 2 40 100 1 0",
    gage: str = "INTENSITY 0:15 1.0 TIMESERIES S",
    units: str = "CMS",
    options: str = "",
    more: str = "",
) -> str:
    """One subcatchment A (2 ha, 40 % sealed) that drains to junction J, with one gage G, for eight hours.

    ``infiltration``: method and parameters; ``land``: rows of [SUBCATCHMENTS] separated by semicolons, each with
    the same ``subarea`` and soil.
    """
    names = [row.split()[0] for row in land.split(";")]
    method, parameters = infiltration.split(maxsplit=1)
    lines = [
        "[OPTIONS]", f"FLOW_UNITS {units}", f"INFILTRATION {method}", "FLOW_ROUTING DYNWAVE",
        "START_DATE 07/20/2021", "START_TIME 00:00:00", "END_DATE 07/20/2021", "END_TIME 08:00:00",
        "WET_STEP 00:01:00", "DRY_STEP 00:10:00", "ROUTING_STEP 60", "THREADS 1", *options.split(";"),
        "[RAINGAGES]", f"G {gage}",
        "[SUBCATCHMENTS]", *land.split(";"),
        "[SUBAREAS]", *(f"{name} {subarea}" for name in names),
        "[INFILTRATION]", *(f"{name} {parameters}" for name in names),
        "[JUNCTIONS]", "J 1 2 0 0 0", "[OUTFALLS]", "O 0 FREE",
        "[CONDUITS]", "C J O 100 0.013 0 0", "[XSECTIONS]", "C CIRCULAR 1 0 0 0",
        "[TIMESERIES]", f"S {storm}",
        *more.split(";"),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


class Told(NamedTuple):
    """What an engine says of all land, m3, and of the last subcatchment."""

    rain: float
    evaporation: float
    infiltration: float
    runoff: float
    """m3 from the last subcatchment."""
    peak: float
    """m3/s of the last subcatchment."""


def swmm_says(text: str, folder: Path) -> Told:
    """SWMM's runoff of a metric model, without its flow routing."""
    paths = [str(folder / f"model.{end}") for end in ("inp", "rpt", "out")]
    Path(paths[0]).write_text(text + "[OPTIONS]\nIGNORE_ROUTING YES\n", encoding="utf-8")
    solver.swmm_open(*paths)
    try:
        solver.swmm_start(0)
        solver.swmm_stride(2**30)
        count = solver.project_get_count(ObjectType.SUBCATCH)
        stats = [solver.subcatch_get_stats(i) for i in range(count)]
        area = [1e4 * solver.subcatch_get_parameter(i, SubcatchProperty.AREA) for i in range(count)]
        solver.swmm_end()
    finally:
        solver.swmm_close()
    return Told(
        sum(1e-3 * s.precip * a for s, a in zip(stats, area, strict=True)),
        sum(s.evap for s in stats),
        sum(s.infil for s in stats),
        stats[-1].runoff,
        stats[-1].maxFlow,
    )


def we_say(text: str) -> Told:
    """The same by our own runoff."""
    land = read_land(read_inp(text))
    runoff = Runoff(land, 1)
    out = np.zeros((land.nodes, 1))
    peak, ran = 0.0, 0.0
    while (before := runoff.time) < land.duration:
        runoff.reach(before + 1)
        at_end = runoff.inflow(runoff.time, out).sum()
        peak, ran = max(peak, at_end), ran + at_end * (runoff.time - before)
    books = runoff.balance()
    return Told(books.rain[0], books.evaporation[0], books.infiltration[0], ran, peak)
