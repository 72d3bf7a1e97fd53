"""``plan routes``: what it writes, says and refuses, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimization.routing.district import trucks
from optimization.routing.search import Stop
from results.language import Words
from results.route_maps import route_map
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
        "中间作业带",
        "strip 1 of 4 from the kerb",
        "自西园路至",
        "from Xiyuan Road to",
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
        (("--objective", "fast"), "goals are priority, last, makespan, balanced, kilometres"),
        (("--snow-cm", "0"), "there is no snow to plough"),
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


def test_a_fleet_without_ploughs_is_refused_in_chinese(workplace: Path) -> None:
    """No English in the refusal; and leaving out all crews is no reason to buy equipment."""
    ran = stormyard("plan", "routes", "tiny/flood", "--lang", "zh")
    assert ran.exit_code == 2 and "出动的机组均不能推雪或撒布" in ran.stderr and "no crew" not in ran.stderr
    fleet = trucks(load("tiny/snow"), 0.0)
    ran = stormyard("plan", "routes", "tiny/snow", "--without", ",".join(t.id for t in fleet), "--lang", "en")
    assert ran.exit_code == 2 and "leave at least one of them out" in ran.stderr
    assert "add equipment" not in ran.stderr and list(workplace.iterdir()) == []


def test_hours_that_cannot_be_kept_are_told(workplace: Path) -> None:
    """By how much, in the terminal and on the page; nothing is said where they are kept."""
    for hours, said in (("0.1", True), ("50", False)):
        ran = stormyard(
            "plan", "routes", "tiny/snow", "--turns", "20", "--hours", hours, "--out", hours, "--lang", "en"
        )
        page = (workplace / hours / "drivers.html").read_text(encoding="utf-8")
        assert ran.exit_code == 0
        assert ("cannot be kept: the last crew is back after" in ran.stderr) is said
        assert ("cannot be kept: the last crew is back after" in page) is said


def test_the_map_speaks_both_languages() -> None:
    """Title, scale and legend, in the language asked."""
    town = load("tiny/snow")
    told = routes_plan.make(town, seconds=None, turns=20).plain()
    for lang, words in (("zh", ("各路完成时间", "场站")), ("en", ("when each road is done", "yard"))):
        drawing = route_map(told, town, Words(lang))
        title = drawing.axes[0].get_title(loc="left")
        assert words[0] in title and drawing.legends[0].get_texts()[0].get_text() == words[1]


def test_machines_abreast_are_told_to_their_drivers(workplace: Path) -> None:
    """Both sheets name the other crew; what nobody can do abreast is refused in words."""
    args = ("plan", "routes", "jinshui/blizzard", "--turns", "100", "--out", "plan")
    ran = stormyard(*args, "--tandem", "plough-spreader", "--json", "--lang", "en")
    assert ran.exit_code == 0, ran.stderr
    routes = [r for r in json.loads(ran.stdout)["routes"] if r["beside"]]
    assert len(routes) == 4 and faults(json.loads(ran.stdout), load("jinshui/blizzard")) == []
    page = (workplace / "plan" / "drivers.html").read_text(encoding="utf-8")
    assert page.count("all the way: one strip each") == page.count("编队并行：各推一幅") == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plough-spredder", "did you mean 'plough-spreader'"),
        ("plough-spreader=1", "no number of machines abreast"),
        ("plough-spreader=x", "no number of machines abreast"),
        ("plough-3t", "no 2 of these machines stand in one yard"),
    ],
)
def test_pairs_that_make_no_sense_are_refused(text: str, words: str) -> None:
    """Before any search, with a hint."""
    ran = stormyard("plan", "routes", "jinshui/blizzard", "--turns", "0", "--tandem", text, "--lang", "en")
    assert ran.exit_code == 2 and words in ran.stderr.replace("\n", " "), ran.stderr
