"""Ensembles as a job: which members a question has, what is kept, what they come to."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from optimization.plan import burden
from results.compare import Interval, Spread, change_text, intervals, measure, metric_name, shown
from results.language import Words
from results.metrics import NEVER, Figures, metrics
from results.planning import Judgement, judged
from scenarios.problems import BadScenario, Problem, problem
from scenarios.said import Said
from simulation.ensemble import Ledger, Member, run_members
from simulation.model import Scenario
from stormyard.jobs import chosen_dispatcher, folder_for, product_version, simulate, under_each, write_text

MEMBERS, MANIFEST = "members.jsonl", "ensemble.json"


def run_member(dispatcher: str, scenario_json: str, seed: int) -> dict[str, Any]:
    """One member's metrics and digest; runs in a worker process."""
    run = simulate(Scenario.model_validate_json(scenario_json), seed, dispatcher).run
    return {"metrics": metrics(run), "digest": run.digest}


@dataclass
class Ensemble:
    """The same seeds over every variant; what is finished is kept in the folder at once."""

    scenarios: Mapping[str, Scenario]
    """By label; the first is what the others are held against."""
    dispatcher: str
    """Name; empty for each scenario's own."""
    seeds: range
    workers: int
    folder: Path
    done: list[Member] = field(default_factory=list)
    """Members that are finished, those of earlier sessions included; failed ones only of this one."""

    @classmethod
    def of(
        cls,
        scenarios: Mapping[str, Scenario],
        members: int,
        seed: int = 0,
        dispatcher: str = "",
        workers: int | None = None,
        folder: Path | None = None,
    ) -> Ensemble:
        """An ensemble with the usual folder and a worker a core. ``dispatcher``: one, or several with commas between
        them, each under a label of its own. Raises BadScenario for one that does not exist."""
        several = [name.strip() for name in dispatcher.split(",") if name.strip()]
        scenarios = under_each(scenarios, several)
        dispatcher = dispatcher if len(several) < 2 else ""
        for scenario in scenarios.values():
            chosen_dispatcher(scenario, dispatcher)
        first = next(iter(scenarios.values()))
        parts = ("ensemble", *list(scenarios)[1:], dispatcher)
        place = folder or folder_for(first, *parts)
        return cls(scenarios, dispatcher, range(seed, seed + members), workers or os.cpu_count() or 1, place)

    @property
    def total(self) -> int:
        """Members asked for."""
        return len(self.seeds) * len(self.scenarios)

    @property
    def ledger(self) -> Ledger:
        """The file of finished members; it belongs to these scenarios, this dispatcher and this version."""
        digests = {label: scenario.digest() for label, scenario in self.scenarios.items()}
        identity = {"scenarios": digests, "dispatcher": self.dispatcher, "version": product_version()}
        return Ledger(self.folder / MEMBERS, identity)

    def open(self, resume: bool) -> None:
        """Begin, or take up what is kept. Raises BadScenario where the folder holds something else."""
        ledger = self.ledger
        if not resume:
            if ledger.path.exists():
                raise BadScenario([problem(str(self.folder), "ensemble.there")])
            ledger.start()
            return
        if not ledger.path.exists():
            raise BadScenario([problem(str(self.folder), "ensemble.none")])
        try:
            kept = ledger.read()
        except ValueError as error:
            hint = Said("ensemble.not_mixed")
            raise BadScenario([Problem(str(ledger.path), str(error), hint)]) from error
        self.done = [m for m in kept if not m.error and m.variant in self.scenarios and m.seed in self.seeds]

    def run(self) -> Iterator[Member]:
        """Run what is missing, each member written down before it is yielded."""
        texts = {label: scenario.model_dump_json() for label, scenario in self.scenarios.items()}
        member = partial(run_member, self.dispatcher)
        ledger = self.ledger
        for finished in run_members(texts, self.seeds, member, self.workers, tuple(self.done)):
            ledger.add(finished)
            self.done.append(finished)
            yield finished

    def kept(self) -> int:
        """Members that succeeded, as they stand on disk."""
        return sum(not m.error for m in self.ledger.read())

    def intervals(self) -> list[Interval]:
        """Median, 90 % interval and paired differences of every metric over the members that succeeded."""
        samples: dict[str, dict[int, Figures]] = {label: {} for label in self.scenarios}
        for member in sorted(self.done, key=lambda m: m.seed):
            if not member.error:
                samples[member.variant][member.seed] = member.figures["metrics"]
        samples = {label: by_seed for label, by_seed in samples.items() if by_seed}
        return intervals(samples) if samples else []

    def burdens(self) -> dict[str, Judgement]:
        """How the weighted burden of every variant but the first lies beside the first's, over the members of both."""
        found: dict[str, dict[int, float]] = {label: {} for label in self.scenarios}
        for member in self.done:
            if not member.error:
                found[member.variant][member.seed] = burden(member.figures["metrics"])
        (_, first), *others = found.items()
        shared = {label: sorted(first.keys() & mine.keys()) for label, mine in others}
        return {
            label: judged([first[seed] for seed in shared[label]], [mine[seed] for seed in shared[label]])
            for label, mine in others
            if shared[label]
        }

    def write_manifest(self) -> dict[str, Any]:
        """Write what it came to beside the members, and return it."""
        failed = [m for m in self.done if m.error]
        first = next(iter(self.scenarios.values()))
        manifest = {
            "scenario": first.id,
            "version": product_version(),
            "dispatcher": self.dispatcher
            or ", ".join(dict.fromkeys(s.dispatcher for s in self.scenarios.values())),
            "variants": {label: scenario.digest() for label, scenario in self.scenarios.items()},
            "seeds": [self.seeds.start, self.seeds.stop - 1],
            "members": len(self.done) - len(failed),
            "failed": [{"variant": m.variant, "seed": m.seed, "error": m.error} for m in failed],
            "burden": {label: _beside(found) for label, found in self.burdens().items()},
            "intervals": [_plain(interval) for interval in self.intervals()],
        }
        write_text(
            self.folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, allow_nan=False)
        )
        return manifest


