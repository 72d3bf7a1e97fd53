"""What the routing kernel must know of a model: plain arrays, all SI.

N nodes and L links keep the order of the file, which is SWMM's order. Kinds are small integers (``NODE_KINDS``,
``LINK_KINDS`` and so on give their names). Rows of ``conduits``, ``pumps``, ``orifices``, ``weirs`` and
``outlets`` say which link they are by ``link``. Curves and series are ragged: row i is
``x[first[i]:first[i] + count[i]]``.

The terms and their meaning are those of the SWMM 5.2 user's manual and reference manual, volume II.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from simulation.drainage.native.inlets import Inlets
from simulation.drainage.native.rules import Rule

JUNCTION, OUTFALL, STORAGE = range(3)
NODE_KINDS = ("junction", "outfall", "storage")
"""A divider is a junction: under dynamic wave routing SWMM treats it so too."""
CONDUIT, PUMP, ORIFICE, WEIR, OUTLET = range(5)
LINK_KINDS = ("conduit", "pump", "orifice", "weir", "outlet")
FREE, NORMAL, FIXED, TIMED = range(4)
OUTFALL_KINDS = ("FREE", "NORMAL", "FIXED", "TIMED")
"""TIMED stands for TIDAL (repeats each day) and TIMESERIES."""
IDEAL, BY_VOLUME, BY_DEPTH_STEPS, BY_HEAD, BY_DEPTH, BY_HEAD_AND_SPEED = range(6)
PUMP_KINDS = ("IDEAL", "PUMP1", "PUMP2", "PUMP3", "PUMP4", "PUMP5")
SIDE, BOTTOM = range(2)
ORIFICE_KINDS = ("SIDE", "BOTTOM")
TRANSVERSE, SIDEFLOW, V_NOTCH, TRAPEZOIDAL = range(4)
WEIR_KINDS = ("TRANSVERSE", "SIDEFLOW", "V-NOTCH", "TRAPEZOIDAL")
GRAVITY = 32.2 * 0.3048
"""m/s2, SWMM's."""
MANNING = 1.486 * 0.3048 ** (1 / 3)
"""m^(1/3)/s: SWMM's 1.486 of US units; 1.00006, not 1."""


@dataclass(frozen=True)
class Nodes:
    """Nodes; all arrays (N,)."""

    names: tuple[str, ...]
    kind: np.ndarray
    """int8, see NODE_KINDS."""
    invert: np.ndarray
    """m, elevation."""
    full_depth: np.ndarray
    """m from invert to rim; raised to the crown of what is connected, as SWMM does (never at storages that cannot
    surcharge); 0 at outfalls without conduits."""
    initial_depth: np.ndarray
    """m."""
    surcharge_depth: np.ndarray
    """m above ``full_depth`` to which the node can be under pressure before it floods."""
    ponded_area: np.ndarray
    """m2 above the rim on which water stands and returns; 0 where it is lost (always 0 without ALLOW_PONDING)."""
    crown: np.ndarray
    """m, elevation of the highest top of the links that end here (pumps and outlets: their height is 0)."""
    store: np.ndarray
    """int32, row of ``stores``; -1 where the node is no storage."""
    outfall: np.ndarray
    """int32, row of ``outfalls``; -1 where the node is no outfall."""
    degree: np.ndarray
    """int32, links that leave the node (after reversal); SWMM's "has an outlet" test."""


@dataclass(frozen=True)
class Stores:
    """Shapes of the storages, (C,) or (C, K) with K = STORE_POINTS equally spaced depths from 0 to ``top``."""

    node: np.ndarray
    top: np.ndarray
    """m, full depth: the last point. Above it (under pressure) the volume stays."""
    area: np.ndarray
    """(C, K) m2 of water surface."""
    volume: np.ndarray
    """(C, K) m3 below each depth, integrated from the model's own shape."""


STORE_POINTS = 201


@dataclass(frozen=True)
class Outfalls:
    """Outfalls, (O,)."""

    node: np.ndarray
    kind: np.ndarray
    """int8, see OUTFALL_KINDS."""
    stage: np.ndarray
    """m, elevation of the water outside; used by FIXED."""
    gate: np.ndarray
    """bool: nothing comes in."""
    series: np.ndarray
    """int32, row of ``series`` (values m, elevation); -1 unless TIMED."""
    tidal: np.ndarray
    """bool: the series repeats each day: its time is ``x[first] + seconds since the start modulo 86400``."""


