"""Planning as a job: a planner proposes, what it proposes is run on storms it has not seen, and the page is written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from optimization.plan import CannotPlan, Plan, burden
from optimization.planners import names, planner
from optimization.planners._fleet_goals import is_worse, limits, until_due
from optimization.planners._storms import rainfall, snowfall, storms
from results import plan_page
from results import planning as shown
from results.language import Both, both
from results.metrics import Figures
from results.money import Money
from results.planning import AFTER, BEFORE, Judgement, Proposal
from scenarios import load as scenario_files
from scenarios.problems import BadScenario, Problem, did_you_mean, problem
from scenarios.said import Told
from simulation.ensemble import Ledger, Member, Workers
from simulation.model import Name, Scenario
from stormyard.ensembles import run_member
from stormyard.front import pasted
from stormyard.jobs import folder_for, product_version

PLAN, OVERRIDES, PAGE, MEMBERS = "plan.json", "overrides.yaml", "plan.html", "members.jsonl"
DRAINS, DRAINS_PATH = "drains.inp", "city.drains"
"""A drain model that a plan changes, written beside its overrides, and the path that names it."""
MOST_SETS = 12
"""Overrides up to which the command that runs the plan is told."""
HELD_OUT = 1_000_000
"""Seeds from here on are kept from planners: what they propose is tried with them."""


class Runs:
    """Storms that are run for a plan (``optimization.plan.Trials``): each once, written down when it is finished.

    Its workers are there for the whole job and end with the block.
    """

    def __init__(
        self, ledger: Ledger, workers: int = 1, watch: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        self.ledger, self.watch = ledger, watch
        self.workers = Workers(partial(run_member, ""), workers)
        self.figures: dict[tuple[str, int], Figures] = {}
        """By the scenario's digest and the seed."""
        self._begun = False
        self._digests: dict[int, tuple[Scenario, str]] = {}

    def __enter__(self) -> Runs:
        return self

    def __exit__(self, *_: object) -> None:
        self.workers.close()

    def open(self) -> int:
        """Take up what an earlier call was stopped at; how many runs that is. What belongs elsewhere is replaced."""
        try:
            kept = self.ledger.read() if self.ledger.path.exists() else []
            self._begun = bool(kept)
        except ValueError:
            kept = []
        self.figures = {(m.variant, m.seed): m.figures["metrics"] for m in kept if not m.error}
        return len(self.figures)

    def _keep(self, member: Member) -> None:
        """Write a run down; the file begins with the first, so that a question that is refused leaves none."""
        if not self._begun:
            self.ledger.start()
            self._begun = True
        self.ledger.add(member)
        self.figures[member.variant, member.seed] = member.figures["metrics"]

    def __call__(self, scenarios: Mapping[str, Scenario], seeds: Sequence[int]) -> dict[str, list[Figures]]:
        """Figures by label, one a seed."""
        found = iter(self.pairs([(s, seed) for s in scenarios.values() for seed in seeds]))
        return {label: [next(found) for _ in seeds] for label in scenarios}

    def pairs(self, asked: Sequence[tuple[Scenario, int]]) -> list[Figures]:
        """Figures of each (scenario, seed). Raises RuntimeError where a run failed."""
        keys = [(self._digest(scenario), seed) for scenario, seed in asked]
        missing = {
            key: scenario for key, (scenario, _) in zip(keys, asked, strict=True) if key not in self.figures
        }
        total = len(self.figures) + len(missing)
        self.watch(len(self.figures), total)
        for member in self._run(missing):
            if member.error:
                raise RuntimeError(f"seed {member.seed}: {member.error}")
            self._keep(member)
            self.watch(len(self.figures), total)
        return [self.figures[key] for key in keys]

    def _run(self, missing: Mapping[tuple[str, int], Scenario]) -> Iterator[Member]:
        """By the workers; a single one would only cost the seconds in which it is spawned."""
        if self.workers.jobs == 1:
            for (digest, seed), scenario in missing.items():
                yield Member(digest, seed, run_member("", scenario.model_dump_json(), seed))
            return
        yield from self.workers.run({key: scenario.model_dump_json() for key, scenario in missing.items()})

    def _digest(self, scenario: Scenario) -> str:
        """Kept with the scenario, for nouns are frozen and a digest reads all of it."""
        known = self._digests.get(id(scenario))
        if known is None:
            known = self._digests[id(scenario)] = (scenario, scenario.digest())
        return known[1]


