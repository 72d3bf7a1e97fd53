"""A layout turned into the flat arrays that the routing kernel walks: conduits with their tables, nodes with the
links that meet there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from simulation.drainage.native import layout as model

SMALL_LENGTH = 0.0001 * 0.3048
"""m, SWMM's 0.0001 ft: depths below it are dry."""
SMALL_AREA = 0.0001 * 0.3048**2
"""m2."""
SMALL_FLOW = 0.0001 * 0.3048**3
"""m3/s."""
LOW = 0.05
"""Share of the full depth below which tables are ten times as fine."""
CROWN = 0.96
"""Share of the full depth above which a closed section keeps its width (EXTRAN)."""
SLOT_CROWN = 0.985257
"""Share of the full depth above which the Preissmann slot begins (SLOT)."""
SLOT_TOP = 1.78
"""Relative depth above which the slot has its least width."""
AREA, WIDTH, RADIUS, SPEED, FACTOR = 0, 2, 4, 6, 8
"""Places in a table cell: each quantity is intercept + slope * relative depth."""
CELL = 10
_AT_TOP = 145
"""The cell that begins at full depth."""
PLAIN, LOSSES, FALLS = 0, 1, 2
"""Bits of a conduit's traits."""
(
    LENGTH, BARRELS, PER_BARREL, OFFSET1, OFFSET2, BOTTOM1, BOTTOM2, HEIGHT, PER_HEIGHT, FULL_AREA, QUARTER_WIDTH,
    RADIUS43, FULL_SPEED, FRICTION, NORMAL, LOSS_IN, LOSS_OUT, LOSS_AVG, TRUE_LENGTH, PER_CRITICAL, PER_NORMAL,
    BLOCK_BACK, BLOCK_ON, TOP_WIDTH, ROOF1, ROOF2, LID, CAP1, CAP2, NUMBERS,
) = range(30)  # fmt: skip
"""Columns of ``Pipes.number``. LID is the m2 of surface that a conduit lends to an end where it is full, ROOF1 and
ROOF2 the m above the inverts of its nodes from which it does (a slot never does), CAP1 and CAP2 those up to which
it does: the crown of a node that can be under pressure, the rim of one that can pond."""


class Pipes(NamedTuple):
    """True conduits, (C,); flows and areas in ``number`` are of one barrel."""

    link: np.ndarray
    start: np.ndarray
    end: np.ndarray
    table: np.ndarray
    """Place of the conduit's table in ``Tables.cells``."""
    depths: np.ndarray
    """Place of its normal and critical depths in ``Tables``."""
    is_open: np.ndarray
    traits: np.ndarray
    outfall: np.ndarray
    """0 none, 1 an outfall at the start, 2 at the end."""
    number: np.ndarray
    """(C, NUMBERS)."""


class Tables(NamedTuple):
    """Look-up tables, flat."""

    cells: np.ndarray
    normal: np.ndarray
    critical: np.ndarray
    store_area: np.ndarray
    store_volume: np.ndarray


class Joints(NamedTuple):
    """Nodes, (N,), and the links that meet at each: ``place[first[i]:first[i + 1]]``."""

    kind: np.ndarray
    invert: np.ndarray
    full_depth: np.ndarray
    most: np.ndarray
    """m, the depth above which water floods."""
    crown: np.ndarray
    """m above the invert."""
    ponded: np.ndarray
    pressure: np.ndarray
    """bool: the node can be under pressure (EXTRAN)."""
    terminal: np.ndarray
    """1, or 0.6 at upstream ends: SWMM's damping of the surcharge correction."""
    store: np.ndarray
    top: np.ndarray
    """m, depth at the end of the storage's table."""
    full_volume: np.ndarray
    first: np.ndarray
    place: np.ndarray
    """Link."""
    end: np.ndarray
    """0 where the node is the link's start, else 1."""
    pipe: np.ndarray
    """Row of ``Pipes``, -1 for other links."""
    dqdh: np.ndarray
    """1 where the link's dQ/dH counts at this node."""
    below: np.ndarray
    """Next node on the shortest way to an outfall, -1 where none leads to one."""
    device: np.ndarray
    """(L,) bool: the link is no true conduit."""


class Ends(NamedTuple):
    """Outfalls, (O,), each with its one link."""

    node: np.ndarray
    kind: np.ndarray
    pipe: np.ndarray
    """Conduit, -1 where another kind of link ends there."""
    offset: np.ndarray


