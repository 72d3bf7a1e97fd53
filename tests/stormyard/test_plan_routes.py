"""``plan routes``: what it writes, says and refuses, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimization.routing.search import Stop
from scenarios.load import load
from stormyard import routes_plan
from tests.optimization.routing.walk import faults
from tests.stormyard.commands import stormyard

FILES = ["drivers.html", "map.png", "plan.json", "routes.geojson"]


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every command runs in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_writes_a_plan_that_can_be_driven(workplace: Path) -> None:
    """The folder is whole; what is printed is what stands in it; the referee finds nothing wrong."""
    ran = stormyard(
        "plan", "routes", "tiny/snow", "--turns", "200", "--out", "plan", "--json", "--lang", "en"
    )
    assert ran.exit_code == 0, ran.stderr
    folder = workplace / "plan"
    assert sorted(p.name for p in folder.iterdir()) == FILES
    told = json.loads(ran.stdout)
    assert told == json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert faults(told, load("tiny/snow")) == []
    for words in ("class 1: last pass done", "fewest kilometres", "driven between works", "balance"):
        assert words in ran.stderr
    lines = json.loads((folder / "routes.geojson").read_text(encoding="utf-8"))["features"]
    works = sum(leg["kind"] == "work" for r in told["routes"] for leg in r["legs"])
    assert works == sum(f["properties"]["kind"] == "work" for f in lines) == told["figures"]["plan"]["passes"]
    assert {"vehicle", "order", "kind", "pass", "passes"} <= set(lines[0]["properties"]) or works


def test_driver_sheets_tell_turns_in_both_languages(workplace: Path) -> None:
    """A section for each crew, with turns, passes and yards."""
    ran = stormyard("plan", "routes", "tiny/snow", "--turns", "100", "--out", "plan", "--lang", "zh")
    assert ran.exit_code == 0 and "最短里程方案" in ran.stderr
    page = (workplace / "plan" / "drivers.html").read_text(encoding="utf-8")
    for words in (
        "左转",
        "left",
        "straight on",
        "第 1 遍",
        "pass 1 of",
        "plough and spread",
        "推雪并撒布",
        "北场",
    ):
        assert words in page, words


def test_the_same_turns_give_the_same_plan() -> None:
    """By turns, the whole answer but the time it took is the same."""
    town = load("tiny/snow")
    one, same = (routes_plan.make(town, seconds=None, turns=100).plain() for _ in range(2))
    assert one.pop("seconds") >= 0 and same.pop("seconds") >= 0
    assert one == same


def test_a_stop_keeps_the_best_so_far() -> None:
    """Stopped at once, there is a plan still, and it says that it was stopped."""

    def watch(stage: str, share: float) -> None:
        if stage == "plan":
            raise Stop

    town = load("tiny/snow")
    made = routes_plan.make(town, seconds=None, turns=1000, watch=watch)
    assert made.plan.stopped and made.figures.undone == 0
    assert faults(made.plain(), town) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--objective", "priorty"), "did you mean 'priority'?"),
        (("--closed", "nowhere-1"), "the scenario has no such thing"),
        (("--without", "plough-x/1"), "the scenario has no such thing"),
        (("--classes", "plough=5"), "this names no classes of road"),
    ],
)
def test_bad_input_is_refused_in_words(workplace: Path, options: tuple[str, ...], words: str) -> None:
    """Exit code 2, the reason on stderr, nothing written."""
    ran = stormyard("plan", "routes", "tiny/snow", "--turns", "10", "--lang", "en", *options)
    assert ran.exit_code == 2 and words in ran.stderr
    assert list(workplace.iterdir()) == []


def test_a_folder_of_something_else_is_left_alone(workplace: Path) -> None:
    """A folder that holds other files is refused before any work is done."""
    (workplace / "mine").mkdir()
    (workplace / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    ran = stormyard("plan", "routes", "tiny/snow", "--turns", "10", "--out", "mine", "--lang", "en")
    assert ran.exit_code == 2 and "choose another folder" in ran.stderr
    assert [p.name for p in (workplace / "mine").iterdir()] == ["letter.txt"]
