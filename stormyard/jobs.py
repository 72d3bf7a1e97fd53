"""The jobs: what the front doors can do, as plain functions without a word printed.

Bad input raises ``BadScenario`` with every problem (or ``RunFolderError`` for a run folder); anything else
that goes wrong raises what went wrong. ``watch`` is called with every situation and may raise ``Stopped``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from optimization.dispatchers import make, names
from scenarios import load as scenario_files
from scenarios.problems import BadScenario, Problem, SeveralScenarios, Where, did_you_mean, problem
from simulation import engine
from simulation.model import HazardName, Name, Scenario
from simulation.record import AS_IT_STANDS, Origin, Run
from simulation.situation import Dispatcher, Situation
from stormyard.room import Room
from stormyard.room import Watch as RoomWatch
from stormyard.words import LANGUAGES

if TYPE_CHECKING:
    from results.season import Trial

Watch = Callable[[Situation], None]
RUNS = Path("runs")
BASE = "base"
"""Label of the scenario itself beside its variants."""
_FILE_CHARACTERS = re.compile(r"[^\w.-]+")


def product_version() -> str:
    """The installed version of Stormyard."""
    try:
        return version("stormyard")
    except PackageNotFoundError:
        return "unknown"


# --------------------------------------------------------------------------- what-if


class Simulated(NamedTuple):
    """A run, and what the dispatcher's solver said of each decision (a replay asks no solver)."""

    run: Run
    decisions: list[dict[str, Any]]


def simulate(
    scenario: Scenario,
    seed: int = 0,
    dispatcher: str = "",
    watch: Watch | None = None,
    origin: Origin = AS_IT_STANDS,
) -> Simulated:
    """One run; ``dispatcher`` is a name, empty for the scenario's own. ``origin`` is kept with the run."""
    name = chosen_dispatcher(scenario, dispatcher)
    asked = make(name, scenario, seed)
    run = engine.run(scenario, seed, asked, watch)
    return Simulated(replace(run, dispatcher=name, origin=origin), decisions_of(asked))


def origin(variant: str | None, sets: Sequence[str] = (), remarks: Sequence[Problem] = ()) -> Origin:
    """What was asked for, from the options of a command; ``sets`` are ``path=value``, known to be right.

    ``remarks`` are those on the scenario; they are kept in both languages.
    """
    overrides = {}
    for text in sets:
        path, _, value = text.partition("=")
        overrides[path.strip()] = yaml.safe_load(value) if value.strip() else None
    return Origin(
        "" if variant in (None, BASE) else str(variant),
        json.loads(json.dumps(overrides, default=str)),
        remarks=tuple(Name(zh=remark.line("zh"), en=remark.line("en")) for remark in remarks),
    )


def decisions_of(dispatcher: Dispatcher) -> list[dict[str, Any]]:
    """What a dispatcher noted of each decision, without its orders (the log has them); reasons as (key, gaps)."""
    kept = getattr(dispatcher, "decisions", ())
    told = [{k: v for k, v in vars(decision).items() if k != "orders"} for decision in kept]
    return [{**d, "why": [(reason.key, dict(reason.gaps)) for reason in d["why"]]} for d in told]


def chosen_dispatcher(scenario: Scenario, name: str = "") -> str:
    """The dispatcher's name. Raises BadScenario for one that does not exist."""
    chosen = name or scenario.dispatcher
    if chosen not in names():
        where = f"--dispatcher {name}" if name else Where("scenario.yaml", part="dispatcher")
        hint = did_you_mean(chosen, names())
        raise BadScenario([problem(where, "option.no_dispatcher", hint=hint, name=chosen)])
    return chosen


def load_variants(reference: str, variants: Sequence[str], sets: Sequence[str] = ()) -> dict[str, Scenario]:
    """The scenario under the label ``base`` (unless it is listed elsewhere) and its variants, all checked."""
    labels = list(dict.fromkeys(variants if BASE in variants else [BASE, *variants]))
    loaded: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for label in labels:
        try:
            loaded[label] = scenario_files.load(reference, None if label == BASE else label, sets)
        except SeveralScenarios:
            raise
        except BadScenario as bad:
            problems += bad.problems
    if problems:
        raise BadScenario(problems)
    return loaded