class Rules(NamedTuple):
    """Options of the method as plain numbers."""

    slot: bool
    damping: int
    normal: int
    trials: int
    tolerance: float
    least_area: float
    courant: float
    longest: float
    shortest: float


class Network(NamedTuple):
    """All that stays the same during a run."""

    pipes: Pipes
    tables: Tables
    joints: Joints
    ends: Ends
    rules: Rules


def network(plan: model.Layout) -> Network:
    """The kernel's arrays of a layout."""
    tables, starts = _tables(plan)
    pipes = _pipes(plan, tables, starts)
    options = plan.options
    rules = Rules(
        slot=options.slot,
        damping=options.inertial_damping,
        normal=options.normal_flow,
        trials=options.max_trials,
        tolerance=options.head_tolerance,
        least_area=options.min_surface_area,
        courant=options.variable_step,
        longest=options.routing_step,
        shortest=min(max(options.minimum_step, 0.001), options.routing_step),
    )
    return Network(pipes, tables, _joints(plan, pipes), _ends(plan, pipes), rules)


def _edges(slot: bool) -> np.ndarray:
    """Relative depths at the edges of the cells, and one beyond."""
    low = np.arange(50) / 1000
    high = np.arange(5, (200 if slot else 100) + 1) / 100
    return np.concatenate([low, high, [high[-1] + 0.01]])


