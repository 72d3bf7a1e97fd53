"""``stormyard plan``: what it writes, what it refuses, and what it keeps when it is stopped."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import Any

import pytest
import yaml

from optimization.plan import burden
from results.planning import judged
from scenarios.load import load
from stormyard import planning
from stormyard.planning import HELD_OUT, Planning, Runs, held_out, is_of_kind
from tests.stormyard.commands import files_below, stormyard

SHORT = (
    "--set",
    "fleet.stock.north-yard:salt.amount_t=0.5",
    "--set",
    "fleet.stock.south-yard:salt.amount_t=0.5",
)
QUICK = ("--storms", "2", "--members", "4", "--jobs", "1")


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every command runs in an empty folder, with a plain page."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "results.plan_page.planning_page", lambda proposal, lang: f"{proposal.planner} in {lang}"
    )
    return tmp_path


def test_a_plan_that_is_worth_it_is_written_with_a_variant_to_use(workplace: Path) -> None:
    """Salt for an empty town: fewer hours of unclear road on storms not seen, and overrides that load by name."""
    answer = stormyard(
        "plan", "stock", "tiny/snow", *SHORT, *QUICK, "--budget", "6000", "--out", "plan", "--json"
    )
    assert answer.exit_code == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert told == json.loads((workplace / "plan/plan.json").read_text(encoding="utf-8"))
    assert told["verdict"] == "worth"
    assert told["judgement"]["high"] < 0
    assert files_below(workplace / "plan") == ["members.jsonl", "overrides.yaml", "plan.html", "plan.json"]
    assert files_below(workplace) == [f"plan/{name}" for name in files_below(workplace / "plan")]
    variants = yaml.safe_load((workplace / "plan/overrides.yaml").read_text(encoding="utf-8"))
    scenario = {"extends": "tiny/snow", "storm": "snow", **variants}
    (workplace / "mine").mkdir()
    (workplace / "mine/scenario.yaml").write_text(yaml.safe_dump(scenario), encoding="utf-8")
    salt = sum(s.amount for s in load("mine", "plan-stock").fleet.stock if s.material == "salt")
    assert 1000 < salt <= 11_000
    assert all(reason["zh"] and reason["en"] for reason in told["why"])
    assert "Worth it" in answer.stderr
    assert "next: uv run stormyard run tiny/snow --set fleet.stock.north-yard:salt.amount_t=" in answer.stderr


def test_a_plan_that_finds_nothing_says_so_in_both_languages(workplace: Path) -> None:
    """Enough salt: no overrides, nothing run before and after."""
    for language, words in (("en", "There is enough salt"), ("zh", "足够")):
        answer = stormyard(
            "plan", "stock", "tiny/snow", *QUICK, "--out", language, "--lang", language, "--json"
        )
        assert answer.exit_code == 0, answer.stderr
        assert words in answer.stderr
        assert json.loads(answer.stdout)["verdict"] == "none"
        assert yaml.safe_load((workplace / language / "overrides.yaml").read_text(encoding="utf-8")) == {
            "variants": {"plan-stock": {}}
        }


def test_what_helps_nothing_is_not_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planner's changes that make things worse leave overrides.yaml empty, and are shown as tried."""
    asked = Planning("stock", "tiny/snow", members=2, options={"storms": 2}, folder=Path("plan"))
    asked.runs.open()
    worse = {"fleet.equipment.plough-n.count": 1, "fleet.equipment.plough-s.count": 1}
    proposed = planning.Plan(worse, ())
    proposal = asked.judge(proposed)
    told = asked.write(proposed, proposal, "en")
    assert proposal.judgement.mean > 0
    assert told["verdict"] in ("worse", "unproven")
    assert (told["overrides"], told["tried_overrides"]) == ({}, worse)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("stok", "tiny/snow"), "there is no planner 'stok'\n    did you mean 'stock'?"),
        (("stok", "tiny/snow", "--lang=zh"), "是否想写“stock”"),
        (("xyz", "tiny/snow"), "'routes', 'stock'"),
        (("stock", "tiny/snow", "--lead", "3"), "No such option"),
        (("stock", "tiny/snow", "--cvar", "2"), "give a number from 0 to 1"),
        (("stock", "tiny/snoww"), "tiny/snow"),
        (("placement", "tiny/snow", "--set", "hours=-1"), "hours"),
        (
            ("roster", "tiny/snow", "--on-duty", "4"),
            "--on-duty 4 makes no sense\n    give a number from 0 to 3",
        ),
        (
            ("roster", "tiny/snow", "--on-duty", "3", "--shift-h", "4"),
            "    - South Street hand team: people for 1 shift(s) of 4.0 h, with 10.0 h of rest before the next turn\n"
            "    - at least 3 teams must be on duty at any hour between 01-15 01:00 and",
        ),
        (
            ("roster", "tiny/snow", "--on-duty", "3", "--shift-h", "4", "--lang", "zh"),
            "南街人工队：人手可编 1 班，每班 4.0 小时，再次上岗前须休息 10.0 小时",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused_in_words(
    workplace: Path, arguments: tuple[str, ...], words: str
) -> None:
    """Exit code 2, what is wrong and what to do, and nothing written."""
    answer = stormyard("plan", *arguments)
    assert answer.exit_code == 2
    assert words in answer.stderr
    assert files_below(workplace) == []


def test_a_folder_that_holds_something_else_is_left_alone(workplace: Path) -> None:
    """A folder with other files is refused before anything runs; one with a plan is replaced."""
    (workplace / "mine").mkdir()
    (workplace / "mine/notes.txt").write_text("mine", encoding="utf-8")
    answer = stormyard("plan", "stock", "tiny/snow", *QUICK, "--out", "mine")
    assert answer.exit_code == 2
    assert files_below(workplace) == ["mine/notes.txt"]


def test_a_stop_keeps_what_was_run_and_the_same_command_goes_on(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C gives 130, names the file and writes no folder; the next call does not run again what is there."""
    run, ran = planning.run_member, list[int]()

    def until_stopped(dispatcher: str, text: str, seed: int) -> dict[str, Any]:
        if len(ran) == 3:
            raise KeyboardInterrupt
        ran.append(seed)
        return run(dispatcher, text, seed)

    monkeypatch.setattr(planning, "run_member", until_stopped)
    stopped = stormyard("plan", "stock", "tiny/snow", *QUICK, "--out", "plan")
    assert stopped.exit_code == 130
    assert "3 finished runs are kept in plan-members.jsonl" in stopped.stderr
    assert files_below(workplace) == ["plan-members.jsonl"]
    ran.clear()
    monkeypatch.setattr(planning, "run_member", lambda *given: ran.append(given[2]) or run(*given))
    again = stormyard("plan", "stock", "tiny/snow", *QUICK, "--out", "plan")
    assert again.exit_code == 0
    assert "3 finished runs are taken up" in again.stderr
    assert len(ran) == 2 * 2 - 3
    assert (workplace / "plan/plan.json").exists()


def test_workers_give_the_same_figures_as_one_process(workplace: Path) -> None:
    """A pool changes nothing, its processes stay for the whole job and no longer, and what was run is not run again."""
    scenario = load("tiny/snow")
    identity = {"scenario": "tiny/snow"}
    alone, pool = (Runs(planning.Ledger(workplace / f"{n}.jsonl", identity), n) for n in (1, 2))
    alone.open()
    pool.open()
    asked = {"here": scenario, "off": scenario.model_copy(update={"respond": False})}
    found = alone(asked, [3, 4])
    with pool:
        first = pool(asked, [3])["here"][0]
        workers = set(multiprocessing.active_children())
        assert len(workers) == 2
        assert pool(asked, [3, 4]) == found
        assert set(multiprocessing.active_children()) == workers
    assert not workers & set(multiprocessing.active_children())
    assert first == found["here"][0]
    assert found["here"] != found["off"]
    before = (workplace / "1.jsonl").read_text(encoding="utf-8")
    assert alone(asked, [4])["here"] == [found["here"][1]]
    assert (workplace / "1.jsonl").read_text(encoding="utf-8") == before


def test_members_are_storms_and_seeds_that_no_planner_was_given() -> None:
    """Own storm, one drawn about it, another of the folder, by turns; no seed twice."""
    scenario, other = load("tiny/snow"), load("tiny/snow", sets=["storm=rain"])
    members = held_out(scenario, [other], 6, 5)
    assert [seed for _, seed in members] == [HELD_OUT + 5 + i for i in range(6)]
    assert [storm.storm.id for storm, _ in members] == ["snow", "snow", "rain"] * 2
    assert len({storm.storm.name.en for storm, _ in members}) == 4
    assert is_of_kind(scenario)
    assert not is_of_kind(other)


def test_a_plan_is_judged_by_the_interval_of_its_mean() -> None:
    """Student's t by hand: three differences of -1, -2 and -3 have a mean of -2 and half a width of 1.686."""
    found = judged([10.0, 10.0, 10.0], [9.0, 8.0, 7.0])
    assert (found.verdict, found.mean, found.better) == ("worth", -2.0, 1.0)
    assert found.high == pytest.approx(-2 + 2.920 / 3**0.5, abs=1e-3)
    assert judged([10.0, 10.0], [9.0, 11.0]).verdict == "unproven"
    assert judged([10.0, 10.0, 10.0], [11.0, 12.0, 11.5]).verdict == "worse"
    assert judged([1.0], [0.0]).verdict == "few", "one member tells nothing, however good it looks"
    with pytest.raises(ValueError, match="one member"):
        judged([], [])


def test_a_plan_too_long_to_type_is_only_pasted(workplace: Path) -> None:
    """Rows of a table, or many overrides, make no command; a few figures do."""
    asked = Planning("stock", "tiny/snow", members=2, folder=Path("plan"))
    assert asked._next(planning.Plan({"fleet.depots": [{"id": "a"}]}, ())) == []
    assert asked._next(planning.Plan({f"hours{i}": 1 for i in range(20)}, ())) == []
    assert asked._next(planning.Plan({"hours": 9}, ())) == [
        "uv run stormyard run tiny/snow --set hours=9"
    ] or (asked._next(planning.Plan({"hours": 9}, ())) == ["stormyard run tiny/snow --set hours=9"])


def test_the_burden_weighs_classes_water_and_places_cut_off() -> None:
    """By hand; a figure that a run does not have counts for nothing."""
    snow = {"unclear_km_h.p1": 1.0, "unclear_km_h.p2": 1.0, "unclear_km_h.p3": 1.0, "unclear_km_h.p4": 1.0}
    assert burden(snow) == 15
    assert burden({"depth_over_15cm_km_h": 2.0, "critical_unreachable_h": 0.5}) == 20
    assert burden({"closed_late": 2.0, "depth_over_15cm_km_h": 0.0}) == 200