@dataclass(frozen=True)
class Links:
    """Links; all arrays (L,). Conduits with adverse slope are turned round as in SWMM."""

    names: tuple[str, ...]
    kind: np.ndarray
    """int8, see LINK_KINDS."""
    start: np.ndarray
    """int32, node of the upper end, after any reversal."""
    end: np.ndarray
    sign: np.ndarray
    """float64: -1 where the link was turned round, so that flow in the file's sense is ``sign * flow``."""
    offset1: np.ndarray
    """m from the invert of ``start`` to the bottom of the link (crest of a regulator)."""
    offset2: np.ndarray
    """m from the invert of ``end``; of a regulator it equals ``offset1`` as given, SWMM does not use it."""
    gate: np.ndarray
    """bool: no flow against the file's sense (flap gate)."""
    section: np.ndarray
    """int32, row of ``sections``; -1 for pumps, outlets and dummy conduits."""
    row: np.ndarray
    """int32, row in ``conduits``, ``pumps``, ``orifices``, ``weirs`` or ``outlets``."""
    height: np.ndarray
    """m, full depth of the section; 0 for pumps and outlets."""
    initial_flow: np.ndarray
    """m3/s, positive from ``start`` to ``end``, all barrels."""


@dataclass(frozen=True)
class Conduits:
    """Conduits, (C,). Lengths, slopes and roughness hold LENGTHENING_STEP already."""

    link: np.ndarray
    length: np.ndarray
    """m, for momentum (lengthened where LENGTHENING_STEP asks for it)."""
    true_length: np.ndarray
    """m, as built."""
    roughness: np.ndarray
    """Manning's n for momentum; of a force main the equivalent n when it is partly full."""
    slope: np.ndarray
    """m/m, at least 0, for momentum."""
    beta: np.ndarray
    """m^(1/3)/s: flow = beta * section factor for one barrel at normal depth."""
    full_flow: np.ndarray
    """m3/s, one barrel."""
    greatest_flow: np.ndarray
    """m3/s, one barrel: of the largest section factor."""
    flow_limit: np.ndarray
    """m3/s, all barrels; 0 = none."""
    barrels: np.ndarray
    """float64."""
    loss_in: np.ndarray
    """Head losses, multiples of v2/2g, at the upper end after any reversal."""
    loss_out: np.ndarray
    loss_avg: np.ndarray
    dummy: np.ndarray
    """bool: passes on whatever reaches its start, without hydraulics."""


@dataclass(frozen=True)
class Sections:
    """Cross-sections, (S,) or (S, K) with K = SECTION_POINTS equally spaced depths from 0 to full depth.

    One barrel. Linear interpolation between points; beyond the top a closed section stays full (its width there
    is the kernel's matter: slot or none).
    """

    shape: tuple[str, ...]
    open: np.ndarray
    """bool."""
    full_depth: np.ndarray
    """m."""
    full_area: np.ndarray
    """m2."""
    full_hydrad: np.ndarray
    """m, hydraulic radius when full."""
    max_width: np.ndarray
    """m."""
    full_factor: np.ndarray
    """m^(8/3), area * hydrad^(2/3) when full."""
    max_factor: np.ndarray
    """m^(8/3), the greatest."""
    max_factor_area: np.ndarray
    """Share of the full area at which the section factor is greatest (1 for open sections)."""
    area: np.ndarray
    """(S, K) m2."""
    width: np.ndarray
    """(S, K) m."""
    hydrad: np.ndarray
    """(S, K) m."""
    normal_depth: np.ndarray
    """(S, K) m: depth of normal flow, equally spaced in the root of ``section factor / max_factor`` (0 to 1)."""
    critical_depth: np.ndarray
    """(S, K) m: depth of critical flow, equally spaced in the root of ``flow / critical_full`` (0 to 1)."""
    critical_full: np.ndarray
    """m3/s of one barrel from which on the critical depth is the full depth."""


SECTION_POINTS = 101


@dataclass(frozen=True)
class Pumps:
    """Pumps, (P,)."""

    link: np.ndarray
    kind: np.ndarray
    """int8, see PUMP_KINDS."""
    curve: np.ndarray
    """int32, row of ``curves``: x is volume m3 (PUMP1), depth m (PUMP2, PUMP4) or head m (PUMP3, PUMP5); y flow m3/s;
    -1 for an ideal pump."""
    setting: np.ndarray
    """Initial setting, 0 or 1."""
    start_depth: np.ndarray
    """m at the upper node above which an idle pump starts; 0 = never by itself."""
    stop_depth: np.ndarray
    """m below which a running pump stops; 0 = never by itself."""