def under_each(scenarios: Mapping[str, Scenario], dispatchers: Sequence[str]) -> dict[str, Scenario]:
    """Each scenario under each of several dispatchers, by label: ``variant, dispatcher``, and the dispatcher alone for
    the scenario itself. As they are where none or one is named.

    Raises BadScenario for a dispatcher that does not exist.
    """
    if len(dispatchers) < 2:
        return dict(scenarios)
    return {
        name if label == BASE else f"{label}, {name}": scenario.model_copy(
            update={"dispatcher": chosen_dispatcher(scenario, name)}
        )
        for label, scenario in scenarios.items()
        for name in dict.fromkeys(dispatchers)
    }


def variant_of(label: str, dispatchers: Sequence[str]) -> str:
    """The variant that a label of ``under_each`` stands for."""
    return label if len(dispatchers) < 2 else label.rpartition(", ")[0] or BASE


def folder_for(scenario: Scenario, *parts: str | int) -> Path:
    """A folder under ``runs/`` for a question: the same question gets the same folder."""
    question = "-".join(str(p) for p in (scenario.id, *parts) if p != "")
    return RUNS / f"{_FILE_CHARACTERS.sub('-', question)}-{scenario.digest()[:6]}"


def labelled(folders: Sequence[Path]) -> dict[str, Path]:
    """Two or more run folders by label: their names, or their paths where names are alike.

    Raises BadScenario where there is nothing to compare.
    """
    if len(folders) < 2:
        raise BadScenario([problem(" ".join(map(str, folders)), "option.one_thing")])
    short = [folder.resolve().name for folder in folders]
    labels = short if len(set(short)) == len(short) else [str(folder) for folder in folders]
    return dict(zip(labels, folders, strict=True))


def only_one(references: Sequence[str]) -> str:
    """The scenario whose variants are compared. Raises BadScenario for several."""
    if len(references) > 1:
        raise BadScenario([problem(" ".join(references), "option.variants_of_one")])
    return references[0]


def page_for(what: str, runs: Mapping[str, Run]) -> Path:
    """A page under ``runs/`` for what is set side by side."""
    first = next(iter(runs.values())).scenario.id
    return RUNS / f"{_FILE_CHARACTERS.sub('-', f'{what}-{first}')}-{_digest_of(runs)}.html"


def _digest_of(runs: Mapping[str, Run]) -> str:
    return hashlib.sha256("".join(run.digest for run in runs.values()).encode()).hexdigest()[:6]


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all; what was there is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


# --------------------------------------------------------------------------- readiness


SEASONS: dict[str, HazardName] = {"rain": "water", "snow": "snow"}
"""Hazards by the season that brings them."""


def readiness_storms(
    references: Sequence[str], dispatcher: str = "", season: str = ""
) -> dict[str, Scenario]:
    """The storms that a readiness report asks for, by label, all checked and long enough for every deadline.

    A district such as ``jinshui`` stands for its design storms (``*-design``), each with its variants; a
    scenario for its own storm and its variants; ``season`` keeps those of rain or of snow. Raises
    BadScenario with everything that is wrong.
    """
    from results.goals import judged_by

    storms: dict[str, Scenario] = {}
    problems: list[Problem] = []
    if season and season not in SEASONS:
        hint = did_you_mean(season, SEASONS)
        problems.append(problem(f"--season {season}", "option.no_season", hint=hint))
    for reference, variant in _readiness_references(references, problems):
        try:
            storm = scenario_files.load(reference, variant)
            chosen_dispatcher(storm, dispatcher)
        except BadScenario as bad:
            problems += bad.problems
            continue
        if not season or SEASONS.get(season) in storm.hazards:
            whole = storm.model_copy(update={"duration": max(storm.duration, judged_by(storm))})
            storms[f"{reference}:{variant}" if variant else reference] = whole
    if not problems and not storms:
        problems.append(problem(" ".join(references), "option.no_storm_of_season", season=season))
    if problems:
        raise BadScenario(problems)
    return storms


def _readiness_references(
    references: Sequence[str], problems: list[Problem]
) -> Iterator[tuple[str, str | None]]:
    shipped = [item.reference for item in scenario_files.listing()]
    for reference in references:
        design = [s for s in shipped if s.startswith(f"{reference.rstrip('/')}/") and s.endswith("-design")]
        for storm in design or [reference]:
            try:
                own = [v for v in scenario_files.variants(storm) if v != scenario_files.NO_RESPONSE]
            except BadScenario as bad:
                problems += bad.problems
                continue
            if not (design and own):
                yield storm, None
            for variant in own:
                yield storm, variant


