"""Street inlets: what they let down into the sewer, and what the sewer gives back.

Inlets are kept in feet and cfs, as the formulas of ``capture``; what goes in and out of ``exchange`` is SI.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from simulation.drainage.inp import FOOT
from simulation.drainage.native.capture import (
    BY_DEPTH,
    BY_FLOW,
    BY_FORMULA,
    CELLS,
    CFS,
    LEAST_FLOW,
    Tables,
    one,
)
from simulation.drainage.native.lanes import (
    cell,
    gather,
    least,
    load,
    opposite,
    root,
    size,
    some,
    spread,
    store,
    where,
)

_NOTHING = 1e-4 * CFS
"""m3/s."""


class Inlets(NamedTuple):
    """Inlets, (I,); feet and cfs unless said otherwise."""

    link: np.ndarray
    """The conduit that carries the water to them."""
    node: np.ndarray
    """Where the water that passes them goes: the lower end of the conduit."""
    below: np.ndarray
    """Where captured water goes."""
    how: np.ndarray
    """BY_FORMULA, or a curve of captured flow BY_FLOW or BY_DEPTH."""
    kind: np.ndarray
    """STREET or DROP (in a channel)."""
    in_sag: np.ndarray
    """bool."""
    number: np.ndarray
    """Inlets one after another, on each side of the street."""
    sides: np.ndarray
    kept: np.ndarray
    """Share of the capacity that the model's own clogging leaves."""
    limit: np.ndarray
    """cfs each can take; infinite where there is no limit."""
    back: np.ndarray
    """Share of what floods at ``below`` that comes up here."""
    grate: np.ndarray
    """Index into GRATES; NO_GRATE where there is none."""
    grate_length: np.ndarray
    grate_width: np.ndarray
    grate_open: np.ndarray
    """Share of the grate that is open."""
    splash: np.ndarray
    """ft/s above which water splashes over the grate."""
    curb_length: np.ndarray
    curb_height: np.ndarray
    throat: np.ndarray
    """Share of the curb opening's height to take off the head."""
    slot_length: np.ndarray
    slot_width: np.ndarray
    slope: np.ndarray
    """Along the conduit."""
    roughness: np.ndarray
    cross: np.ndarray
    """Slope across the street."""
    gutter: np.ndarray
    """Depth of the gutter below the street's slope."""
    gutter_width: np.ndarray
    crown: np.ndarray
    """From the curb to the crown."""
    beta: np.ndarray
    """Normal flow over section factor of the conduit, US units."""
    section: np.ndarray
    """Row of ``sections`` of the conduit."""
    first: np.ndarray
    """Of the curve's points in ``x`` and ``y``; ``points`` of them."""
    points: np.ndarray
    x: np.ndarray
    """cfs (BY_FLOW) or ft (BY_DEPTH)."""
    y: np.ndarray
    """cfs captured."""


class Street(NamedTuple):
    """The inlets of a block of members in motion; arrays are [inlet, lane]."""

    inlets: Inlets
    tables: Tables
    kept: np.ndarray
    """Share of the capacity that debris leaves."""
    captured: np.ndarray
    """m3/s going down now."""
    back: np.ndarray
    """m3/s coming up now."""
    due: np.ndarray
    """m3 that the sewer spilled in the last step less what came up of it in this one."""
    step: np.ndarray
    """(1,) s of the last step; 0 before the first."""
    lanes: tuple[float, ...]
    """As many as there are lanes."""


def street(inlets: Inlets, tables: Tables, lanes: int) -> Street:
    """Inlets at rest and free of debris."""
    rows = (len(inlets.link), lanes)
    return Street(
        inlets,
        tables,
        np.ones(rows),
        np.zeros(rows),
        np.zeros(rows),
        np.zeros(rows),
        np.zeros(1),
        (0.0,) * lanes,
    )


