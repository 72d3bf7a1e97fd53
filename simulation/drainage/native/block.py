"""A block of members that take their steps together: their state, their book and the calls into the kernel."""

from __future__ import annotations

import numpy as np

from simulation.drainage.native import layout as model
from simulation.drainage.native.capture import tabled
from simulation.drainage.native.devices import devices
from simulation.drainage.native.held import hold
from simulation.drainage.native.inlets import street
from simulation.drainage.native.network import (
    BARRELS,
    BOTTOM1,
    BOTTOM2,
    CAP1,
    CAP2,
    HEIGHT,
    LID,
    ROOF1,
    ROOF2,
    TRUE_LENGTH,
    network,
)
from simulation.drainage.native.routing import advance
from simulation.drainage.native.state import Book, State

WIDTHS = (1, 8, 16)
"""Members a block: one, or one or two times as many float64 as the widest vector registers hold; two share what a
conduit costs besides its arithmetic."""
LINE = 64
"""Bytes a memory line: rows of a block start at one."""


class Plan:
    """What the blocks of one model share."""

    def __init__(self, plan: model.Layout) -> None:
        self.layout = plan
        self.net = network(plan)
        self.gear = devices(plan)
        self.inlets = tabled(plan.inlets, plan.sections)


class Block:
    """``width`` members (one of WIDTHS) of a model in motion; arrays are [element, member]."""

    def __init__(self, plan: Plan, width: int, low_depth: float = 0.2) -> None:
        self.plan, self.width = plan, width
        self.pumped = False  # whether mobile pumps ever stood at a node
        nodes, links = len(plan.layout.nodes.names), len(plan.layout.links.names)
        pipes, outfalls = len(plan.net.pipes.link), len(plan.net.ends.node)
        rows = {"stage": outfalls, "staged": outfalls, "resting": 1}
        rows |= dict.fromkeys(("area", "area_old", "froude", "content", "content_old"), pipes)
        rows |= dict.fromkeys(
            ("flow", "flow_old", "dqdh", "share1", "share2", "setting", "target", "ruled", "power", "limit"),
            links,
        )
        self.state = State(**{name: _rows(rows.get(name, nodes), width) for name in State._fields})
        by_node, by_member = (nodes, width), (1, width)
        self.book = Book(
            _rows(*by_node), _rows(*by_node), _rows(*by_member), _rows(*by_member), _rows(*by_member),
            _rows(*by_member), np.zeros(3, np.int64),
        )  # fmt: skip
        self.street = street(plan.layout.inlets, plan.inlets, width)
        self._held = hold(
            (plan.net, plan.gear, self.state, self.book, self.street, float(low_depth), (0.0,) * width)
        )
        self.now, self._step = (
            0.0,
            plan.net.rules.shortest if plan.net.rules.courant else plan.net.rules.longest,
        )
        self.sound = True  # whether all depths are numbers
        self._begin()

    def _begin(self) -> None:
        """Depths, flows and settings with which the model begins."""
        layout, s, joints = self.plan.layout, self.state, self.plan.net.joints
        nodes, links, number = layout.nodes, layout.links, self.plan.net.pipes.number
        s.setting[:] = s.target[:] = s.power[:] = 1.0
        s.limit[:] = np.inf
        limits = layout.conduits.flow_limit
        s.limit[layout.conduits.link[limits > 0]] = limits[limits > 0, None]
        outfalls = layout.outfalls
        s.staged[:] = np.isin(outfalls.kind, (model.FIXED, model.TIMED))[:, None]
        s.stage[:] = outfalls.stage[:, None]
        self.set_tide(0.0)
        gear = self.plan.gear.row
        s.setting[gear["link"]] = s.target[gear["link"]] = gear["initial"][:, None]
        s.flow[:] = links.initial_flow[:, None]
        start, end = links.start.astype(int), links.end.astype(int)
        depth = nodes.initial_depth.astype(float).copy()
        normal = np.zeros(len(links.names))
        for c, link in enumerate(layout.conduits.link):
            flow = abs(links.initial_flow[link]) / layout.conduits.barrels[c]
            if flow > 0 and not layout.conduits.dummy[c]:
                section = links.section[link]
                table = layout.sections.normal_depth[section]
                most = layout.conduits.beta[c] * layout.sections.max_factor[section]
                normal[link] = np.interp(np.sqrt(min(flow / most, 1.0)), np.linspace(0, 1, len(table)), table)
        level = np.where(normal > 0, normal + links.offset1, 0.0)
        total = np.bincount(start, level, len(depth)) + np.bincount(end, level, len(depth))
        count = np.bincount(start, minlength=len(depth)) + np.bincount(end, minlength=len(depth))
        plain = (nodes.kind == model.JUNCTION) & (depth <= 0) & (count > 0)
        depth[plain] = total[plain] / count[plain]
        s.depth[:] = depth[:, None]
        s.volume[:] = self._node_volume(depth)[:, None]
        pipes = self.plan.net.pipes
        for c, link in enumerate(pipes.link):
            y = normal[link]
            if y == 0.0:
                y1 = depth[pipes.start[c]] + nodes.invert[pipes.start[c]] - number[c, BOTTOM1]
                y2 = depth[pipes.end[c]] + nodes.invert[pipes.end[c]] - number[c, BOTTOM2]
                y = 0.5 * (min(max(y1, 0.0), number[c, HEIGHT]) + min(max(y2, 0.0), number[c, HEIGHT]))
            table = layout.sections.area[links.section[link]]
            s.area[c] = np.interp(y / number[c, HEIGHT], np.linspace(0, 1, len(table)), table)
            s.content[c] = s.area[c] * number[c, TRUE_LENGTH] * number[c, BARRELS]
        flow = links.initial_flow
        s.net[:] = (np.bincount(end, flow, len(depth)) - np.bincount(start, flow, len(depth)))[:, None]
        self.stored_at_start = self.stored()
        self.joints = joints
        for name in ("depth", "volume", "net", "flow", "area", "content"):
            getattr(s, f"{name}_old")[:] = getattr(s, name)

    def set_tide(self, time: float) -> None:
        """Give the outfalls with a series of stages the level of ``time`` s after the start."""
        outfalls, options = self.plan.layout.outfalls, self.plan.layout.options
        series = self.plan.layout.series
        for o in np.flatnonzero(outfalls.kind == model.TIMED):
            row = outfalls.series[o]
            part = slice(series.first[row], series.first[row] + series.count[row])
            begin = options.start.hour * 3600 + options.start.minute * 60 + options.start.second
            x = (time + begin) % 86400 if outfalls.tidal[o] else time
            self.state.stage[o] = np.interp(x, series.x[part], series.y[part])

    def _node_volume(self, depth: np.ndarray) -> np.ndarray:
        layout, joints = self.plan.layout, self.plan.net.joints
        volume = np.zeros(len(depth))
        some = joints.full_volume > 0
        volume[some] = joints.full_volume[some] * depth[some] / layout.nodes.full_depth[some]
        for c, node in enumerate(layout.stores.node):
            grid = np.linspace(0, layout.stores.top[c], layout.stores.volume.shape[1])
            volume[node] = np.interp(
                min(depth[node], layout.nodes.full_depth[node]), grid, layout.stores.volume[c]
            )
        above = (joints.ponded > 0) & (depth > layout.nodes.full_depth)
        volume[above] += ((depth - layout.nodes.full_depth) * joints.ponded)[above]
        return volume

    def advance(
        self, before: np.ndarray, after: np.ndarray, start: float, end: float, until: float, hard: float,
        most: int = 0,
    ) -> None:  # fmt: skip
        """Route until ``until`` (s) is reached or passed, never past ``hard``, in at most ``most`` steps (0 = any).

        Lateral inflow, (node, member) m3/s, is ``before`` at ``start`` and ``after`` at ``end``.
        """
        self.now, self._step, self.sound = advance(
            self._held, before, after, start, end, self.now, until, hard, self._step, most, self.pumped
        )

    def step_now(self) -> float:
        """s, length of the next step."""
        return float(self._step)

    def link_depths(self) -> tuple[np.ndarray, np.ndarray]:
        """(link, member) m of water in the middle of each link, and m2 of flow in conduits (all barrels)."""
        layout, s, pipes = self.plan.layout, self.state, self.plan.net.pipes
        links, height = layout.links, layout.links.height[:, None]
        y1 = np.clip(s.depth[links.start] - links.offset1[:, None], 0.0, height)
        y2 = np.clip(s.depth[links.end] - links.offset2[:, None], 0.0, height)
        area = np.zeros_like(s.flow)
        area[pipes.link] = s.area * pipes.number[:, BARRELS, None]
        return 0.5 * (y1 + y2), area

    def stored(self) -> np.ndarray:
        """(member,) m3 in nodes and conduits, and above the banks of open conduits."""
        s, pipes, number = self.state, self.plan.net.pipes, self.plan.net.pipes.number
        held = s.volume.sum(axis=0) + s.content.sum(axis=0)
        for side, node, roof, cap in ((1, pipes.start, ROOF1, CAP1), (2, pipes.end, ROOF2, CAP2)):
            open_here = pipes.is_open & (pipes.outfall != side)
            above = np.minimum(s.depth[node], number[:, cap, None]) - number[:, roof, None]
            held += (np.maximum(above, 0.0) * number[:, LID, None])[open_here].sum(axis=0)
        return np.asarray(held)

    def waiting(self) -> np.ndarray:
        """(member,) m3 by which full closed conduits keep levels down (see ``routing._fill``): missing from the balance
        as long as the levels stand there."""
        return np.asarray(self.state.lent.sum(axis=0))

    def balance(self) -> np.ndarray:
        """(member,) share of the water that the book has lost (+) or made (-)."""
        book = self.book
        came = book.entered[0] + self.stored_at_start
        went = book.outflow[0] + book.lost[0] + self.stored()
        return (came - went) / np.maximum(came, 1e-9)


def _rows(count: int, width: int) -> np.ndarray:
    """Zeros [count, width] that start at a memory line."""
    room = np.zeros(count * width * 8 + LINE, np.uint8)
    skip = -room.ctypes.data % LINE
    return room[skip : skip + count * width * 8].view(np.float64).reshape(count, width)
