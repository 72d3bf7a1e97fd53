"""The native engine behind the drainage protocol: one member of ``ensemble.NativeEnsemble``."""

from __future__ import annotations

from types import TracebackType

import numpy as np

from simulation.drainage.native.ensemble import NativeEnsemble
from simulation.drainage.protocol import WaterTotals


class NativeDrainage:
    """A drain model in motion; see ``protocol.Drainage``. Any number can be open at once.

    ``text`` is a model under a storm (``editing.with_storm``); ``low_depth`` is the depth in m above a node's
    invert below which mobile pumps draw no water. Raises InpError for what is wrong with the model or what the
    native engine does not support, by line.
    """

    def __init__(self, text: str, low_depth: float = 0.2) -> None:
        self._all = NativeEnsemble(text, 1, low_depth=low_depth)
        self.nodes, self.pumps = self._all.nodes, self._all.pumps
        self.full_depth, self.invert = self._all.full_depth, self._all.invert
        self.ponded_area, self.can_clog = self._all.ponded_area, self._all.can_clog

    @property
    def seconds(self) -> int:
        """Since the start."""
        return self._all.seconds

    def step(self, seconds: int) -> None:
        """Advance. Raises DrainageError where the storm's time is over or the water left all bounds."""
        self._all.step(seconds)

    def depth(self) -> np.ndarray:
        """(nodes,) m above invert, above ``full_depth`` where water is ponded."""
        return self._all.depth()[:, 0]

    def ponded(self) -> np.ndarray:
        """(nodes,) m of water that stands above the rim; 0 where none does or can."""
        return self._all.ponded()[:, 0]

    def flooding(self) -> np.ndarray:
        """(nodes,) m3/s leaving through the rim now."""
        return self._all.flooding()[:, 0]

    def flooded(self) -> np.ndarray:
        """(nodes,) m3 that left through each rim so far."""
        return self._all.flooded()[:, 0]

    def set_inflow(self, node: int, flow: float) -> None:
        """Water put in at a node from now on, m3/s, at least 0."""
        self._all.set_inflow(node, flow)

    def set_pumping(self, node: int, rate: float) -> None:
        """What mobile pumps can take out of a node from now on, m3/s; drawn only while water is there."""
        self._all.set_pumping(node, rate)

    def set_clog(self, node: int, share: float) -> None:
        """Share (0-1) of the capacity at a node that debris blocks: of its street inlets, or else of the full flow
        of the conduits that leave it."""
        self._all.set_clog(node, share)

    def set_pump(self, link: int, on: bool) -> None:
        """A pump's power (index into ``pumps``); with power back its own rules and depths decide again."""
        self._all.set_pump(link, on)

    def set_stage(self, stage: float) -> None:
        """River level at every free, normal or fixed outfall above its invert, m."""
        self._all.set_stage(stage)

    def totals(self) -> WaterTotals:
        """Volumes so far."""
        return self._all.totals()[0]

    def rain_depth(self) -> float:
        """mm (= kg/m2) of rain so far, mean over the model's land."""
        return float(self._all.rain_depth()[0])

    def close(self) -> None:
        """Nothing is held open; here for the protocol."""

    def __enter__(self) -> NativeDrainage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
