"""The arrays that move while a block of members is routed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class State(NamedTuple):
    """What moves; [node, lane] unless said otherwise."""

    depth: np.ndarray
    depth_old: np.ndarray
    net: np.ndarray
    """m3/s in minus out."""
    net_old: np.ndarray
    lateral: np.ndarray
    """m3/s from outside the network."""
    lateral_old: np.ndarray
    overflow: np.ndarray
    """m3/s over the rim."""
    volume: np.ndarray
    volume_old: np.ndarray
    surface: np.ndarray
    """m2, last one while neither ponded nor under pressure."""
    rate: np.ndarray
    """m/s."""
    settled: np.ndarray
    """1 where the last trial changed nothing."""
    resting: np.ndarray
    """[1, lane] 1 where the member has come to rest in this step."""
    stage: np.ndarray
    """[outfall, lane] m, elevation of the water outside; used where ``staged``."""
    staged: np.ndarray
    """[outfall, lane] 1 where ``stage`` holds."""
    flow: np.ndarray
    """[link, lane] m3/s, all barrels."""
    flow_old: np.ndarray
    dqdh: np.ndarray
    share1: np.ndarray
    """[link, lane] m2 of water surface lent to the start."""
    share2: np.ndarray
    setting: np.ndarray
    """[link, lane] 0 shut - 1 open."""
    target: np.ndarray
    """[link, lane] the setting that is aimed at."""
    ruled: np.ndarray
    """[link, lane] 1 where a rule has just given the target."""
    power: np.ndarray
    """[link, lane] 0 where a pump has no power, else 1."""
    limit: np.ndarray
    """[link, lane] m3/s of each barrel, as SWMM counts it."""
    area: np.ndarray
    """[conduit, lane] m2, one barrel, in the middle."""
    area_old: np.ndarray
    froude: np.ndarray
    content: np.ndarray
    """[conduit, lane] m3, all barrels."""
    content_old: np.ndarray
    came: np.ndarray
    """m3 that the last step brought to the node and did not leave there."""
    lent: np.ndarray
    """m3 by which closed conduits that are full keep the node's level down and which is not given back yet."""
    missing: np.ndarray
    """m3 that came and neither is there nor was lost: what the method owes the node."""
    extra: np.ndarray
    """m3/s by which that is given back now; part of ``lateral``."""
    extra_old: np.ndarray
    pumping: np.ndarray
    """[node, lane] m3/s that mobile pumps can take."""
    drawn: np.ndarray
    """[node, lane] m3/s that they take now."""


class Book(NamedTuple):
    """What has happened so far; m3 unless said otherwise."""

    peak: np.ndarray
    """[node, lane] m."""
    flooded: np.ndarray
    """[node, lane] out of the rim."""
    lost: np.ndarray
    """[1, lane] as are the next."""
    outflow: np.ndarray
    entered: np.ndarray
    pumped: np.ndarray
    counts: np.ndarray
    """(3,) steps, trials, trials that ended a step without rest."""
