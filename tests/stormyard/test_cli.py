"""The contract of the command line: exit codes, what goes to stdout, what is written, what people read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from results import store
from stormyard import doctor, jobs, replays
from tests.stormyard.commands import LINE, ROOT, files_below, plain_pages, stormyard, stormyard_process

RUN_FILES = ["events.parquet", "fields.nc", "log.jsonl", "manifest.json", "report.html", "scenario.json"]
COMMANDS = (
    "list", "new", "check", "doctor", "run", "compare", "ensemble", "readiness", "exercise", "replay", "verify",
    "branch", "validate", "import osm", "import swmm",
)  # fmt: skip


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every command runs in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True, scope="module")
def plain() -> Iterator[None]:
    """Reports are drawn for seconds and tested with the results; here one line stands for a page."""
    with pytest.MonkeyPatch.context() as patch:
        plain_pages(patch)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, plain: None) -> Path:
    """A run of the tiny snowstorm."""
    folder = tmp_path_factory.mktemp("made") / "run"
    ran = stormyard("run", "tiny/snow", "--out", folder)
    assert ran.exit_code == 0, ran.stderr
    return folder


@pytest.fixture
def copied(made: Path, workplace: Path) -> Path:
    """A copy of that run that may be spoilt."""
    return Path(shutil.copytree(made, workplace / "run"))


# --------------------------------------------------------------------------- run


def test_run_writes_a_whole_folder_and_prints_its_manifest_alone(workplace: Path) -> None:
    """stdout is the manifest and nothing else; figures, paths and the next command are on stderr."""
    ran = stormyard_process("run", "tiny/snow", "--json", cwd=workplace)
    assert ran.returncode == 0, ran.stderr
    (folder,) = (workplace / "runs").iterdir()
    assert json.loads(ran.stdout) == json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(p.name for p in folder.iterdir()) == RUN_FILES
    for words in (
        "24 segments",
        "5 crews",
        "greedy",
        "seed 0",
        "road not clear",
        "a made-up town",
        "balance",
    ):
        assert words in ran.stderr
    for written in (
        f"runs/{folder.name}",
        *RUN_FILES,
        "next: uv run stormyard run tiny/snow --variant no-response",
    ):
        assert written.replace("runs/", f"runs{os.sep}") in ran.stderr


def test_run_without_json_leaves_stdout_empty(workplace: Path) -> None:
    """What people read is on stderr."""
    ran = stormyard("run", "tiny/snow", "--variant", "no-response", "--lang", "zh", "--out", "there")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "小城大雪" in ran.stderr
    assert "已写出 there" in ran.stderr
    assert json.loads((workplace / "there" / "manifest.json").read_text(encoding="utf-8"))["dispatcher"]


def test_the_same_question_gets_the_same_folder_and_another_gets_another(workplace: Path) -> None:
    """Seeds, variants and values tell runs apart."""
    for more in ((), (), ("--seed", "1"), ("--set", "hours=4"), ("--variant", "early")):
        assert stormyard("run", "tiny/snow", *more).exit_code == 0
    assert len(list((workplace / "runs").iterdir())) == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "tiny/snoww"], ["there is no scenario", "did you mean 'tiny/snow'?"]),
        (
            ["run", "tiny/snow", "--dispatcher", "greedi"],
            ["there is no dispatcher", "did you mean 'greedy'?"],
        ),
        (["run", "tiny/snow", "--variant", "erly"], ["there is no variant 'erly'", "did you mean 'early'?"]),
        (["run", "tiny/snow", "--set", "hours"], ["this is not PATH=VALUE"]),
        (
            ["run", "tiny/snow", "--set", "hours=-1", "--set", "fleet.teams.x.people=2"],
            ["2 problem(s)", "hours"],
        ),
        (["run", "tiny/snow", "--seed", "-1"], ["--seed"]),
        (["compare", "tiny/snow"], ["one thing cannot be compared"]),
        (["compare", "tiny/snow", "--variants", "early,lat"], ["there is no variant 'lat'"]),
        (["compare", "a", "b"], ["there is no folder a"]),
        (["compare", "a", "b", "--variants", "early"], ["variants are compared of one scenario"]),
        (["ensemble", "tiny/snow", "--members", "0"], ["--members"]),
        (["ensemble", "tiny/snow", "--members", "2", "--resume"], ["there is no ensemble to resume"]),
        (["readiness", "nowhere"], ["there is no scenario"]),
        (["readiness", "tiny/snow", "--format", "pdf"], ["not written in this format"]),
        (["readiness", "tiny/snow", "--lang", "en,fr"], ["no words in this language"]),
        (["exercise", "tiny/snow", "--resume"], ["there is no exercise to resume"]),
        (["verify", "nothing"], ["there is no folder nothing"]),
        (["replay", "."], ["is no run folder"]),
        (["branch", "nothing", "--at", "06:30"], ["there is no folder nothing"]),
        (["import", "osm", "no.osm.pbf", "--out", "x"], ["no.osm.pbf"]),
        (["import", "swmm", "no.inp", "--out", "x"], ["no.inp"]),
        (["new", "x", "--drains", "no.inp"], ["drains alone make no district"]),
        (["fly"], ["No such command 'fly'"]),
        (["list", "--lang", "fr"], ["--lang"]),
    ],
)
def test_bad_input_is_told_with_a_hint_and_writes_nothing(
    workplace: Path, arguments: list[str], words: list[str]
) -> None:
    """Exit 2, every problem on stderr, stdout empty, no traceback, no file."""
    said = stormyard(*arguments)
    assert said.exit_code == 2
    assert said.stdout == ""
    assert "Traceback" not in said.stderr
    assert [word for word in words if word not in said.stderr] == []
    assert files_below(workplace) == []


def test_a_folder_with_other_files_is_left_alone(workplace: Path) -> None:
    """Told before the run begins."""
    (workplace / "letters").mkdir()
    (workplace / "letters" / "aunt.txt").write_text("dear aunt", encoding="utf-8")
    said = stormyard("run", "tiny/snow", "--out", "letters")
    assert said.exit_code == 2
    assert "letters holds other files" in said.stderr
    assert "segments" not in said.stderr
    assert files_below(workplace) == ["letters/aunt.txt"]


def test_a_failure_gives_its_reason_on_one_line(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1; the traceback only with --debug; nothing written."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the drains\nran dry")

    monkeypatch.setattr(jobs.engine, "run", broken)
    said = stormyard("run", "tiny/snow")
    assert said.exit_code == 1
    assert "failed: RuntimeError: the drains ran dry" in said.stderr
    assert "Traceback" not in said.stderr
    assert "Traceback" in stormyard("run", "tiny/snow", "--debug").stderr
    assert files_below(workplace) == []


def test_ctrl_c_says_what_is_kept(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run folder is whole or not at all: exit 130, nothing written."""

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs.engine, "run", stopped)
    said = stormyard("run", "tiny/snow", "--json")
    assert (said.exit_code, said.stdout) == (130, "")
    assert "stopped; nothing was written" in said.stderr
    assert files_below(workplace) == []