@dataclass(frozen=True)
class Orifices:
    """Orifices, (P,). The opening is the link's section times the setting."""

    link: np.ndarray
    kind: np.ndarray
    """int8, see ORIFICE_KINDS."""
    circular: np.ndarray
    """bool, else a closed rectangle."""
    height: np.ndarray
    """m."""
    width: np.ndarray
    """m."""
    coefficient: np.ndarray
    """Discharge coefficient, pure number."""
    open_seconds: np.ndarray
    """s from shut to open; 0 = at once."""


@dataclass(frozen=True)
class Weirs:
    """Weirs, (P,)."""

    link: np.ndarray
    kind: np.ndarray
    """int8, see WEIR_KINDS."""
    coefficient: np.ndarray
    """m^0.5/s: main crest (the notch of a V-NOTCH)."""
    end_coefficient: np.ndarray
    """m^0.5/s: triangular ends of a TRAPEZOIDAL weir."""
    length: np.ndarray
    """m of horizontal crest (0 for V-NOTCH)."""
    side_slope: np.ndarray
    """Run over rise of the sides (V-NOTCH and TRAPEZOIDAL)."""
    height: np.ndarray
    """m of the opening above the crest."""
    contractions: np.ndarray
    """End contractions, 0, 1 or 2 (as given)."""
    surcharge: np.ndarray
    """bool: acts as an orifice when under water to the top, else it simply spills over."""
    curve: np.ndarray
    """int32, row of ``curves``: head m -> coefficient m^0.5/s; -1 = none."""


@dataclass(frozen=True)
class Outlets:
    """Outlets, (P,)."""

    link: np.ndarray
    by_head: np.ndarray
    """bool: flow depends on the head difference, else on the depth above the crest at the upper node."""
    curve: np.ndarray
    """int32, row of ``curves``: head or depth m -> flow m3/s; -1 = functional."""
    coefficient: np.ndarray
    """Functional: flow m3/s = coefficient * (head m) ** exponent."""
    exponent: np.ndarray


@dataclass(frozen=True)
class Curves:
    """Ragged (x, y) tables: pump, rating and weir curves, or series in time (x: s since the start)."""

    names: tuple[str, ...]
    first: np.ndarray
    """int32."""
    count: np.ndarray
    """int32."""
    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Inflows:
    """Water that comes in besides runoff, (I,): flow = scale * series + base * pattern, m3/s.

    Dry-weather flows are rows with a base and patterns only. ``inflows.ExternalInflow`` evaluates them.
    """

    node: np.ndarray
    scale: np.ndarray
    series: np.ndarray
    """int32, row of ``series`` (m3/s); -1 = none."""
    base: np.ndarray
    """m3/s."""
    month: np.ndarray
    """(I, 12) factors."""
    day: np.ndarray
    """(I, 7) factors, Sunday first."""
    hour: np.ndarray
    """(I, 24) factors on working days."""
    weekend: np.ndarray
    """(I, 24) factors on Saturday and Sunday."""


@dataclass(frozen=True)
class Options:
    """How the model wants to be run."""

    start: datetime
    duration: int
    """s."""
    report_step: int
    """s."""
    routing_step: float
    """s."""
    minimum_step: float
    """s."""
    variable_step: float
    """Share of the Courant step; 0 = the routing step is fixed."""
    lengthening_step: float
    """s; 0 = off. Conduits hold it already."""
    max_trials: int
    head_tolerance: float
    """m."""
    min_surface_area: float
    """m2."""
    inertial_damping: int
    """0 none, 1 partial, 2 full."""
    normal_flow: int
    """Limit to normal flow by 0 slope, 1 Froude number, 2 both, -1 never."""
    slot: bool
    """Surcharge by SLOT, else EXTRAN."""
    ponding: bool
    rule_step: float
    """s between two looks at the control rules; 0 = every routing step."""
    wet_step: int
    """s."""
    dry_step: int
    """s."""
    skip_steady: bool
    system_flow_tolerance: float
    lateral_flow_tolerance: float


@dataclass(frozen=True)
class Layout:
    """A whole model, ready to be routed."""

    options: Options
    nodes: Nodes
    stores: Stores
    outfalls: Outfalls
    links: Links
    conduits: Conduits
    sections: Sections
    pumps: Pumps
    orifices: Orifices
    weirs: Weirs
    outlets: Outlets
    curves: Curves
    """Pump, rating and weir curves."""
    series: Curves
    """Series of inflows (m3/s) and outfall stages (m); x in s since the start."""
    inflows: Inflows
    rules: tuple[Rule, ...]
    """For ``rules.Controller``; none of them for most models."""
    inlets: Inlets
    """Street inlets, for ``inlets.exchange`` at the start of each step."""
    remarks: tuple[str, ...]
    """What was left out without effect on the water (quality, maps), for the log."""
