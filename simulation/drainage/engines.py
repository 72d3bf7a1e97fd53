"""The engines that can stand behind ``protocol.Drainage``, by the name that a scenario gives them."""

from __future__ import annotations

from simulation.drainage.protocol import Drainage
from simulation.drainage.rows import InpError, InpProblem
from simulation.drainage.swmm import SwmmDrainage
from simulation.model import DrainageEngine


def open_drains(engine: DrainageEngine, text: str, low_depth: float) -> Drainage:
    """A model under a storm (``editing.with_storm``), in motion. ``low_depth`` is the depth in m above a node's
    invert below which mobile pumps draw no water. Raises DrainageError where the model cannot be run."""
    if engine == "native":
        from simulation.drainage.native.engine import (
            NativeDrainage,
        )  # loads numba: seconds, for those who want it

        return NativeDrainage(text, low_depth)
    return SwmmDrainage(text, low_depth)


def refusals(engine: DrainageEngine, text: str) -> tuple[InpProblem, ...]:
    """What an engine has against a model under a storm, by line; empty where it runs it."""
    try:
        open_drains(engine, text, 0.2).close()
    except InpError as error:
        return error.problems
    return ()


def make_ready(engine: DrainageEngine) -> None:
    """Compile what the engine needs, which takes a minute once after installing, else next to nothing."""
    if engine == "native":
        open_drains(engine, _TINY, 0.2).step(60)


_TINY = """[OPTIONS]
FLOW_UNITS CMS
FLOW_ROUTING DYNWAVE
START_DATE 01/01/2000
END_DATE 01/01/2000
END_TIME 01:00:00
[RAINGAGES]
G INTENSITY 0:05 1.0 TIMESERIES R
[SUBCATCHMENTS]
A G J 1 50 100 1 0
[SUBAREAS]
A 0.013 0.1 1 3 25 OUTLET
[INFILTRATION]
A 60 6 4 7 0
[JUNCTIONS]
J 11 2
[OUTFALLS]
O 10 FREE
[CONDUITS]
C J O 100 0.013 0 0
[XSECTIONS]
C CIRCULAR 0.5 0 0 0
[TIMESERIES]
R 0:00 60
R 1:00 0
"""
