"""Many members of one drain model, run side by side: other rain, other actions, one network.

Members differ in their rain and in what is done: pumping, debris, power, water put in, the river's level. They are
routed in blocks, each with steps of its own; runoff is reckoned for all at once. Numba compiles the
kernel on first use and keeps it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulation.drainage.editing import model_duration
from simulation.drainage.inp import Inp, InpError, InpProblem, read_inp
from simulation.drainage.native import layout as model
from simulation.drainage.native.block import WIDTHS, Block, Plan
from simulation.drainage.native.inflows import ExternalInflow, book, lay_out
from simulation.drainage.native.land import Land, Rain, Runoff, read_land
from simulation.drainage.native.read import read_layout
from simulation.drainage.native.rules import Controller, Situation, set_before
from simulation.drainage.protocol import DrainageError, WaterTotals

NEAR_FULL = 0.999
"""Largest share of a capacity that debris blocks, as behind SWMM."""
SEGMENT = 60.0
"""s between two looks at series of inflow; between them it is interpolated."""
POWER_RULE = "stormyard_power_"
"""Rules that ``editing.with_storm`` adds for SWMM alone; here a pump's power is a switch of its own."""


@dataclass
class Spell:
    """What comes in from outside between two times (s): linear from ``before`` to ``after``."""

    start: float
    end: float
    before: np.ndarray
    """[block, node, lane] m3/s."""
    after: np.ndarray
    ran_before: np.ndarray
    """(members,) m3/s of runoff."""
    ran_after: np.ndarray


