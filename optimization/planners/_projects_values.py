"""What measures are worth, by runs: all raced on a few members, those that may be worth their money on more.

Members alternate between the scenario's own storm and storms drawn about it, each with luck of its own; every set of
measures meets the same members, so what is compared are differences. The race is successive halving (Karnin, Koren and
Somekh 2013): members double while the measures in the race halve, by what they take away for their money.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np

from optimization.plan import Trials, burden
from optimization.planners._gain import ENOUGH, NOTHING, Gain
from optimization.planners._projects_measures import Measure, with_measures
from optimization.planners._storms import storms
from simulation.model import Scenario

Set = frozenset[str]
"""Measures by their keys."""


class Values:
    """What sets of measures take away, by runs; each run is asked for once."""

    def __init__(
        self, scenario: Scenario, trials: Trials, offered: Sequence[Measure], members: int, seed: int
    ) -> None:
        self.scenario, self.trials, self.seed = scenario, trials, seed
        self.offered = {m.key: m for m in offered}
        drawn = storms(scenario, members // 2, seed)
        self.storms = [drawn[i // 2].storm if i % 2 else scenario.storm for i in range(members)]
        self.burdens: dict[Set, list[float]] = {}
        self._made: dict[Set, Scenario] = {}

    @property
    def runs(self) -> int:
        """Runs asked for so far."""
        return sum(map(len, self.burdens.values()))

    def ordered(self, keys: Iterable[str]) -> list[Measure]:
        """Measures in the order in which they were offered, which is that in which they build on each other."""
        wanted = set(keys)
        return [m for key, m in self.offered.items() if key in wanted]

    def run(self, sets: Iterable[Set], members: int) -> None:
        """Have the first so many members run with each of these sets, and with none; a member's runs at once."""
        wanted = list(dict.fromkeys((Set(), *sets)))
        for member in range(members):
            lacking = [s for s in wanted if len(self.burdens.setdefault(s, [])) <= member]
            if lacking:
                asked = {"+".join(sorted(s)): self._with(s, member) for s in lacking}
                for keys, figures in zip(
                    lacking, self.trials(asked, [self.seed + member]).values(), strict=True
                ):
                    self.burdens[keys].append(burden(figures[0]))

    def _with(self, keys: Set, member: int) -> Scenario:
        if keys not in self._made:
            self._made[keys] = with_measures(self.scenario, self.ordered(keys))[0]
        return self._made[keys].model_copy(update={"storm": self.storms[member]})

    def taken(self, keys: Set, without: Set = frozenset(), members: int = 0) -> Gain:
        """What a set takes away beyond another, over so many members, or over those that both were run with."""
        if members:
            self.run((keys, without), members)
        pairs = zip(self.burdens[without], self.burdens[keys], strict=False)
        return Gain(tuple(a - b for a, b in list(pairs)[: members or None]))

    def left(self, keys: Set) -> float:
        """Mean burden that is left with a set over the members that it was run with."""
        return float(np.mean(self.burdens[keys]))

    # ------------------------------------------------------------------ one by one

    def whole(self, key: str) -> Set:
        """A measure and all that it builds on."""
        keys, at = {key}, self.offered[key].after
        while at:
            keys.add(at)
            at = self.offered[at].after
        return Set(keys)

    def own(self, key: str) -> Gain:
        """What a measure takes away on top of what it builds on."""
        whole = self.whole(key)
        return self.taken(whole, whole - {key})

    def race(self, first: int, members: int, keep: int) -> list[str]:
        """Try all measures, the promising ones on up to ``members``; the keys of those that came through. What few
        members call a harm is tried on ``ENOUGH`` before it is called so, the worst ``keep`` of it."""
        alive, number = list(self.offered), first
        while True:
            slow = [k for k in alive if k not in self._known(alive)]
            self._try(slow, number)
            alive = [k for k in alive if not self.own(k).idle]
            if number >= members or not alive:
                break
            alive = self._chains(self._best(alive, max(keep, math.ceil(len(alive) / 2))))
            number = min(members, 2 * number)
        harms = sorted(k for k in self.offered if k not in alive and self.own(k).told < 0)
        worst = sorted(harms, key=lambda k: self.own(k).mean)[:keep]
        self._try(worst, min(ENOUGH, members))
        return self._chains(k for k in alive if self.verdict(k) >= 0)

    def verdict(self, key: str) -> int:
        """1 where a measure is shown to help on its own, -1 where to do harm; 0 where neither is, or too few members
        were tried to say so."""
        own = self.own(key)
        return own.told if len(own.each) >= min(ENOUGH, len(self.storms)) else 0

    def _try(self, keys: Iterable[str], members: int) -> None:
        self.run([s for k in keys for s in (self.whole(k), self.whole(k) - {k})], members)

    def _known(self, keys: Iterable[str]) -> Set:
        return Set(k for k in keys if self.whole(k) in self.burdens and self.own(k).sharp)

    def _best(self, keys: Iterable[str], count: int) -> list[str]:
        return sorted(keys, key=lambda k: (-self.own(k).mean / self.offered[k].cost, k))[:count]

    def _chains(self, keys: Iterable[str]) -> list[str]:
        """With all that they build on, in the order in which they were offered."""
        return [m.key for m in self.ordered(k for key in keys for k in self.whole(key))]

    # ------------------------------------------------------------------ together

    def pairs(self, keys: Iterable[str], count: int, members: int) -> dict[tuple[str, str], Gain]:
        """What the best of some measures gain two by two beyond the sum of their own gains."""
        alone = [k for k in keys if not self.offered[k].after]
        best = sorted(
            alone, key=lambda k: (-(self.own(k).mean + min(self.own(k).half, abs(self.own(k).mean))), k)
        )
        twos = list(combinations(sorted(best[:count]), 2))
        self.run((s for a, b in twos for s in (Set((a, b)), Set((a,)), Set((b,)))), members)
        found = {}
        for a, b in twos:
            both, one, other = (
                self.taken(s, members=members).each for s in (Set((a, b)), Set((a,)), Set((b,)))
            )
            found[a, b] = Gain(tuple(x - y - z for x, y, z in zip(both, one, other, strict=True)))
        return found

    def needed(self, funded: Set, members: int) -> tuple[Set, Mapping[str, Gain]]:
        """A set without the measures that take nothing away beside the others of it (pairs tell only of two), and
        what each of the others takes away there. Half of the members do where they tell; what helped beside all is not
        tried again beside fewer."""
        beside: dict[str, Gain] = {}
        asked = self._last(funded)
        while True:
            unsure = asked
            for number in sorted({max(2, members // 2), members}):
                self.run((funded, *(funded - {k} for k in unsure)), number)
                beside |= {k: self.taken(funded, funded - {k}) for k in asked}
                unsure = [k for k in asked if beside[k].told <= 0]
            idle = [k for k in asked if beside[k].mean <= NOTHING]
            if not idle or len(funded) == 1:
                return funded, {k: gain for k, gain in beside.items() if k in funded}
            gone = min(idle, key=lambda k: (self.own(k).mean / self.offered[k].cost, k))
            funded = funded - {gone}
            asked = [k for k in self._last(funded) if k in idle or k not in beside]

    def _last(self, keys: Set) -> list[str]:
        """Measures of a set on which no other of it builds."""
        return [k for k in sorted(keys) if not any(self.offered[o].after == k for o in keys)]