def _power(depth: np.ndarray, values: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Values of a table at other relative depths; below its first point by the power law of the first two."""
    out = np.interp(depth, grid, values)
    first, second = values[1], values[2]
    if values[0] == 0 and second > first > 0:
        low = depth < grid[1]
        out[low] = first * (depth[low] / grid[1]) ** (np.log(second / first) / np.log(2.0))
    return out


def _tables(plan: model.Layout) -> tuple[Tables, np.ndarray]:
    """Tables of the sections in shares of their full values, one for all sections of the same form."""
    sections, slot = plan.sections, plan.options.slot
    edges = _edges(slot)
    grid = np.linspace(0, 1, sections.area.shape[1]) if len(sections.shape) else np.linspace(0, 1, 2)
    blocks: dict[bytes, int] = {}
    cells: list[np.ndarray] = []
    starts = np.zeros(len(sections.shape), np.int64)
    for s in range(len(sections.shape)):
        points = _points(sections, s, grid, edges, slot)
        key = np.round(points, 7).tobytes()
        if key not in blocks:
            blocks[key] = len(cells) * (len(edges) - 1) * CELL
            slope = np.diff(points, axis=0) / np.diff(edges)[:, None]
            block = np.empty((len(edges) - 1, CELL))
            block[:, 0::2] = points[:-1] - slope * edges[:-1, None]
            block[:, 1::2] = slope
            cells.append(block)
        starts[s] = blocks[key]
    flat = [a.ravel() if a.size else np.zeros(1) for a in (sections.normal_depth, sections.critical_depth)]
    stores = [a.ravel() if a.size else np.zeros(1) for a in (plan.stores.area, plan.stores.volume)]
    return Tables(np.concatenate([c.ravel() for c in cells] or [np.zeros(1)]), *flat, *stores), starts


def _points(s: model.Sections, i: int, grid: np.ndarray, edges: np.ndarray, slot: bool) -> np.ndarray:
    """(edges, 5) area, width, radius^(4/3), wave speed and section factor in shares of their scales."""
    inside = np.minimum(edges, 1.0)
    area = _power(inside, s.area[i] / s.full_area[i], grid)
    width = _power(inside, s.width[i] / s.max_width[i], grid)
    radius = _power(inside, s.hydrad[i] / s.full_hydrad[i], grid)
    speed = np.sqrt(area * s.full_area[i] / np.maximum(width * s.max_width[i], 1e-9) / s.full_depth[i])
    speed[0] = speed[1] / 30
    factor = area * radius ** (2 / 3)
    if not s.open[i]:
        crown = SLOT_CROWN if slot else CROWN
        width = np.where(edges >= crown, np.interp(crown, grid, s.width[i] / s.max_width[i]), width)
        if slot:
            gap = np.where(edges > SLOT_TOP, 0.01, 0.5423 * np.exp(-(edges**2.4)))
            width = np.where(edges >= crown, gap, width)
            area = area + np.maximum(edges - 1, 0) * s.full_depth[i] * gap * s.max_width[i] / s.full_area[i]
            speed = np.where(edges > 1, 1e9, speed)
    width = np.maximum(width, 1e-6)
    return np.stack([area, width, radius ** (4 / 3), speed, factor], axis=1)


def _pipes(plan: model.Layout, tables: Tables, starts: np.ndarray) -> Pipes:
    conduits, links, nodes, sections = plan.conduits, plan.links, plan.nodes, plan.sections
    rows = np.flatnonzero(~conduits.dummy)
    link = conduits.link[rows].astype(np.int64)
    start, end, section = (
        links.start[link].astype(np.int64),
        links.end[link].astype(np.int64),
        links.section[link],
    )
    number = np.zeros((len(rows), NUMBERS))
    height = sections.full_depth[section] if len(rows) else np.zeros(0)
    gated = np.zeros(len(nodes.names), bool)
    gated[plan.outfalls.node[plan.outfalls.gate.astype(bool)]] = True
    gate, forward = links.gate[link].astype(bool), links.sign[link] > 0
    columns = {
        LENGTH: conduits.length[rows], TRUE_LENGTH: conduits.true_length[rows], BARRELS: conduits.barrels[rows],
        PER_BARREL: 1 / conduits.barrels[rows], OFFSET1: links.offset1[link], OFFSET2: links.offset2[link],
        BOTTOM1: nodes.invert[start] + links.offset1[link], BOTTOM2: nodes.invert[end] + links.offset2[link],
        HEIGHT: height, PER_HEIGHT: 1 / height, FULL_AREA: sections.full_area[section],
        QUARTER_WIDTH: sections.max_width[section] * conduits.length[rows] / 4 * conduits.barrels[rows],
        RADIUS43: sections.full_hydrad[section] ** (4 / 3), FULL_SPEED: np.sqrt(model.GRAVITY * height),
        FRICTION: model.GRAVITY * (conduits.roughness[rows] / model.MANNING) ** 2,
        NORMAL: conduits.beta[rows] * sections.full_factor[section],
        LOSS_IN: conduits.loss_in[rows], LOSS_OUT: conduits.loss_out[rows], LOSS_AVG: conduits.loss_avg[rows],
        PER_CRITICAL: 1 / sections.critical_full[section],
        PER_NORMAL: 1 / np.maximum(conduits.beta[rows] * sections.max_factor[section], 1e-12),
        BLOCK_BACK: (gate & forward) | gated[end], BLOCK_ON: (gate & ~forward) | gated[start],
    }  # fmt: skip
    for column, values in columns.items():
        number[:, column] = values
    top = np.array(
        [
            tables.cells[
                starts[i] + (_AT_TOP * CELL + WIDTH) : starts[i] + (_AT_TOP * CELL + WIDTH) + 2
            ].sum()
            for i in section
        ]
    )
    number[:, TOP_WIDTH] = top if len(rows) else 0.0
    number[:, LID] = 2 * number[:, TOP_WIDTH] * number[:, QUARTER_WIDTH]
    crown = nodes.crown - nodes.invert
    ponds = plan.options.ponding & (nodes.ponded_area > 0) & (not plan.options.slot)
    pressed = (not plan.options.slot) & (nodes.kind != model.STORAGE) & (crown > 0)
    for node, offset, roof, cap in ((start, OFFSET1, ROOF1, CAP1), (end, OFFSET2, ROOF2, CAP2)):
        number[:, roof] = np.inf if plan.options.slot else number[:, offset] + height
        number[:, cap] = np.minimum(
            np.where(pressed, crown, np.inf), np.where(ponds, nodes.full_depth, np.inf)
        )[node]
    lossy = (conduits.loss_in + conduits.loss_out + conduits.loss_avg)[rows] > 0
    falls = (links.offset1[link] > 0) | (links.offset2[link] > 0)
    at_outfall = np.where(
        nodes.kind[start] == model.OUTFALL, 1, np.where(nodes.kind[end] == model.OUTFALL, 2, 0)
    )
    points = sections.normal_depth.shape[1] if len(sections.shape) else 1
    return Pipes(
        link, start, end, starts[section], section.astype(np.int64) * points, sections.open[section].astype(bool),
        (LOSSES * lossy + FALLS * falls).astype(np.int64), at_outfall.astype(np.int64), number,
    )  # fmt: skip


def _joints(plan: model.Layout, pipes: Pipes) -> Joints:
    nodes, links, options = plan.nodes, plan.links, plan.options
    count = len(nodes.names)
    rows = {int(link): c for c, link in enumerate(pipes.link)}
    meeting: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    arriving = np.zeros(count, int)
    for i, (start, end) in enumerate(zip(links.start, links.end, strict=True)):
        meeting[start].append((i, 0))
        meeting[end].append((i, 1))
        arriving[start if nodes.kind[start] == model.OUTFALL else end] += 1
    pairs = [pair for pairs in meeting for pair in pairs]
    counts = {
        (int(plan.pumps.link[p]), 1) for p in np.flatnonzero(plan.pumps.kind == model.BY_DEPTH)
    }  # a PUMP4's flow does not depend on the level below it
    store = np.where(nodes.store >= 0, nodes.store, 0)
    full_volume, top = np.zeros(count), np.ones(count)
    for c, node in enumerate(plan.stores.node):
        depths = np.linspace(0, plan.stores.top[c], plan.stores.volume.shape[1])
        full_volume[node] = np.interp(nodes.full_depth[node], depths, plan.stores.volume[c])
        top[node] = plan.stores.top[c]
    for p in np.flatnonzero(plan.pumps.kind == model.BY_VOLUME):
        node, curve = plan.links.start[plan.pumps.link[p]], plan.pumps.curve[p]
        if nodes.kind[node] != model.STORAGE:
            last = plan.curves.x[plan.curves.first[curve] + plan.curves.count[curve] - 1]
            full_volume[node] = max(full_volume[node], last)
    pipe = np.array([rows.get(link, -1) for link, _ in pairs], np.int64)
    end = np.array([end for _, end in pairs], np.int64)
    first = np.cumsum([0] + [len(pairs) for pairs in meeting])
    crown = nodes.crown - nodes.invert
    can_pond = options.ponding & (nodes.ponded_area > 0)
    storage = nodes.kind == model.STORAGE
    return Joints(
        kind=nodes.kind.astype(np.int64),
        invert=nodes.invert,
        full_depth=nodes.full_depth,
        most=nodes.full_depth + np.where(can_pond, 0.0, nodes.surcharge_depth),
        crown=crown,
        ponded=np.where(can_pond, nodes.ponded_area, 0.0),
        pressure=(not options.slot) & np.where(storage, nodes.surcharge_depth > 0, crown > 0),
        terminal=np.where((arriving == 0) & (nodes.degree > 0), 0.6, 1.0),
        store=store.astype(np.int64) * (plan.stores.area.shape[1] if plan.stores.area.size else 0),
        top=top,
        full_volume=full_volume,
        first=first,
        place=np.array([link for link, _ in pairs], np.int64),
        end=end,
        pipe=pipe,
        dqdh=np.array([0.0 if pair in counts else 1.0 for pair in pairs]),
        below=_way_out(plan),
        device=~np.isin(np.arange(len(links.names)), plan.conduits.link[~plan.conduits.dummy]),
    )


def _way_out(plan: model.Layout) -> np.ndarray:
    links, count = plan.links, len(plan.nodes.names)
    graph = csr_matrix((np.ones(len(links.names)), (links.start, links.end)), shape=(count, count))
    search = {"directed": False, "unweighted": True, "min_only": True, "return_predecessors": True}
    before = dijkstra(graph, indices=plan.outfalls.node, **search)[1]
    return np.maximum(before, -1).astype(np.int64)


def _ends(plan: model.Layout, pipes: Pipes) -> Ends:
    pipe_of = {int(link): c for c, link in enumerate(pipes.link)}
    node, kind, pipe, offset = [], [], [], []
    for o, n in enumerate(plan.outfalls.node):
        here = np.flatnonzero((plan.links.start == n) | (plan.links.end == n))
        link = int(here[0]) if len(here) else -1
        node.append(n)
        kind.append(plan.outfalls.kind[o])
        pipe.append(pipe_of.get(link, -1))
        at_end = link >= 0 and plan.links.end[link] == n
        offset.append(0.0 if link < 0 else (plan.links.offset2 if at_end else plan.links.offset1)[link])
    rows = [np.array(a, np.int64) for a in (node, kind, pipe)]
    return Ends(rows[0], rows[1], rows[2], np.array(offset, float))
