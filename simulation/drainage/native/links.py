"""Links of a model: their ends, their conduits, and what their height does to the nodes' rims."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from simulation.drainage.inp import FOOT, Link, Row
from simulation.drainage.native.layout import (
    BOTTOM,
    CONDUIT,
    GRAVITY,
    LINK_KINDS,
    MANNING,
    PUMP,
    STORAGE,
    Conduits,
    Links,
    Nodes,
    Options,
    Orifices,
)
from simulation.drainage.native.nodes import evaporates
from simulation.drainage.native.sections import Profile, SectionBook
from simulation.drainage.native.words import Words

_LEAST_DROP = 0.001 * FOOT
"""m, least fall of a conduit; SWMM's."""
_LEVEL = 1e-9
"""m: what falls less is level; sums of decimals are not exact."""
_SECTIONS = ("CONDUITS", "PUMPS", "ORIFICES", "WEIRS", "OUTLETS")
_PLACE_OF_CREST = {"orifice": 4, "weir": 4, "outlet": 3}


def read_links(words: Words, nodes: Nodes, book: SectionBook) -> Links:
    """Links in the file's sense; conduits are turned round by ``read_conduits``."""
    inp = words.inp
    count = len(inp.links)
    kind = np.array([LINK_KINDS.index(link.kind) for link in inp.links], dtype=np.int8)
    rows = link_rows(words)
    offset1, offset2, flow, height = np.zeros((4, count))
    gate, section = np.zeros(count, dtype=bool), np.full(count, -1, dtype=np.int32)
    ends = np.zeros((2, count), dtype=np.int32)
    for i, link in enumerate(inp.links):
        row = rows[link.name.upper()]
        ends[:, i] = words.node[link.start.upper()], words.node[link.end.upper()]
        invert1, invert2 = nodes.invert[ends[:, i]]
        if link.kind == "conduit":
            offset1[i], offset2[i] = words.offset(row, 5, invert1), words.offset(row, 6, invert2)
            flow[i] = words.flow * words.number(row, 7, "initial flow", 0.0)
        elif link.kind != "pump":
            crest = words.offset(row, _PLACE_OF_CREST[link.kind], invert1)
            offset1[i] = offset2[i] = max(crest, invert2 - invert1)
            gate[i] = words.switch(row, _place_of_gate(link, row), "flap gate")
        if link.kind not in ("pump", "outlet"):
            section[i], height[i] = book.of_link(link)
    order = np.zeros(count, dtype=np.int32)
    for code in range(len(LINK_KINDS)):
        order[kind == code] = np.arange((kind == code).sum())
    return Links(
        names=tuple(link.name for link in inp.links),
        kind=kind,
        start=ends[0].copy(),
        end=ends[1].copy(),
        sign=np.ones(count),
        offset1=offset1,
        offset2=offset2,
        gate=gate,
        section=section,
        row=order,
        height=height,
        initial_flow=flow,
    )


def link_rows(words: Words) -> dict[str, Row]:
    """Name in capitals -> the row that defines the link."""
    return {row.words[0].upper(): row for name in _SECTIONS for row in words.inp.rows(name)}


def _place_of_gate(link: Link, row: Row) -> int:
    if link.kind == "outlet":
        return 6 if row.words[4].upper().startswith("TABULAR") else 7
    return 6


