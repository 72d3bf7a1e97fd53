"""EPA SWMM behind the drainage protocol, through the raw swmm-toolkit (SWMM 5.2).

SWMM keeps its state in global variables, so one simulation can be open in a process; a second one is refused
with words. Traps that are guarded here, each with a test: pumps take only water that is there; every value
is converted from the model's units; a pump without power stays off against the model's own rules; a blocked
pipe never gets the limit 0, which SWMM reads as "no limit"; closing twice would crash the engine.
"""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
import time
from contextlib import suppress
from itertools import pairwise, repeat
from pathlib import Path
from types import TracebackType
from typing import ClassVar

import numpy as np
import swmm.toolkit
from swmm.toolkit import shared_enum, solver

from simulation.drainage.complaints import complaints
from simulation.drainage.editing import LATCH, model_duration
from simulation.drainage.inp import FOOT, MM_PER_INCH, read_inp
from simulation.drainage.protocol import DrainageError, WaterTotals
from simulation.drainage.rows import InpError, InpProblem

FLOW = {
    "CFS": FOOT**3,
    "GPM": 6.30901964e-5,
    "MGD": 0.0438126364,
    "CMS": 1.0,
    "LPS": 1e-3,
    "MLD": 1000.0 / 86400.0,
}
"""m3/s of each flow unit."""
GUARD_STRIDE = 30
"""s between two looks at the water that a mobile pump draws on."""
RAMP = 0.5
"""Share of what a pump does not yet draw of that water by which its draw may rise between two looks. Pumps that only
start and stop at the low depth take up to 28 % of the water out of the balance (40 runs of a tiny town), those that
follow the water without a ramp 0.9 %, with it 0.25 %."""
LEAST_DRAW = 0.01
"""Share of a pump's rate below which it stops."""
NEAR_FULL = 0.999
"""Largest share of a capacity that debris blocks."""
_DEPTH, _VOLUME, _LATERAL, _TOTAL_INFLOW, _FLOOD, _FULL_FLOW = 303, 305, 306, 307, 308, 406
"""swmm_NODE_DEPTH, _VOLUME, _LATFLOW, _INFLOW, _OVERFLOW and swmm_LINK_FULLFLOW of swmm5.h."""
_WHOLE_RUN = 2**30
"""s; SWMM stops at the model's own end."""
_RIVER_OUTFALLS = ("FREE", "NORMAL", "FIXED")