def interval_rows(found: list[Interval], words: Words) -> list[list[str]]:
    """A head, and for each metric a row with its name and a row a variant below it.

    Metrics that are 0 in every member of every variant are left out.
    """
    heads = ("variant", "median", "interval", "difference", "better")
    rows = [[words[f"cli.{head}"] for head in heads]]
    metric = ""
    nonzero = {item.metric for item in found if any(item.figure)}
    for item in found:
        if item.metric not in nonzero:
            continue
        if item.metric != metric:
            metric = item.metric
            unit = words[f"unit.{measure(metric).unit}"]
            rows.append(
                [", ".join(t for t in (metric_name(metric).said(words.language), unit) if t), "", "", "", ""]
            )
        median, low, high = (shown(metric, None if q == NEVER else q, words) for q in item.figure)
        change = _difference(metric, item.difference) if item.difference else ""
        better = "" if math.isnan(item.better) else f"{item.better:.0%}"
        rows.append([f"  {item.variant}", median, f"{low} – {high}", change, better])
    return rows


def burden_lines(job: Ensemble, words: Words) -> list[str]:
    """For each variant but the first, by how much its weighted burden lies beside the first's: mean and interval."""
    first = next(iter(job.scenarios))
    lines = []
    for label, found in job.burdens().items():
        told = _beside(found)
        gaps = {k: "–" if v is None else f"{v:+,.1f}" for k, v in told.items()}
        for name in ("before", "after"):
            gaps[name] = f"{told[name]:,.1f}"
        gaps["better"] = f"{found.better:.0%}"
        lines.append(words("cli.burden_beside", label=label, first=first, members=found.members, **gaps))
    return lines


def _beside(found: Judgement) -> dict[str, float | None]:
    """A judgement as plain figures: means in weighted km h, the mean difference with its 90 % interval, shares in %."""
    share = 100 / found.base if found.base > 0 else math.nan
    told = {
        "before": found.base, "after": found.base + found.mean, "mean": found.mean, "low": found.low,
        "high": found.high, "share": share * found.mean, "low_share": share * found.low,
        "high_share": share * found.high, "better": found.better,
    }  # fmt: skip
    return {name: value if math.isfinite(value) else None for name, value in told.items()}


def _difference(metric: str, spread: Spread) -> str:
    median, low, high = (_signed(metric, value) for value in spread)
    return f"{median} ({low} – {high})"


def _signed(metric: str, value: float) -> str:
    return change_text(metric, value) if math.isfinite(value) else ("+∞" if value > 0 else "-∞")


def _plain(interval: Interval) -> dict[str, Any]:
    """As JSON has it: null for never, and in a difference where one of the two is never."""
    plain = interval._asdict()
    for name in ("figure", "difference"):
        spread = plain[name]
        plain[name] = (
            {k: v if math.isfinite(v) else None for k, v in spread._asdict().items()} if spread else None
        )
    plain["better"] = None if math.isnan(interval.better) else interval.better
    return plain