# --------------------------------------------------------------------------- help and scenarios


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    """Help goes to stdout, exit 0."""
    said = stormyard(*command.split(), "--help")
    assert said.exit_code == 0
    assert "--lang" in said.stdout


def test_help_lists_commands_in_the_language_asked_for_without_loading_the_engine(workplace: Path) -> None:
    """``stormyard --help`` answers at once: neither numpy nor the nouns are loaded for it."""
    for language, words in (("zh", "运行一个情景"), ("en", "Run a scenario")):
        line = [*LINE, "run", "--help", "--lang", language]
        assert (
            words in subprocess.run(line, cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout
        )
    code = "import sys; import stormyard.cli; print([m for m in ('numpy', 'pydantic', 'simpy') if m in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"


def test_list_names_the_shipped_scenarios() -> None:
    """With their variants; --json is a list."""
    said = stormyard("list", "--json")
    found = {item["scenario"]: item for item in json.loads(said.stdout)}
    assert "no-response" in found["tiny/snow"]["variants"]
    assert "tiny/flood" in said.stderr


def test_check_tells_every_problem(workplace: Path) -> None:
    """A good scenario gives an empty list, a bad one all that is wrong with it."""
    good = stormyard("check", "tiny/flood", "--json")
    assert (good.exit_code, json.loads(good.stdout)) == (0, [])
    bad = stormyard("check", "tiny/snow", "--json", "--set", "hours=-1", "--set", "no.such=1")
    assert bad.exit_code == 2
    assert len(json.loads(bad.stdout)) == 2
    assert all(problem["what"] in bad.stderr for problem in json.loads(bad.stdout))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_new_writes_a_scenario_that_is_without_problems(workplace: Path, language: str) -> None:
    """It can be checked at once, and is not written over."""
    said = stormyard("new", "mine", "--lang", language, "--json")
    assert said.exit_code == 0, said.stderr
    assert json.loads(said.stdout) == {"folder": "mine"}
    assert stormyard("check", "mine").exit_code == 0
    before = files_below(workplace)
    assert stormyard("new", "mine").exit_code == 2
    assert files_below(workplace) == before


def test_doctor_finds_this_machine_fit() -> None:
    """Every check is done and answered, in both languages."""
    for language in ("zh", "en"):
        said = stormyard("doctor", "--json", "--lang", language)
        assert said.exit_code == 0, said.stderr
        found = json.loads(said.stdout)
        assert [item["check"] for item in found] == [name for name, *_ in doctor.CHECKS]


def test_doctor_names_what_is_wrong_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken part costs exit 1 and a hint; an optional one only the hint."""

    def broken() -> str:
        raise OSError("no such library")

    checks = [
        ("drains", broken, "hint_install", False),
        ("python", doctor.CHECKS[0][1], "hint_install", False),
    ]
    monkeypatch.setattr(doctor, "CHECKS", checks)
    said = stormyard("doctor")
    assert said.exit_code == 1
    for words in ("OSError: no such library", "reinstall", "Python"):
        assert words in said.stderr
    monkeypatch.setattr(doctor, "CHECKS", [("osm", broken, "hint_install", True)])
    assert stormyard("doctor").exit_code == 0


# --------------------------------------------------------------------------- compare, readiness


def test_compare_sets_variants_beside_the_scenario(workplace: Path) -> None:
    """The same seed for all; a page is written; the table says better and worse."""
    said = stormyard(
        "compare", "tiny/snow", "--variants", "no-response,early", "--json", "--out", "page.html"
    )
    assert said.exit_code == 0, said.stderr
    runs = json.loads(said.stdout)
    assert [run["label"] for run in runs] == ["base", "no-response", "early"]
    assert {run["seed"] for run in runs} == {0}
    assert runs[1]["metrics"]["unclear_km_h"] > runs[0]["metrics"]["unclear_km_h"]
    assert "worse" in said.stderr
    assert "wrote page.html" in said.stderr
    page = (workplace / "page.html").read_text(encoding="utf-8")
    assert page == "base, no-response, early in en"


def test_compare_sets_runs_side_by_side(made: Path, workplace: Path) -> None:
    """By folder, or by path where folders are alike; the figures are those of the manifests."""
    stormyard("run", "tiny/snow", "--variant", "no-response", "--out", "other/run")
    said = stormyard("compare", made, "other/run", "--json")
    assert said.exit_code == 0, said.stderr
    first, second = json.loads(said.stdout)
    assert (first["label"], second["label"]) == (str(made), str(Path("other/run")))
    kept = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    assert {k: v for k, v in first.items() if k != "label"} == kept


def test_readiness_of_a_scenario_is_its_storm_and_its_variants(workplace: Path) -> None:
    """One page, its storms named as they are run; the verdict is told, not only a path."""
    said = stormyard("readiness", "tiny/snow", "--lang", "en,zh", "--json", "--no-tries", "--out", "report")
    assert said.exit_code == 0, said.stderr
    told = json.loads(said.stdout)
    labels = [storm["label"] for storm in told["storms"]]
    assert labels[0] == "tiny/snow"
    assert "tiny/snow:early" in labels
    assert not any("no-response" in label for label in labels)
    assert [label for label in labels if f"  {label}: " not in said.stderr] == []
    assert files_below(workplace) == ["report/readiness-tiny-snow-snow.html"]
    assert told["page"] == str(Path("report") / "readiness-tiny-snow-snow.html")
    page = (workplace / told["page"]).read_text(encoding="utf-8")
    assert page == f"{', '.join(labels)} in en"
    assert "goals met" in said.stderr
    assert {goal["met"] for storm in told["storms"] for goal in storm["goals"]} <= {True, False}


def test_readiness_tries_what_would_help_and_keeps_to_a_season(workplace: Path) -> None:
    """A storm that fails is run again with more of everything; a season that no storm is of is told."""
    said = stormyard("readiness", "tiny/snow", "--season", "rain")
    assert said.exit_code == 2
    assert "none of these storms is one of rain" in said.stderr
    said = stormyard("readiness", "tiny/snow", "--season", "snow", "--json")
    assert said.exit_code == 0, said.stderr
    told = json.loads(said.stdout)
    missed = [s["label"] for s in told["storms"] if any(g["met"] is False for g in s["goals"])]
    assert {trial["storm"] for trial in told["trials"]} <= set(missed)
    assert bool(told["trials"]) == bool(missed)
    (page,) = files_below(workplace)
    assert page.startswith("runs/readiness-tiny-snow-snow-")


def test_a_district_stands_for_its_design_storms(monkeypatch: pytest.MonkeyPatch) -> None:
    """``jinshui`` means the variants of its ``*-design`` scenarios, and those alone."""
    from scenarios.load import NO_RESPONSE, Listed
    from simulation.model import Name

    name = Name(zh="甲", en="a")
    shipped = {"a/snow-design": ("light", "storm"), "a/blizzard": ("early",), "b/rain-design": ("p3",)}
    listed = [Listed(reference, name, None, (NO_RESPONSE, *own)) for reference, own in shipped.items()]
    monkeypatch.setattr(jobs.scenario_files, "listing", lambda: listed)
    monkeypatch.setattr(
        jobs.scenario_files, "variants", lambda reference: dict.fromkeys((NO_RESPONSE, *shipped[reference]))
    )
    asked = list(jobs._readiness_references(["a/", "a/blizzard"], []))
    assert asked == [
        ("a/snow-design", "light"), ("a/snow-design", "storm"), ("a/blizzard", None), ("a/blizzard", "early"),
    ]  # fmt: skip


# --------------------------------------------------------------------------- verify, replay, branch


def test_a_run_verifies_and_replays_to_the_same_digest(made: Path, workplace: Path) -> None:
    """From scenario, seed and log alone."""
    said = stormyard("verify", made, "--json")
    assert said.exit_code == 0, said.stderr
    assert json.loads(said.stdout)["same"] is True
    assert stormyard("replay", made, "--out", "again").exit_code == 0
    digests = [
        json.loads((f / "manifest.json").read_text(encoding="utf-8"))["digest"] for f in (made, Path("again"))
    ]
    assert digests[0] == digests[1]


def test_a_changed_log_is_found_out(copied: Path) -> None:
    """Exit 1, with the first event that differs."""
    log = copied / "log.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(lines[:2] + lines[3:]), encoding="utf-8")
    said = stormyard("verify", copied)
    assert said.exit_code == 1
    assert "the replay differs" in said.stderr
    assert "event" in said.stderr


def test_a_changed_digest_is_found_out(copied: Path) -> None:
    """A manifest that was written by hand does not verify."""
    manifest = copied / "manifest.json"
    known = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(known | {"digest": "0" * 64, "version": "0.0.1"}), encoding="utf-8")
    said = stormyard("verify", copied)
    assert said.exit_code == 1
    assert "the digest does not" in said.stderr
    assert "made by version 0.0.1" in said.stderr


def test_the_first_difference_is_the_earliest(made: Path) -> None:
    """Log before events before fields; within the fields the earliest second, with its place."""
    kept = replays.Kept.read(made)
    run = replays.replay(kept)
    assert replays.first_difference(made, replace(run, log=run.log[1:])).startswith("log line 1 was ")
    assert replays.first_difference(made, replace(run, events=run.events[:-1])).startswith("there were ")
    fields = run.fields.copy(deep=True)
    fields["snow"][10, 3] += 5.0
    fields["ice"][7, 2] += 5.0
    second, where = fields["time"].values[7], fields["segment"].values[2]
    found = replays.first_difference(made, replace(run, fields=fields))
    assert found.startswith(f"the field ice at second {second:.0f} at segment {where} was ")


@pytest.mark.parametrize("name", ["scenario.json", "log.jsonl", "manifest.json"])
def test_a_run_folder_with_a_part_missing_is_bad_input(copied: Path, name: str) -> None:
    """Exit 2 with the name of the file."""
    (copied / name).unlink()
    said = stormyard("verify", copied)
    assert said.exit_code == 2
    assert name in said.stderr


def test_the_version_is_told() -> None:
    """Before any command, and nothing else happens."""
    said = stormyard("--version")
    assert (said.exit_code, said.stdout) == (0, f"stormyard {jobs.product_version()}\n")


def test_a_branch_goes_on_with_the_dispatcher_of_the_run(made: Path) -> None:
    """Not with the scenario's; a run that people played goes on with the scenario's own."""
    kept = replays.Kept.read(made)
    other = replace(kept, manifest=kept.manifest | {"dispatcher": "greedy>assignment"})
    assert replays.successor(other) == "assignment"
    assert replays.successor(other, "scripted") == "scripted"
    played = replace(kept, manifest=kept.manifest | {"dispatcher": "player"})
    assert replays.successor(played) == kept.scenario.dispatcher


def test_a_branch_keeps_the_past_and_changes_the_future(made: Path, workplace: Path) -> None:
    """Until the moment the events are those of the run, then another gives the orders."""
    said = stormyard(
        "branch", made, "--at", "2.5h", "--dispatcher", "scripted", "--out", "branched", "--json"
    )
    assert said.exit_code == 0, said.stderr
    manifest = json.loads(said.stdout)
    assert manifest["dispatcher"] == "greedy>scripted"
    before, after = (store.read_run(f) for f in (made, workplace / "branched"))
    past = [e for e in before.events if e.t < 9000]
    assert past
    assert list(after.events[: len(past)]) == past
    assert before.digest != after.digest
    assert "greedy>scripted" in said.stderr
    assert stormyard("verify", "branched").exit_code == 0


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("06:30", 6 * 3600 + 1800), ("00:00", 0), ("2.5h", 9000), ("2 h", 7200),
        ("2025-01-15T03:00", 3 * 3600), ("2025-01-15T03:00:00+00:00", 11 * 3600),
    ],
)  # fmt: skip
def test_moments_are_read_as_planners_write_them(made: Path, text: str, second: int) -> None:
    """The tiny storm starts at midnight local time, UTC+8, and lasts 12 hours."""
    assert replays.moment(text, store.read_scenario(made)) == second


@pytest.mark.parametrize("text", ["12h", "noon", "24:10", "12:60", "2024-01-01T00:00", "-1h", "13:00", ""])
def test_a_moment_outside_the_run_is_bad_input(made: Path, workplace: Path, text: str) -> None:
    """Exit 2, with the span that would do."""
    said = stormyard("branch", made, "--at", text)
    assert said.exit_code == 2
    assert "no moment of the run" in said.stderr
    assert "2025-01-15T00:00" in said.stderr