@njit
def exchange(street, s, book, dt):  # type: ignore[no-untyped-def]
    """Move captured water from the street to the sewer, and what the sewer spills back to the street.

    Flows, depths and overflows of the ``State`` ``s`` are those at the start of the step of ``dt`` s that begins;
    its ``lateral`` is added to. What comes up again is neither lost nor new: the ``Book`` takes it from both.
    It comes half in this step and half in the next; what these are too short for stays in the sewer, what they are
    too long for is taken from it. SWMM loses or makes that water.
    """
    lanes, inlets = street.lanes, street.inlets
    zero = spread(0.0, lanes)
    last = street.step[0] if street.step[0] > 0.0 else dt
    street.step[0] = dt
    for i in range(len(inlets.link)):
        bypass, sewer = inlets.node[i], inlets.below[i]
        passing = size(load(s.flow, inlets.link[i], lanes)) * (1.0 / CFS)
        high = load(s.depth, bypass, lanes) * (1.0 / FOOT)
        taken = _capture(street, i, passing, high, load(street.kept, i, lanes) * inlets.kept[i], lanes) * CFS
        back = load(s.overflow, sewer, lanes) * inlets.back[i]
        taken = where(taken >= _NOTHING, taken, zero)
        back = where(back >= _NOTHING, back, zero)
        spilled = back * last
        back = least(back, spilled * (2.0 / dt))
        store(s.lateral, bypass, load(s.lateral, bypass, lanes) + back - taken)
        store(s.lateral, sewer, load(s.lateral, sewer, lanes) + taken)
        came = load(street.back, i, lanes) * (0.5 * dt)
        late = load(street.due, i, lanes) - came
        store(street.due, i, spilled - back * (0.5 * dt))
        store(s.missing, sewer, load(s.missing, sewer, lanes) + late)
        came = came + back * (0.5 * dt)
        store(book.lost, 0, load(book.lost, 0, lanes) - came - late)
        store(book.entered, 0, load(book.entered, 0, lanes) - came)
        store(street.captured, i, taken)
        store(street.back, i, back)


@njit
def _capture(street, i, flow, depth, kept, lanes):  # type: ignore[no-untyped-def]
    """cfs that a row of inlets takes of ``flow`` cfs, under ``depth`` ft, with the share ``kept`` of it open."""
    inlets = street.inlets
    sides, number, limit = inlets.sides[i], int(inlets.number[i]), inlets.limit[i]
    if (inlets.in_sag[i] and inlets.how[i] != BY_FLOW) or inlets.how[i] == BY_DEPTH:
        taken = _looked_up(street, i, depth, lanes) * kept
        if inlets.how[i] == BY_FORMULA:
            taken = least(taken, limit)
        return taken * (sides * number)
    left = flow * (1.0 / sides)
    left, total = where(flow < LEAST_FLOW, spread(0.0, lanes), left), spread(0.0, lanes)
    at_depth = _looked_up(street, i, depth, lanes) if street.tables.by_depth[i] else total
    for _ in range(number):
        taken = least(at_depth, left) if street.tables.by_depth[i] else _looked_up(street, i, left, lanes)
        taken = least(least(taken * kept, limit), left)
        total = total + taken
        left = left - taken
        left = where(left < LEAST_FLOW, spread(0.0, lanes), left)
        if not some(left > 0.0):
            break
    return total * sides


@njit
def _looked_up(street, i, x, lanes):  # type: ignore[no-untyped-def]
    """cfs that one inlet takes at a flow or depth ``x``: from its table, or by its formula where that has none."""
    inlets, tables = street.inlets, street.tables
    cells = cell(least(root(root(x * (1.0 / tables.reach[i]))) * CELLS, CELLS))
    first = 2 * (CELLS + 1) * i
    found = gather(tables.line, first, cells, 2, 0) + gather(tables.line, first, cells, 2, 1) * x
    missing = opposite(found <= np.inf)
    if some(missing):
        store(street.captured, i, where(missing, x, spread(-1.0, lanes)))
        for m in range(street.captured.shape[1]):
            if street.captured[i, m] >= 0.0:
                street.captured[i, m] = one(inlets, tables, i, street.captured[i, m])
        found = where(missing, load(street.captured, i, lanes), found)
    return found