class NativeEnsemble:
    """``members`` runs of a model under a storm (``editing.with_storm``), in motion together.

    ``rain`` stands for the model's own rain gages: ``Rain`` with values (times, gages) or (times, gages, members),
    kg/m2/s; ``rain_scale`` multiplies it, (members,). Node arrays follow ``nodes`` and are [node, member], all
    SI. What ``low_depth`` and the actions mean is told in ``protocol.Drainage``; here each takes one value for all
    members or one a member. Raises InpError for what is wrong with the model or not supported, by line.
    """

    def __init__(
        self,
        text: str,
        members: int,
        rain_scale: np.ndarray | None = None,
        rain: Rain | None = None,
        low_depth: float = 0.2,
    ) -> None:
        if members < 1:
            raise ValueError("an ensemble has at least one member")
        self._inp = inp = read_inp(text)
        plan, land = _read(inp)
        self.members, self._plan = members, Plan(plan)
        self.nodes, self.pumps = plan.nodes.names, tuple(plan.links.names[i] for i in plan.pumps.link)
        self.full_depth, self.invert = plan.nodes.full_depth, plan.nodes.invert
        self.ponded_area = self._plan.net.joints.ponded
        self._ponds = self.ponded_area > 0
        width = next((w for w in WIDTHS if members <= w), WIDTHS[-1])
        self._blocks = [Block(self._plan, width, low_depth) for _ in range(math.ceil(members / width))]
        count, lanes = len(self.nodes), width * len(self._blocks)
        falls = land.rain if rain is None else rain
        self._runoff = Runoff(land, members, falls if rain_scale is None else falls.scaled(rain_scale))
        self._rain_area = float(land.area.sum())
        self._external = ExternalInflow(plan.inflows, plan.series, count, plan.options.start)
        self._put_in, self._put = np.zeros((count, members)), np.zeros(members)
        self._spell = Spell(
            0.0, 0.0, *np.zeros((2, len(self._blocks), count, width)), *np.zeros((2, members))
        )
        self._lanes = np.minimum(np.arange(lanes), members - 1).reshape(-1, width)
        self._flow = np.zeros((count, members))
        self._tidal = bool((plan.outfalls.kind == model.TIMED).any())
        self._injected, self._ran = np.zeros((2, members))
        self._pipes = self._openings()
        self.can_clog = np.isin(np.arange(count), [*self._pipes, *plan.inlets.node])
        rules = tuple(rule for rule in plan.rules if not rule.name.lower().startswith(POWER_RULE))
        self._controllers = (
            [Controller(rules, plan.options.start, width) for _ in self._blocks] if rules else []
        )
        self._set_at = np.full((len(plan.links.names), lanes), set_before(plan.options.start))
        self._on = np.concatenate([block.state.setting > 0 for block in self._blocks], axis=1)
        self._duration = model_duration(inp)
        self.seconds = 0

    def _openings(self) -> dict[int, list[tuple[int, float]]]:
        """Node without street inlets -> the conduits that leave it and what each carries when full, m3/s a barrel."""
        pipes: dict[int, list[tuple[int, float]]] = {}
        layout = self._plan.layout
        for row, link in enumerate(layout.conduits.link):
            node, full = int(layout.links.start[link]), layout.conduits.full_flow[row]
            if full > 0 and node not in layout.inlets.node:
                pipes.setdefault(node, []).append((row, full))
        return pipes

    def step(self, seconds: int) -> None:
        """Advance all members. Raises DrainageError where the storm's time is over or the water left all bounds."""
        if self.seconds + seconds > self._duration:
            raise DrainageError(f"the storm's time is over: the model was opened for {self._duration} s")
        now, until = float(self.seconds), float(self.seconds + seconds)
        pause = self._plan.layout.options.rule_step if self._controllers else math.inf
        while now < until - 1e-6:
            spell = self._spell_at(now)
            end = min(until, spell.end)
            if 0 < pause < math.inf:
                end = min(end, (math.floor(now / pause + 1e-9) + 1) * pause)
            share = (0.5 * (now + end) - spell.start) / (spell.end - spell.start)
            book(self._ran, self._injected, end - now, share, spell.ran_before, spell.ran_after, self._put)
            hard = until if pause == math.inf else end
            for number, block in enumerate(self._blocks):
                self._route(number, block, now, end, hard)
            now = end
        self.seconds += seconds
        if not all(block.sound for block in self._blocks):
            raise DrainageError("the native engine's water levels left all bounds; run this model with SWMM")

    def _spell_at(self, now: float) -> Spell:
        """The spell in which ``now`` lies. It ends where runoff is not known yet, or where other inflow changes."""
        spell = self._spell
        if spell.start <= now < spell.end - 1e-6:
            return spell
        if self._runoff.time <= now:
            self._runoff.reach(now + 1e-3)
        holds = self._external.holds(now)
        end = now + (holds or SEGMENT)
        if self._runoff.time > now:
            end = min(end, self._runoff.time)
        other = self._external.at(now)
        lay_out(self._runoff.inflow(now, self._flow), other, self._put_in, spell.before, spell.ran_before)
        if not holds:
            other = self._external.at(end)
        lay_out(self._runoff.inflow(end, self._flow), other, self._put_in, spell.after, spell.ran_after)
        spell.start, spell.end = now, end
        return spell

    def _route(self, number: int, block: Block, now: float, end: float, hard: float) -> None:
        spell = self._spell
        before, after = spell.before[number], spell.after[number]
        if self._tidal:
            block.set_tide(now)
        if not self._controllers:
            block.advance(before, after, spell.start, spell.end, end, hard)
            return
        each = self._plan.layout.options.rule_step <= 0
        while block.now < end - 1e-6:
            self._decide(number, block)
            block.advance(before, after, spell.start, spell.end, end, hard, 1 if each else 0)

    def _decide(self, number: int, block: Block) -> None:
        """Let the control rules set the links of a block."""
        layout, s = self._plan.layout, block.state
        depth, area = block.link_depths()
        part = slice(number * block.width, (number + 1) * block.width)
        set_at = self._set_at[:, part]
        on, own = self._on[:, part], s.setting > 0
        set_at[on != own] = block.now  # by its own depths
        on[:] = own
        target, before = s.target.copy(), s.target.copy()
        sign = layout.links.sign[:, None]
        flow = s.flow * sign
        situation = Situation(
            block.now, block.step_now(), s.depth, s.volume, s.lateral, flow, depth,
            np.where(area > 0, flow / np.maximum(area, 1e-9), 0.0), s.setting, target, set_at,
        )  # fmt: skip
        self._controllers[number].decide(situation)
        changed = target != before
        s.target[:] = target
        s.ruled[changed] = 1.0
        turned = changed & ((target == 0) | (before == 0))
        set_at[turned] = block.now
        on[turned] = target[turned] > 0
        conduits = self._plan.net.pipes.link
        s.setting[conduits] = s.target[conduits]

    def depth(self) -> np.ndarray:
        """m above invert, above ``full_depth`` where water is ponded."""
        return self._gathered("depth")

    def ponded(self) -> np.ndarray:
        """m of water that stands above the rim; 0 where none does or can."""
        return np.where(self._ponds[:, None], np.maximum(self.depth() - self.full_depth[:, None], 0.0), 0.0)

    def flooding(self) -> np.ndarray:
        """m3/s leaving through the rim now."""
        return self._gathered("overflow")

    def flooded(self) -> np.ndarray:
        """m3 that left through each rim so far."""
        return np.concatenate([b.book.flooded for b in self._blocks], axis=1)[:, : self.members]

    def peak(self) -> np.ndarray:
        """m, greatest depth of any step so far."""
        return np.concatenate([b.book.peak for b in self._blocks], axis=1)[:, : self.members]

    def _gathered(self, name: str) -> np.ndarray:
        return np.concatenate([getattr(b.state, name) for b in self._blocks], axis=1)[:, : self.members]

    def _give(self, name: str, row: int, value: np.ndarray | float) -> None:
        """Set a row of the state, or of the inlets' ``kept``, one value for all members or one each."""
        values = np.broadcast_to(np.asarray(value, dtype=float), (self.members,))
        for number, block in enumerate(self._blocks):
            members = self._lanes[number]
            (block.street.kept if name == "kept" else getattr(block.state, name))[row] = values[members]

    def set_inflow(self, node: int, flow: np.ndarray | float) -> None:
        """Water put in at a node from now on, m3/s, at least 0."""
        self._put_in[node] = flow
        self._put = self._put_in.sum(axis=0)
        self._spell.end = self._spell.start

    def set_pumping(self, node: int, rate: np.ndarray | float) -> None:
        """What mobile pumps can take out of a node from now on, m3/s."""
        self._give("pumping", node, rate)
        for block in self._blocks:
            block.pumped = True

    def set_clog(self, node: int, share: np.ndarray | float) -> None:
        """Share (0-1) of the capacity at a node that debris blocks: of its street inlets, or else of the full flow
        of the conduits that leave it."""
        kept = 1 - np.clip(share, 0.0, NEAR_FULL)
        for inlet in np.flatnonzero(self._plan.layout.inlets.node == node):
            self._give("kept", int(inlet), kept)
        limits = self._plan.layout.conduits.flow_limit
        for row, full in self._pipes.get(node, ()):
            own = limits[row] if limits[row] > 0 else np.inf
            limit = np.where(kept < 1, kept * min(full, own), own)
            self._give("limit", int(self._plan.layout.conduits.link[row]), limit)

    def set_pump(self, link: int, on: np.ndarray | bool) -> None:
        """A pump's power (index into ``pumps``); with power back it runs until its own depths or rules stop it."""
        row = int(self._plan.layout.pumps.link[link])
        was = np.concatenate([b.state.power[row] for b in self._blocks])[: self.members]
        self._give("power", row, on)
        back = (was == 0) & np.broadcast_to(np.asarray(on, dtype=bool), (self.members,))
        if back.any():
            setting = np.concatenate([b.state.setting[row] for b in self._blocks])[: self.members]
            for name in ("setting", "target"):
                self._give(name, row, np.where(back, 1.0, setting))

    def set_stage(self, stage: np.ndarray | float) -> None:
        """River level at every free, normal or fixed outfall above its invert, m."""
        outfalls = self._plan.layout.outfalls
        for o in np.flatnonzero(outfalls.kind != model.TIMED):
            self._give("stage", int(o), self.invert[outfalls.node[o]] + np.asarray(stage))
            self._give("staged", int(o), 1.0)

    def totals(self) -> list[WaterTotals]:
        """Volumes so far of each member."""
        balance = self._runoff.balance()
        flooded = self.flooded()
        out = []
        for m in range(self.members):
            block, lane = self._blocks[m // self._blocks[0].width], m % self._blocks[0].width
            book = block.book
            lost, pumped = float(book.lost[0, lane]), float(book.pumped[0, lane])
            out.append(
                WaterTotals(
                    rain=float(balance.rain[m]),
                    runoff=float(self._ran[m]),
                    injected=float(self._injected[m]),
                    pumped=pumped,
                    flooded=lost + float(flooded[self._ponds, m].sum()),
                    lost=lost,
                    outflow=float(book.outflow[0, lane]),
                    storage=float(block.stored()[lane]),
                    continuity=float(block.balance()[lane]),
                )
            )
        return out

    def rain_depth(self) -> np.ndarray:
        """(members,) mm (= kg/m2) of rain so far, mean over the model's land."""
        rain = self._runoff.balance().rain
        return rain / self._rain_area * 1000.0 if self._rain_area else np.zeros(self.members)


def _read(inp: Inp) -> tuple[model.Layout, Land]:
    """Network and land of a model; the problems of both are told together."""
    problems: list[InpProblem] = []
    plan, land = None, None
    try:
        plan = read_layout(inp)
    except InpError as error:
        problems += error.problems
    try:
        land = read_land(inp)
    except InpError as error:
        problems += error.problems
    if plan is None or land is None:
        raise InpError(sorted(set(problems), key=lambda p: (p.line, p.what)))
    return plan, land