def read_conduits(words: Words, nodes: Nodes, links: Links, book: SectionBook, options: Options) -> Conduits:
    """Conduits with their slopes and lengths; those that rise are turned round in ``links`` (in place)."""
    rows = {row.words[0].upper(): row for row in words.inp.rows("CONDUITS")}
    losses = {row.words[0].upper(): row for row in words.inp.rows("LOSSES")}
    least = _least_slope(words)
    where = np.flatnonzero(links.kind == CONDUIT).astype(np.int32)
    names = ("length", "true_length", "roughness", "slope", "beta", "flow_limit", "barrels")
    value = {name: np.zeros(len(where)) for name in names}
    loss = np.zeros((3, len(where)))
    dries = evaporates(words)
    for i, j in enumerate(where):
        name = links.names[j].upper()
        row = rows[name]
        value["flow_limit"][i] = words.flow * words.number(row, 8, "greatest flow", 0.0, least=0)
        value["barrels"][i] = book.barrels(name)
        if links.section[j] < 0:
            _check_dummy(words, row, nodes, links, int(j))
            value["length"][i] = value["true_length"][i] = words.length * words.number(row, 3, "length")
            value["roughness"][i] = words.number(row, 4, "roughness")
            continue
        profile = book.profile(links.section[j])
        if dries and profile.open:
            words.refuse(row.line, f"evaporation from open conduit '{row.words[0]}'")
        if name in losses:
            loss[:, i], links.gate[j] = _losses(words, losses[name])
        links.offset1[j] += profile.bed
        links.offset2[j] += profile.bed
        length = words.length * words.number(row, 3, "length") / profile.length_factor
        drop = nodes.invert[links.start[j]] + links.offset1[j] - nodes.invert[links.end[j]] - links.offset2[j]
        slope = _slope(drop, length, least)
        if drop < -_LEVEL:
            _turn(links, int(j))
            loss[:2, i] = loss[1::-1, i].copy()
        roughness = profile.roughness or words.number(row, 4, "roughness")
        roughness *= math.sqrt(profile.length_factor)
        factor = _lengthening(profile, roughness, slope, length, options)
        roughness /= math.sqrt(factor)
        value["true_length"][i], value["length"][i] = length, length * factor
        value["roughness"][i], value["slope"][i] = roughness, slope / factor
        value["beta"][i] = MANNING * math.sqrt(slope / factor) / roughness
    sections, shaped = book.sections(), links.section[where] >= 0
    full_flow, greatest_flow = np.zeros((2, len(where)))
    at = links.section[where][shaped]
    full_flow[shaped] = value["beta"][shaped] * sections.full_factor[at]
    greatest_flow[shaped] = value["beta"][shaped] * sections.max_factor[at]
    return Conduits(
        link=where,
        full_flow=full_flow,
        greatest_flow=greatest_flow,
        loss_in=loss[0].copy(),
        loss_out=loss[1].copy(),
        loss_avg=loss[2].copy(),
        dummy=~shaped,
        **value,
    )


def _check_dummy(words: Words, row: Row, nodes: Nodes, links: Links, link: int) -> None:
    """A dummy passes on all that comes, so nothing else may take from its node."""
    node = links.start[link]
    if nodes.kind[node] == STORAGE or (links.start == node).sum() > 1:
        what = f"conduit '{row.words[0]}' is a DUMMY, so it must be the only way out of a node that is no storage"
        words.problem(row.line, what, "give it a shape and dimensions in [XSECTIONS]")


def _least_slope(words: Words) -> float:
    value, line = words.option("MIN_SLOPE")
    return words.number(Row(line, ("MIN_SLOPE", value or "0")), 1, "value", 0.0) / 100


def _losses(words: Words, row: Row) -> tuple[np.ndarray, bool]:
    if words.number(row, 5, "seepage", 0.0) != 0:
        words.refuse(row.line, f"seepage from conduit '{row.words[0]}'")
    values = [words.number(row, place, "head loss", least=0) for place in (1, 2, 3)]
    return np.array(values), words.switch(row, 4, "flap gate")


def _slope(drop: float, length: float, least: float) -> float:
    """Fall over the horizontal distance; ``drop`` and ``length`` (along the conduit) in m."""
    fall = max(abs(drop), _LEAST_DROP)
    slope = fall / length if fall >= length else fall / math.sqrt(length**2 - fall**2)
    return max(slope, least)


def _turn(links: Links, j: int) -> None:
    """Turn a link round so that it falls from ``start`` to ``end``."""
    links.start[j], links.end[j] = links.end[j], links.start[j]
    links.offset1[j], links.offset2[j] = links.offset2[j], links.offset1[j]
    links.sign[j] = -1.0
    links.initial_flow[j] *= -1.0


def _lengthening(profile: Profile, roughness: float, slope: float, length: float, options: Options) -> float:
    """How much longer a conduit must be for a wave in it when full to need LENGTHENING_STEP to pass."""
    step = min(options.routing_step, options.lengthening_step)
    depth = profile.full_area / profile.width[-1] if profile.open else profile.full_depth
    velocity = MANNING / roughness * profile.full_factor * math.sqrt(slope) / profile.full_area
    return max(1.0, (math.sqrt(GRAVITY * depth) + velocity) * step / length)


def raised(nodes: Nodes, links: Links, orifices: Orifices) -> Nodes:
    """The nodes with rims, crowns and counts of leaving links that follow from the links, as SWMM has them."""
    full, crown, degree = nodes.full_depth.copy(), nodes.crown.copy(), nodes.degree.copy()
    bottom = set(orifices.link[orifices.kind == BOTTOM].tolist())
    for j, kind in enumerate(links.kind):
        start, end = links.start[j], links.end[j]
        degree[start] += 1
        for node, offset in ((start, links.offset1[j]), (end, links.offset2[j])):
            crown[node] = max(crown[node], nodes.invert[node] + offset + links.height[j])
            rises = nodes.kind[node] != STORAGE or nodes.surcharge_depth[node] > 0
            if rises and kind != PUMP and j not in bottom and (node == start or kind == CONDUIT):
                full[node] = max(full[node], offset + links.height[j])
    return replace(nodes, full_depth=full, crown=crown, degree=degree)