def readiness_languages(languages: Sequence[str], formats: Sequence[str]) -> list[str]:
    """The languages of the pages. Raises BadScenario for one there are no words in, or another format."""
    problems = [
        problem(f"--lang {name}", "option.no_language", names=LANGUAGES)
        for name in languages or [""]
        if name not in LANGUAGES
    ]
    problems += [
        problem(f"--format {name}", "option.no_format") for name in formats or [""] if name != "html"
    ]
    if problems:
        raise BadScenario(problems)
    return list(dict.fromkeys(languages))


def try_remedies(
    runs: Mapping[str, Run],
    dispatcher: str = "",
    seed: int = 0,
    told: Callable[[float, float], None] | None = None,
) -> list[Trial]:
    """The lightest and the heaviest failed storm of each hazard, run again with one thing changed at a time.

    ``told`` is called with the seconds simulated and the seconds there are at most.
    """
    from results.remedies import ladders
    from results.season import Trial, storms_of, to_try

    todo = [
        (storm, ladders(storm.run.scenario, storm.hazard)) for storm in to_try(storms_of(list(runs.items())))
    ]
    whole = sum(storm.run.scenario.duration * len(ladder) for storm, steps in todo for ladder in steps)
    trials, done = [], 0.0
    for storm, steps in todo:
        for ladder in steps:
            for i, remedy in enumerate(ladder, 1):
                made = simulate(remedy.scenario, seed, dispatcher, _counting(told, done, whole))
                trials.append(Trial.of(storm, *remedy[:3], made.run))
                done += remedy.scenario.duration
                if not trials[-1].missed:
                    done += remedy.scenario.duration * (len(ladder) - i)
                    break
    return trials


def _counting(told: Callable[[float, float], None] | None, done: float, whole: float) -> Watch | None:
    return None if told is None else lambda situation: told(done + situation.t, whole)


def readiness_folder(references: Sequence[str], runs: Mapping[str, Run], seed: int) -> Path:
    """A folder under ``runs/`` that is named by the district and the season: the same storms get the same one."""
    return RUNS / f"{readiness_name(references, runs)}-{_digest_of(runs)}-seed{seed}"


def readiness_name(references: Sequence[str], runs: Mapping[str, Run]) -> str:
    """``readiness-jinshui-rain-snow``: what is asked about, and the seasons it is asked for."""
    hazards = {hazard for run in runs.values() for hazard in run.scenario.hazards}
    seasons = [season for season, hazard in SEASONS.items() if hazard in hazards]
    named = "-".join(("readiness", *(r.rstrip("/") for r in references), *seasons))
    return _FILE_CHARACTERS.sub("-", named)


def write_readiness(runs: Mapping[str, Run], trials: Sequence[Trial], language: str, path: Path) -> Path:
    """Write the page, which holds both languages and opens in ``language``, and return its path."""
    from results.readiness import readiness_page

    write_text(path, readiness_page(runs, language, trials))
    return path


# --------------------------------------------------------------------------- exercise


EXERCISE = "exercise"
"""The variant that is played where a scenario has it and no other is asked for: it brings the injects."""


def exercise_room(
    reference: str,
    variant: str | None,
    sets: Sequence[str],
    seed: int,
    folder: Path | None,
    resume: bool,
    watch: RoomWatch,
) -> Room:
    """A new exercise, or the one in ``folder`` where it was left. Raises BadScenario for what cannot be."""
    if not (resume and folder):
        if variant is None and EXERCISE in scenario_files.variants(reference):
            variant = EXERCISE
        scenario = scenario_files.load(reference, variant, sets)
        folder = folder or folder_for(scenario, EXERCISE, seed)
    if not resume:
        return _begun(scenario, seed, folder)
    room = _resumed(folder, watch)
    if room.scenario.id not in (Path(reference).as_posix(), Path(reference).resolve().name):
        room.close()
        kept = room.scenario.id
        raise BadScenario([problem(str(folder), "exercise.other", kept=kept, asked=reference)])
    return room


def _begun(scenario: Scenario, seed: int, folder: Path) -> Room:
    try:
        return Room.begin(scenario, seed, folder, product_version(), names(), make)
    except FileExistsError as error:
        raise BadScenario([problem(str(folder), "exercise.there")]) from error


def _resumed(folder: Path, watch: RoomWatch) -> Room:
    try:
        return Room.resume(folder, names(), make, watch)
    except FileNotFoundError as error:
        raise BadScenario([problem(str(folder), "exercise.none")]) from error
    except ValueError as error:
        raise BadScenario([Problem(str(folder), str(error), "begin another with --dir")]) from error