class SwmmDrainage:
    """A SWMM model in motion; see ``protocol.Drainage``. Use as a context manager, or call ``close``.

    ``text`` is a model under a storm (``editing.with_storm``); ``low_depth`` is the depth in m above a node's
    invert below which mobile pumps draw no water. Raises InpError with the lines that SWMM refuses, and
    DrainageError where another simulation is open in this process.
    """

    _running: ClassVar[SwmmDrainage | None] = None
    """The one that is open in this process."""

    def __init__(self, text: str, low_depth: float = 0.2) -> None:
        self._inp = read_inp(text)
        if SwmmDrainage._running is not None:
            raise DrainageError(
                "another drain model is already open in this process: SWMM keeps one simulation a process. "
                "Close it first, or run this one in a process of its own"
            )
        SwmmDrainage._running = self
        self._folder = tempfile.TemporaryDirectory(prefix="stormyard-", dir=_ascii_folder())
        self._started = False
        try:
            self._open(text)
            self._describe(low_depth)
        except BaseException:
            self.close()
            raise

    def _open(self, text: str) -> None:
        paths = [str(Path(self._folder.name) / f"model.{end}") for end in ("inp", "rpt", "out")]
        Path(paths[0]).write_text(text, encoding="utf-8", newline="\n")
        self._report = Path(paths[1])
        self._started = True
        try:
            solver.swmm_open(*paths)
            solver.swmm_start(0)
        except Exception as error:
            raise self._complaint(error) from None

    def _complaint(self, error: Exception) -> DrainageError:
        """Frees SWMM and gives its complaint, with the lines of the .inp that its report names."""
        self._stop()
        report = self._report.read_text(encoding="utf-8", errors="replace")
        if problems := complaints(report, self._inp):
            return InpError(problems)
        return DrainageError(f"SWMM stopped: {' '.join(str(error).split()) or 'no reason was given'}")

    def _stop(self) -> None:
        """End SWMM once: a second close would free its memory twice."""
        if self._started:
            self._started = False
            with suppress(Exception):
                solver.swmm_end()
            solver.swmm_close()

    def _describe(self, low_depth: float) -> None:
        units = self._inp.flow_units
        self._flow = FLOW[units]
        self._value = _engine().swmm_getValue
        self._length = 1.0 if self._inp.metric else FOOT
        self._volume = self._length**3
        count = solver.project_get_count(shared_enum.ObjectType.NODE)
        self._count = count
        self._index = list(range(count))
        self.nodes = tuple(solver.project_get_id(shared_enum.ObjectType.NODE, i) for i in self._index)
        links = solver.project_get_count(shared_enum.ObjectType.LINK)
        names = [solver.project_get_id(shared_enum.ObjectType.LINK, i) for i in range(links)]
        self._link = {name.upper(): i for i, name in enumerate(names)}
        self.pumps = self._inp.pumps
        self._pump_links = [self._link[name.upper()] for name in self.pumps]
        self.full_depth = self._length * self._parameter(shared_enum.NodeProperty.FULL_DEPTH)
        self.invert = self._length * self._parameter(shared_enum.NodeProperty.INVERT_ELEVATION)
        area = self._length**2 * self._parameter(shared_enum.NodeProperty.POND_AREA)
        self.ponded_area = area if self._inp.ponding else np.zeros(count)
        self._ponds = np.flatnonzero(self.ponded_area > 0).tolist()
        self._low = low_depth
        self._rain_area = sum(s.area for s in self._inp.subcatchments)
        self._inflow, self._pumping = np.zeros(count), np.zeros(count)
        self._drawn: dict[int, float] = {}
        self._injected = self._pumped = 0.0
        self._duration = model_duration(self._inp)
        self._outfalls = [i for i in self._index if solver.node_get_type(i) == shared_enum.NodeType.OUTFALL]
        self._river = [
            self.nodes.index(row.words[0])
            for row in self._inp.rows("OUTFALLS")
            if row.words[2].upper() in _RIVER_OUTFALLS
        ]
        self._pipes, self._inlets = self._openings(links)
        self.can_clog = np.array([bool(self._pipes.get(i) or self._inlets.get(i)) for i in self._index])
        self.seconds = 0

    def _parameter(self, what: shared_enum.NodeProperty) -> np.ndarray:
        return np.array([solver.node_get_parameter(i, what) for i in self._index])

    def _openings(self, links: int) -> tuple[dict[int, list[tuple[int, float, float]]], dict[int, list]]:
        """What debris at a node can block: its street inlets, else the conduits that leave it.

        Conduits as (link, full flow, the model's own limit) in model units; inlets as (link, percent clogged).
        """
        inlets: dict[int, list[tuple[int, float]]] = {}
        for row in self._inp.rows("INLET_USAGE"):
            link = self._link[row.words[0].upper()]
            share = solver.inlet_get_parameter(link, shared_enum.InletProperty.CLOG_FACTOR)
            inlets.setdefault(solver.link_get_connections(link)[1], []).append((link, share))
        pipes: dict[int, list[tuple[int, float, float]]] = {}
        if self._inp.options.get("FLOW_ROUTING", "").upper() != "DYNWAVE":
            return pipes, inlets
        for link in range(links):
            if solver.link_get_type(link) != shared_enum.LinkType.CONDUIT:
                continue
            start = solver.link_get_connections(link)[0]
            full = self._value(_FULL_FLOW, link)
            if start not in inlets and full > 0:
                limit = solver.link_get_parameter(link, shared_enum.LinkProperty.FLOW_LIMIT)
                pipes.setdefault(start, []).append((link, full, limit))
        return pipes, inlets

    def step(self, seconds: int) -> None:
        """Advance. Raises DrainageError if the engine fails or the storm's time is over."""
        if self.seconds + seconds > self._duration:
            raise DrainageError(f"the storm's time is over: the model was opened for {self._duration} s")
        left = seconds
        while left > 0:
            part = min(left, GUARD_STRIDE) if self._pumping.any() else left
            self._draw(part)
            try:
                solver.swmm_stride(part)
            except Exception as error:
                complaint = self._complaint(error)
                self.close()
                raise complaint from None
            self._injected += part * float(self._inflow.sum())
            self._pumped += part * sum(self._drawn.values())
            self.seconds += part
            left -= part

    def _draw(self, seconds: int) -> None:
        """Give each pumped node the rate that its water allows for the next ``seconds``."""
        pumped = np.flatnonzero(self._pumping)
        wanted = {int(node): self._allowed(int(node), seconds) for node in pumped}
        for node in sorted(wanted.keys() | self._drawn.keys()):
            drawn = wanted.get(node, 0.0)
            if drawn != self._drawn.get(node, 0.0):
                self._set_net(node, self._inflow[node] - drawn)
        self._drawn = {node: rate for node, rate in wanted.items() if rate > 0}

    def _allowed(self, node: int, seconds: int) -> float:
        """m3/s: what reaches the node and stands in it above the low depth, up to the pumps' rate; below that
        depth no more than what reaches it, and less the lower it is."""
        rate, drawn = float(self._pumping[node]), self._drawn.get(node, 0.0)
        depth = self._length * self._value(_DEPTH, node)
        hidden = min(self._value(_LATERAL, node), 0.0)  # runoff that the draw exceeds is not in SWMM's inflow
        reaching = max(self._flow * (self._value(_TOTAL_INFLOW, node) + hidden) + drawn, 0.0)
        if depth <= self._low:
            less = min(rate, reaching, drawn * depth / self._low) if depth > 0 else 0.0
            return less if less > LEAST_DRAW * rate else 0.0
        volume = self._volume * self._value(_VOLUME, node)
        there = reaching + volume * (1 - self._low / depth) / seconds
        return min(rate, there, drawn + RAMP * max(there - drawn, 0.0))

    def _set_net(self, node: int, flow: float) -> None:
        solver.node_set_total_inflow(node, flow / self._flow)

    def depth(self) -> np.ndarray:
        """(nodes,) m above invert, above ``full_depth`` where water is ponded."""
        return self._length * self._read(_DEPTH, self._index)

    def ponded(self) -> np.ndarray:
        """(nodes,) m of water that stands above the rim; 0 where none does or can."""
        above = np.zeros(self._count)
        depth = self._length * self._read(_DEPTH, self._ponds)
        above[self._ponds] = np.maximum(depth - self.full_depth[self._ponds], 0.0)
        return above

    def flooding(self) -> np.ndarray:
        """(nodes,) m3/s leaving through the rim now."""
        return self._flow * self._read(_FLOOD, self._index)

    def _read(self, what: int, nodes: list[int]) -> np.ndarray:
        return np.fromiter(map(self._value, repeat(what), nodes), float, len(nodes))

    def set_inflow(self, node: int, flow: float) -> None:
        """Water put in at a node from now on, m3/s, at least 0."""
        if flow != self._inflow[node]:
            self._inflow[node] = flow
            self._set_net(node, flow - self._drawn.get(node, 0.0))

    def set_pumping(self, node: int, rate: float) -> None:
        """What mobile pumps can take out of a node from now on, m3/s; drawn only while water is there."""
        self._pumping[node] = rate

    def set_clog(self, node: int, share: float) -> None:
        """Share (0-1) of the capacity at a node that debris blocks: of its street inlets, or else of the full
        flow of the conduits that leave it. Nothing happens where ``can_clog`` is False."""
        kept = 1 - min(max(share, 0.0), NEAR_FULL)
        for link, percent in self._inlets.get(node, ()):
            clogged = 100 - (100 - percent) * kept
            solver.inlet_set_parameter(link, shared_enum.InletProperty.CLOG_FACTOR, clogged)
        for link, full, limit in self._pipes.get(node, ()):
            capacity = kept * (min(full, limit) if limit > 0 else full)
            solver.link_set_parameter(
                link, shared_enum.LinkProperty.FLOW_LIMIT, limit if kept == 1 else capacity
            )

    def set_pump(self, link: int, on: bool) -> None:
        """A pump's power (index into ``pumps``). Without power a control rule holds it; with power back its
        own rules and depths decide again."""
        solver.link_set_target_setting(self._pump_links[link], 1.0 if on else LATCH)

    def set_stage(self, stage: float) -> None:
        """River level at every free, normal or fixed outfall above its invert, m."""
        for node in self._river:
            solver.outfall_set_stage(node, (self.invert[node] + stage) / self._length)

    def totals(self) -> WaterTotals:
        """Volumes so far. SWMM gives storage in cubic feet whatever the units, the rest in the model's; it books
        what is pumped out as outflow, so that of the outfalls is summed at the outfalls."""
        routing = solver.system_get_routing_totals()
        lost = self._volume * routing.flooding
        return WaterTotals(
            rain=self.rain_depth() / 1000 * self._rain_area,
            runoff=self._volume * routing.wwInflow,
            injected=self._injected,
            pumped=self._pumped,
            flooded=lost + float(self.flooded()[self.ponded_area > 0].sum()),
            lost=lost,
            outflow=self._volume * sum(solver.node_get_total_inflow(i) for i in self._outfalls),
            storage=FOOT**3 * routing.finalStorage,
            continuity=routing.pctError / 100,
        )

    def flooded(self) -> np.ndarray:
        """(nodes,) m3 that left through each rim so far; what a street inlet caught again is counted too."""
        return self._volume * np.array([solver.node_get_stats(i).volFlooded for i in self._index])

    def rain_depth(self) -> float:
        """mm (= kg/m2) of rain so far, mean over the model's land."""
        if not self._rain_area:
            return 0.0
        return float(solver.system_get_runoff_totals().rainfall) * (1.0 if self._inp.metric else MM_PER_INCH)

    def close(self) -> None:
        """Free the engine and remove its files; safe to call twice."""
        if SwmmDrainage._running is self:
            self._stop()
            SwmmDrainage._running = None
            self._folder.cleanup()

    def __enter__(self) -> SwmmDrainage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def swmm_problems(text: str) -> tuple[InpProblem, ...]:
    """What is wrong with a model, by our reading and by SWMM's own; empty where it opens and starts.

    SWMM cannot be asked while another model is open in this process: then our reading alone is told.
    """
    try:
        if SwmmDrainage._running is not None:
            read_inp(text)
        else:
            SwmmDrainage(text).close()
    except InpError as error:
        return error.problems
    except DrainageError as error:
        return (InpProblem(0, str(error)),)
    return ()


