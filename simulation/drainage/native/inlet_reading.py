"""Reading [INLETS] and [INLET_USAGE] against the streets and channels they are in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulation.drainage.inp import FOOT, Row
from simulation.drainage.native import capture as c
from simulation.drainage.native.curves import CurveBook
from simulation.drainage.native.inlets import Inlets
from simulation.drainage.native.layout import CONDUIT, Conduits, Links, Nodes
from simulation.drainage.native.sections import SectionBook
from simulation.drainage.native.words import Words

_KINDS = ("GRATE", "CURB", "SLOTTED", "DROP_GRATE", "DROP_CURB", "CUSTOM")
_PLACES = ("AUTOMATIC", "ON_GRADE", "ON_SAG")
_CHANNELS = ("RECT_OPEN", "TRAPEZOIDAL")


@dataclass
class _Design:
    """A kind of inlet; ft."""

    kind: str = ""
    grate: int = c.NO_GRATE
    grate_length: float = 0.0
    grate_width: float = 0.0
    grate_open: float = 0.0
    splash: float = 0.0
    curb_length: float = 0.0
    curb_height: float = 0.0
    throat: float = 0.0
    slot_length: float = 0.0
    slot_width: float = 0.0
    curve: Row | None = None

    @property
    def area(self) -> float:
        """ft2 open in one inlet."""
        if self.slot_length > 0:
            return self.slot_length * self.slot_width
        beside = max(self.curb_length - self.grate_length, 0.0)
        return self.grate_length * self.grate_width * self.grate_open + beside * self.curb_height


def read_inlets(
    words: Words, nodes: Nodes, links: Links, conduits: Conduits, book: SectionBook, curves: CurveBook
) -> Inlets:
    """All inlets in use; one that does not fit its conduit is refused (SWMM leaves it out with a warning)."""
    designs = _designs(words)
    used: dict[int, Row] = {}
    for row in words.inp.rows("INLET_USAGE"):
        link = words.link[row.words[0].upper()]
        if row.words[1].upper() not in designs:
            words.problem(row.line, f"inlet '{row.words[1]}' is not in [INLETS]")
        elif row.words[2].upper() not in words.node:
            words.problem(row.line, f"inlet at '{row.words[0]}': node '{row.words[2]}' is not there")
        elif links.kind[link] != CONDUIT:
            words.problem(row.line, f"'{row.words[0]}' is no conduit: it cannot have inlets")
        else:
            used[link] = row
    lines = [_usage(words, nodes, links, conduits, book, curves, row, designs) for row in used.values()]
    columns: dict[str, list[float]] = {name: [line[name] for line in lines] for name in _COLUMNS}
    whole = {"link", "node", "below", "how", "kind", "grate", "section", "first", "points"}
    arrays = {
        name: np.array(values, dtype=np.int64 if name in whole else float) for name, values in columns.items()
    }
    tables = [line["table"] for line in lines]
    arrays["points"] = np.array([len(table) for table in tables], dtype=np.int64)
    arrays["first"] = np.cumsum([0, *arrays["points"]])[:-1].astype(np.int64)
    arrays["in_sag"] = arrays["in_sag"].astype(bool)
    back = _back(arrays, np.array([line["area"] for line in lines]))
    arrays["back"] = np.where(nodes.ponded_area[arrays["below"]] > 0, 0.0, back)
    joined = np.concatenate([np.zeros((0, 2)), *tables])
    return Inlets(**arrays, x=joined[:, 0].copy(), y=joined[:, 1].copy())


_COLUMNS = tuple(name for name in Inlets._fields if name not in ("x", "y"))


def _designs(words: Words) -> dict[str, _Design]:
    designs: dict[str, _Design] = {}
    feet = words.length / FOOT
    for row in words.inp.rows("INLETS"):
        design = designs.setdefault(row.words[0].upper(), _Design())
        kind = _KINDS[words.choice(row, 1, "kind", _KINDS)]
        design.kind = design.kind or kind
        if kind == "CUSTOM":
            design.curve = row
            continue
        length, width = (feet * words.number(row, place, "dimension", least=0) for place in (2, 3))
        if length <= 0 or width <= 0:
            words.problem(row.line, f"the dimensions of inlet '{row.words[0]}' must be above 0")
        if kind.endswith("GRATE"):
            design.grate = words.choice(row, 4, "grate", c.GRATES)
            design.grate_length, design.grate_width = length, width
            if design.grate == c.GENERIC:
                design.grate_open = words.number(row, 5, "open share", least=0)
                design.splash = feet * words.number(row, 6, "splash-over velocity", 0.0, least=0)
            else:
                design.grate_open = c.OPEN_SHARE[design.grate]
                design.splash = c.splash_velocity(design.grate, length)
        elif kind == "SLOTTED":
            design.slot_length, design.slot_width = length, width
        else:
            design.curb_length, design.curb_height = length, width
            throat = words.choice(row, 4, "throat", c.THROATS, 2) if kind == "CURB" else 2
            design.throat = c.throat_drop(throat)
    return designs


def _usage(
    words: Words,
    nodes: Nodes,
    links: Links,
    conduits: Conduits,
    book: SectionBook,
    curves: CurveBook,
    row: Row,
    designs: dict[str, _Design],
) -> dict:
    design, link = designs[row.words[1].upper()], words.link[row.words[0].upper()]
    feet, place = words.length / FOOT, links.row[link]
    shape = book.shape(row.words[0])
    in_channel = shape in _CHANNELS and design.kind.startswith("DROP")
    if not in_channel and design.kind != "CUSTOM" and (shape != "STREET" or design.kind.startswith("DROP")):
        what = f"inlet '{row.words[1]}' ({design.kind}) does not fit conduit '{row.words[0]}' ({shape})"
        words.problem(row.line, what, "streets take grates, curbs and slots, open channels drop inlets")
    street = book.street(row.words[0]) if shape == "STREET" else None
    clogged = words.number(row, 4, "percent clogged", 0.0, least=0)
    limit = words.flow / c.CFS * words.number(row, 5, "flow limit", 0.0, least=0)
    local_depth, local_width = (feet * words.number(row, p, "depression", 0.0, least=0) for p in (6, 7))
    placement = words.choice(row, 8, "placement", _PLACES, 0)
    node = int(links.end[link])
    how, table = c.BY_FORMULA, np.zeros((0, 2))
    if design.curve is not None:
        by_flow = curves.kind((*design.curve.words, "", "")[2]) == "DIVERSION"
        how = c.BY_FLOW if by_flow else c.BY_DEPTH
        table = curves.points(design.curve, 2, "DIVERSION", "RATING")
        table = table * ((words.flow / c.CFS if by_flow else feet), words.flow / c.CFS)
    gutter, gutter_width = (street.gutter_depth / FOOT, street.gutter_width / FOOT) if street else (0.0, 0.0)
    if local_depth * local_width > 0:
        gutter, gutter_width = gutter + local_depth, local_width
    if gutter * gutter_width <= 0:
        gutter = gutter_width = 0.0
    number = words.number(row, 3, "number of inlets", 1.0, least=1)
    kept = 1 - min(clogged, 100.0) / 100
    return {
        **{name: value for name, value in vars(design).items() if name in _COLUMNS and name != "kind"},
        "kind": c.DROP if design.kind.startswith("DROP") else c.STREET,
        "link": link,
        "node": node,
        "below": words.node[row.words[2].upper()],
        "how": how,
        "in_sag": placement == 2 or (placement == 0 and nodes.degree[node] == 0),
        "number": number,
        "sides": float(street.sides) if street else 1.0,
        "kept": kept,
        "limit": limit or math.inf,
        "back": 0.0,
        "slope": conduits.slope[place] * conduits.length[place] / conduits.true_length[place],
        "roughness": street.roughness if street else conduits.roughness[place],
        "cross": street.slope if street else 0.01,
        "gutter": gutter,
        "gutter_width": gutter_width,
        "crown": street.width / FOOT if street else math.inf,
        "beta": conduits.beta[place] / FOOT ** (1 / 3),
        "section": links.section[link],
        "first": 0,
        "points": 0,
        "table": table,
        "area": design.area * number * kept,
    }


def _back(arrays: dict[str, np.ndarray], area: np.ndarray) -> np.ndarray:
    """Share of what floods at the node below that comes up at each inlet: by open area, custom ones by number.

    Nothing does where that node ponds: its water stands there already (SWMM lets it stand and come up too, and so
    makes water)."""
    below, back = arrays["below"], np.zeros(len(area))
    for node in np.unique(below):
        here = below == node
        standard = here & (area > 0)
        custom = here & (area == 0)
        share = standard.sum() / here.sum()
        if standard.any():
            back[standard] = area[standard] / area[standard].sum() * share
        if custom.any():
            back[custom] = arrays["number"][custom] / arrays["number"][custom].sum() * (1 - share)
    return back