@dataclass
class Planning:
    """A question to a planner, and the way to its answer."""

    planner: str
    reference: str
    options: Mapping[str, Any] = field(default_factory=dict)
    """The planner's own, by name; what is left out keeps its default."""
    variant: str | None = None
    sets: Sequence[str] = ()
    members: int = 20
    seed: int = 0
    workers: int = 1
    folder: Path | None = None
    """Where the answer is written; None for a folder under ``runs/``."""

    def __post_init__(self) -> None:
        """Raises BadScenario for an unknown planner, an option it lacks, a scenario with problems, or a folder that
        holds something else."""
        self.module = self._module()
        self.chosen = self._options()
        self.scenario = scenario_files.load(self.reference, self.variant, self.sets)
        asked = [f"{k}-{v}" for k, v in sorted(self.options.items())]
        self.place = self.folder or folder_for(
            self.scenario, "plan", self.planner, *asked, self.members, self.seed
        )
        check_place(self.place, PLAN)
        kept = self.place.with_name(f"{self.place.name}-{MEMBERS}")
        identity = {"scenario": self.scenario.id, "version": product_version()}
        self.runs = Runs(Ledger(kept, identity), self.workers)

    def _module(self) -> ModuleType:
        if self.planner not in names():
            hint = did_you_mean(self.planner, names())
            raise BadScenario(
                [problem(f"plan {self.planner}", "option.no_planner", hint=hint, name=self.planner)]
            )
        return planner(self.planner)

    def _options(self) -> Any:
        known = [f for f in self.module.Options.__dataclass_fields__ if f != "seed"]
        unknown = [name for name in self.options if name not in known]
        if unknown:
            raise BadScenario(
                [
                    problem(f"--{name.replace('_', '-')}", "option.not_of_planner",
                            hint=did_you_mean(name, known), name=self.planner)
                    for name in unknown
                ]
            )  # fmt: skip
        return self.module.Options(**self.options, seed=self.seed)

    def most_runs(self) -> int | None:
        """Runs that the planner asks for at the most; None where it cannot say."""
        told = getattr(self.module, "most_runs", None)
        return told(self.scenario, self.chosen) if told else None

    def propose(self) -> Plan:
        """What the planner proposes. Raises BadScenario where it cannot, in words."""
        try:
            plan = self.module.propose(self.scenario, self.runs, self.chosen)
        except CannotPlan as no:
            raise BadScenario([refusal(self.scenario, self.reference, no)]) from no
        assert isinstance(plan, Plan)
        return plan

    def after(self, plan: Plan) -> Scenario:
        """The scenario with what is proposed, read as ``--set`` would be. Raises BadScenario where it does not fit."""
        after = scenario_files.load(self.reference, self.variant, [*self.sets, *as_sets(plan.overrides)])
        if plan.drains is None:
            return after
        return after.model_copy(update={"city": after.city.model_copy(update={"drains": plan.drains})})

    def judge(self, plan: Plan) -> Proposal:
        """Run before and after on storms and seeds that the planner was not given."""
        if not plan.overrides and plan.drains is None:
            figures: dict[str, dict[int, Figures]] = {}
            zero = shown.judged([0.0], [0.0], proposed=False)
            if plan.unkept:
                zero = zero._replace(verdict="unkept")
            return self._proposal(plan, figures, zero, [])
        after = self.after(plan)
        members = held_out(self.scenario, self._other_storms(), self.members, self.seed)
        if plan.fewer:
            members = [(until_due(storm), seed) for storm, seed in members]
        before_runs = [(storm, seed) for storm, seed in members]
        after_runs = [
            (after.model_copy(update={"storm": storm.storm, "duration": storm.duration}), seed)
            for storm, seed in members
        ]
        found = self.runs.pairs([run for pair in zip(before_runs, after_runs, strict=True) for run in pair])
        figures = {BEFORE: dict(enumerate(found[0::2])), AFTER: dict(enumerate(found[1::2]))}
        before, after_ = ([burden(f) for f in figures[label].values()] for label in (BEFORE, AFTER))
        lost = goals_lost([storm for storm, _ in members], figures, plan.held) if plan.fewer else None
        judgement = shown.judged(before, after_, lost=lost)
        return self._proposal(plan, figures, judgement, [storm.storm.name for storm, _ in members])

    def _other_storms(self) -> list[Scenario]:
        """The scenario under the other storms that lie beside its own. None where its response levels are set by the
        hour, for they belong to its own storm."""
        if self.scenario.command.timeline:
            return []
        others: list[Scenario] = []
        for storm in scenario_files.storms(self.reference):
            if 3 * len(others) >= self.members:  # as many as ``held_out`` takes
                break
            try:
                other = scenario_files.load(self.reference, self.variant, [*self.sets, f"storm={storm}"])
            except BadScenario:
                continue
            if other.storm.weather != self.scenario.storm.weather and is_of_kind(other):
                others.append(other)
        return others

    def _proposal(
        self,
        plan: Plan,
        figures: Mapping[str, Mapping[int, Figures]],
        judgement: Judgement,
        storms: list[Name],
    ) -> Proposal:
        counted = {name: storms.count(name) for name in storms}
        return Proposal(
            planner=self.planner,
            scenario=self.scenario,
            overrides={**plan.overrides, **({} if plan.drains is None else {DRAINS_PATH: DRAINS})},
            rows=plan.rows,
            why=[(reason.key, reason.gaps) for reason in plan.why],
            judgement=judgement,
            figures=figures,
            storms=list(counted.items()),
            seed=self.seed,
            asked=dict(self.options),
            curve=None if plan.curve is None else Money(**vars(plan.curve)),
            commands=self._next(plan) if judgement.verdict in shown.KEPT and plan.drains is None else [],
        )

    def _next(self, plan: Plan) -> list[str]:
        """The command that runs the scenario with the plan; none where it would be too long to type."""
        if len(plan.overrides) > MOST_SETS or not all(is_short(v) for v in plan.overrides.values()):
            return []
        sets = [*self.sets, *as_sets(plan.overrides)]
        variant = ["--variant", self.variant] if self.variant else []
        return [pasted("run", self.reference, *variant, *(word for s in sets for word in ("--set", s)))]

    def write(self, plan: Plan, proposal: Proposal, lang: str) -> dict[str, Any]:
        """Write the folder whole or not at all, and return what ``plan.json`` says."""
        told = self.plain(plan, proposal)
        part = self.place.with_name(f".{self.place.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            _write(part / PLAN, json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
            _write(part / OVERRIDES, as_variant(self.planner, told["overrides"]))
            if DRAINS_PATH in told["overrides"]:
                _write(part / DRAINS, plan.drains or "")
            _write(part / PAGE, plan_page.planning_page(proposal, lang))
            if self.runs.ledger.path.exists():
                shutil.copyfile(self.runs.ledger.path, part / MEMBERS)
            shutil.rmtree(self.place, ignore_errors=True)
            part.replace(self.place)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        self.runs.ledger.path.unlink(missing_ok=True)
        return told

    def plain(self, plan: Plan, proposal: Proposal) -> dict[str, Any]:
        """The answer for programs. ``overrides`` are those to use: none where the plan is not worth it."""
        found, outcome = proposal.judgement, plan.outcome
        says = [shown.reason(self.scenario, key, gaps) for key, gaps in proposal.why]
        return finite(
            {
                "planner": self.planner,
                "scenario": self.scenario.id,
                "variant": self.variant or "",
                "sets": list(self.sets),
                "seed": self.seed,
                "version": product_version(),
                "options": {k: v for k, v in vars(self.chosen).items()},
                "verdict": found.verdict,
                "judgement": {k: v._asdict() if hasattr(v, "_asdict") else v for k, v in found._asdict().items()},
                "overrides": proposal.overrides if found.verdict in shown.KEPT else {},
                "tried_overrides": proposal.overrides,
                "rows": [dict(row) for row in proposal.rows],
                "curve": None if plan.curve is None else vars(plan.curve),
                "why": [
                    {"key": key, "gaps": dict(gaps), "zh": said.zh, "en": said.en}
                    for (key, gaps), said in zip(proposal.why, says, strict=True)
                ],
                "solver": None
                if outcome is None
                else {"status": outcome.status, "objective": outcome.objective, "bound": outcome.bound,
                      "gap": outcome.gap},
                "storms": [{"zh": name.zh, "en": name.en, "members": n} for name, n in proposal.storms],
                "figures": {label: list(by.values()) for label, by in proposal.figures.items()},
            }
        )  # fmt: skip


def check_place(place: Path, own: str) -> None:
    """Raises BadScenario where a folder cannot be written, or holds something else than an answer with ``own``: told
    before the first run, not after the last."""
    above = next(p for p in (place, *place.absolute().parents) if p.exists())
    try:
        if above == place and any(place.iterdir()) and not (place / own).exists():
            raise BadScenario([problem(str(place), "folder.not_empty")])
        trial = (above if above != place else place.absolute().parent) / f".{place.name}.part"
        trial.mkdir()
        trial.rmdir()
    except FileExistsError:  # left behind by a run that was ended; it is replaced
        return
    except OSError as failure:
        raise BadScenario(
            [problem(str(place), "folder.unwritable", reason=failure.strerror or str(failure))]
        ) from None


def goals_lost(
    storms: Sequence[Scenario], figures: Mapping[str, Mapping[int, Figures]], held: Collection[str] = ()
) -> int:
    """Members in which a goal that is met before is missed after, or one of the figures in ``held`` is worse."""
    lost = 0
    for i, storm in enumerate(storms):
        missed = [
            {limit.key for limit in limits(storm) if limit.missed(figures[label][i], storm.duration)}
            for label in (BEFORE, AFTER)
        ]
        before, after = (figures[label][i] for label in (BEFORE, AFTER))
        lost += bool(missed[1] - missed[0]) or any(is_worse(after.get(key), before.get(key)) for key in held)
    return lost


def held_out(
    scenario: Scenario, others: Sequence[Scenario], members: int, seed: int
) -> list[tuple[Scenario, int]]:
    """Storms and seeds that no planner is given: by turns the scenario's own storm, one drawn about it, and one of
    the others that lie beside it, each with luck of its own."""
    kinds = 3 if others else 2
    fresh = iter(storms(scenario, members, HELD_OUT + seed))
    chosen = []
    for i in range(members):
        turn, count = i % kinds, i // kinds
        storm = scenario if turn == 0 else next(fresh) if turn == 1 else others[count % len(others)]
        chosen.append((storm, HELD_OUT + seed + i))
    return chosen


def is_of_kind(scenario: Scenario) -> bool:
    """Whether the storm brings what the scenario reckons with: at least a millimetre of snow, 5 mm of rain."""
    brings = {"snow": float(snowfall(scenario).sum()) >= 1, "water": float(rainfall(scenario).sum()) >= 5}
    return all(brings[hazard] for hazard in scenario.hazards)


def refusal(scenario: Scenario, reference: str, no: CannotPlan) -> Problem:
    """Why a planner cannot answer, in both languages; what does not go together a line each."""
    what, hint = (both(f"refused.{key}", **no.gaps) for key in (no.key, f"{no.key}_hint"))
    why = [shown.reason(scenario, reason.key, reason.gaps) for reason in no.why]
    heads, rows = [what, *why[:1]], [Both(f"- {zh}", f"- {en}") for zh, en in why[1:]]
    lines = Both(*("\n    ".join(said) for said in zip(*heads, *rows, strict=True)))
    return Problem(reference, InBoth(lines), InBoth(hint))


class InBoth(Told):
    """A text of the results' catalogue as a problem tells it."""

    zh: str

    def __new__(cls, text: Both) -> InBoth:
        told = super().__new__(cls, text.en)
        told.zh = text.zh
        return told

    def in_language(self, language: str) -> str:
        """The text in ``en`` or ``zh``."""
        return self.zh if language == "zh" else str(self)


def as_sets(overrides: Mapping[str, Any]) -> list[str]:
    """Overrides as ``--set`` takes them."""
    return [f"{path}={_flow(value)}" for path, value in overrides.items()]


def is_short(value: Any) -> bool:
    """Whether a value is a word or a number, no list of rows."""
    return value is None or isinstance(value, str | int | float)


def _flow(value: Any) -> str:
    """A value on one line of YAML; words without marks where they need none."""
    plain = isinstance(value, str) and yaml.safe_load(value) == value if value else False
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def as_variant(name: str, overrides: Mapping[str, Any]) -> str:
    """The block of ``scenario.yaml`` that makes a variant of the plan."""
    block = {"variants": {f"plan-{name}": dict(overrides)}}
    return yaml.safe_dump(block, allow_unicode=True, sort_keys=False, width=120)


def finite(value: Any) -> Any:
    """The same with None for numbers that JSON has no sign for, and nouns' names as their two languages."""
    if isinstance(value, Name):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, Mapping):
        return {str(k): finite(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [finite(v) for v in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not (abs(value) < float("inf")) else value


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