def swmm_alone_seconds(text: str) -> float:
    """CPU seconds that SWMM alone needs for a text, file handling included: the bound our runs are held to."""
    if SwmmDrainage._running is not None:
        raise DrainageError("a drain model is open in this process; close it before timing another")
    with tempfile.TemporaryDirectory(prefix="stormyard-", dir=_ascii_folder()) as folder:
        paths = [str(Path(folder) / f"model.{end}") for end in ("inp", "rpt", "out")]
        Path(paths[0]).write_text(text, encoding="utf-8", newline="\n")
        start = time.process_time()
        try:
            solver.swmm_open(*paths)
            solver.swmm_start(0)
            solver.swmm_stride(_WHOLE_RUN)
            solver.swmm_end()
        finally:
            solver.swmm_close()
        return time.process_time() - start


def mean_rain(text: str, interval: int, duration: int) -> list[float]:
    """Rain of a model's own gages, whatever their format: kg/m2/s on the mean of its land in each interval.

    SWMM itself reads the gages; flows are not routed. ``interval`` and ``duration`` in whole seconds.
    """
    with SwmmDrainage(text) as drains:
        fallen = [0.0]
        for start in range(0, duration, interval):
            drains.step(min(interval, duration - start))
            fallen.append(drains.rain_depth())
    return [max(b - a, 0.0) / interval for a, b in pairwise(fallen)]


def _ascii_folder() -> str | None:
    """A folder for temporary files whose path SWMM can open: on Windows it reads paths in the local code page,
    so a user name in Chinese would defeat it. None = the system's own choice."""
    usual = tempfile.gettempdir()
    if sys.platform != "win32" or usual.isascii():
        return None
    candidates = [os.environ.get(name, "") for name in ("PUBLIC", "ProgramData", "SystemDrive")]
    for folder in candidates:
        if folder.isascii() and os.path.isdir(folder) and os.access(folder, os.W_OK):
            return folder
    raise DrainageError(
        f"SWMM cannot open files in {usual}: set the environment variable TEMP to a folder named in plain letters"
    )


def _engine() -> ctypes.PyDLL:
    """The library that the toolkit has loaded already, for the one call its Python side leaves out: any value of
    any object, at a third of the cost (all nodes are read every minute)."""
    name = {"win32": "swmm5.dll", "darwin": "libswmm5.dylib"}.get(sys.platform, "libswmm5.so")
    library = ctypes.PyDLL(str(Path(swmm.toolkit.__file__).parent / name))
    library.swmm_getValue.restype = ctypes.c_double
    library.swmm_getValue.argtypes = [ctypes.c_int, ctypes.c_int]
    return library
