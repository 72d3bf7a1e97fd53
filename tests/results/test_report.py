"""Pages: one file, both languages, nothing asked of a network, and whatever the run was."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import matplotlib as mpl
import pytest

from results import charts, fonts
from results.content import Command, Document, Section, Table
from results.language import Both
from results.maps import layers, map_data
from results.metrics import metrics, precipitation_end
from results.names import segment_name
from results.report import comparison_report, report
from results.report.html import page
from results.sections import modules
from simulation.model import Name
from simulation.record import Origin, Run
from tests.results.made_runs import scenario, snow_run, water_run

VOID = {"meta", "img", "input", "br", "source"}


class Outline(HTMLParser):
    """Collects text, ids, anchors and addresses, and checks that every tag is closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.said: dict[str, list[str]] = {"zh-CN": [], "en": [], "": []}
        self.ids: list[str] = []
        self.anchors: list[str] = []
        self.addresses: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag points to."""
        given = {k: v or "" for k, v in attrs}
        self.addresses += [given[k] for k in ("src", "href", "action", "data") if k in given]
        self.ids += [given["id"]] if "id" in given else []
        self.anchors += [given["href"][1:]] if given.get("href", "").startswith("#") else []
        if tag not in VOID:
            self.open.append((tag, given.get("lang", "")))

    def handle_endtag(self, tag: str) -> None:
        """It closes the tag that was opened last."""
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        """Text by the language of what is round it; the html tag's own language does not count."""
        if any(t in ("script", "style", "title") for t, _ in self.open):
            return
        language = next((lang for tag, lang in reversed(self.open) if lang and tag != "html"), "")
        self.said[language].append(data)


@pytest.fixture(scope="module", params=["snow", "water"])
def written(request: pytest.FixtureRequest) -> Iterator[tuple[Run, str]]:
    """A run and its page."""
    run = snow_run() if request.param == "snow" else water_run()
    yield run, report(run, "zh")


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without real pictures and fonts, for tests of what they say."""
    for name in ("results.charts.png", "results.sections.map.png"):
        monkeypatch.setattr(name, lambda *_, **__: b"\x89PNG")
    monkeypatch.setattr("results.fonts.woff", lambda *_: b"wOFF")


def test_the_page_is_whole_and_asks_nobody(written: tuple[Run, str]) -> None:
    """Every tag is closed; every address is an anchor of the page or data inside it."""
    outline = Outline(written[1])
    assert outline.open == []
    assert [a[:40] for a in outline.addresses if not a.startswith(("#", "data:"))] == []
    assert set(outline.anchors) <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))
    plain = re.sub(r"data:[a-z/+-]+;base64,[A-Za-z0-9+/=]*|http://www.w3.org/2000/svg", "", written[1])
    assert not re.search(r"https?://|@import|fetch\(|XMLHttpRequest|WebSocket", plain)


def test_the_note_and_both_names_stand_at_the_head(written: tuple[Run, str]) -> None:
    """'Schematic reconstruction' is shown in both languages before the first section."""
    head = written[1].split("<section", 1)[0]
    for words in ("示意性重建", "schematic reconstruction", "方格镇试验", "Grid test"):
        assert words in head


def test_chinese_stays_out_of_the_english_page(written: tuple[Run, str]) -> None:
    """What is marked English has no Chinese character."""
    outline = Outline(written[1])
    english = "".join(outline.said["en"]).removeprefix("中文")  # the button that turns the page
    assert not re.findall(r"[\u4e00-\u9fff]", english)
    neutral = "".join(outline.said[""])
    assert not re.findall(r"[\u4e00-\u9fff]", neutral)
    assert re.findall(r"[\u4e00-\u9fff]", "".join(outline.said["zh-CN"]))


@pytest.mark.usefixtures("undrawn")
def test_the_page_opens_in_the_language_asked_for() -> None:
    """The html element says so; another language is refused by name. No mark of a source text is left on it."""
    page = report(water_run(), "en")
    assert '<html lang="en"' in page and "``" not in page
    with pytest.raises(ValueError, match="there are no pages in 'fr'"):
        report(water_run(), "fr")


def test_the_same_run_gives_the_same_bytes() -> None:
    """Fonts and pictures carry no date: a page is a function of the run."""
    draw = lambda words, wide: charts.crews(snow_run(), words, wide)  # noqa: E731
    one, two = (charts.drawn("crews", Both.same("crews"), draw) for _ in range(2))
    assert one == two
    assert fonts.woff(fonts.REGULAR, "金水区") == fonts.woff(fonts.REGULAR, "金水区")


def test_every_goal_and_refusal_is_told(written: tuple[Run, str]) -> None:
    """Met, missed or not due yet by name; a refused order with its reason in both languages."""
    said = "".join(Outline(written[1]).said["en"])
    assert "met" in said
    assert "missed" in said or "not due: the run ends" in said
    assert "there is no crew 'plough/9'" in said
    assert "没有机组“plough/9”" in written[1]


@pytest.mark.usefixtures("undrawn")
def test_names_cannot_break_out_of_the_page() -> None:
    """A road called </script> or <b> is text, in the page and in the map's data."""
    run = snow_run()
    evil = Name(zh="</script><b>坏路", en="</script><b>Bad & Road")
    segments = tuple(s.model_copy(update={"road": evil}) for s in run.scenario.city.segments)
    city = run.scenario.city.model_copy(update={"segments": segments})
    source = report(replace(run, scenario=run.scenario.model_copy(update={"city": city})))
    assert Outline(source).open == []
    assert "<b>" not in source
    data = re.search(r'<script type="application/json">(.*?)</script>', source, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["roads"] == [[evil.zh, evil.en]]


@pytest.mark.usefixtures("undrawn")
def test_a_character_outside_the_font_is_told() -> None:
    """喆 is not in GB2312: the page's foot names it, a chart draws 〓 for it."""
    run = snow_run()
    named = run.scenario.model_copy(update={"name": Name(zh="王喆路试验", en="Test")})
    foot = report(replace(run, scenario=named)).split("<footer>")[1]
    assert "喆" in foot
    assert fonts.drawable("王喆路") == "王〓路"
    assert "喆" not in report(run).split("<footer>")[1]


def test_fonts_hold_what_a_page_says() -> None:
    """The whole of both catalogues can be drawn."""
    from results.language import HERE

    for language in ("zh", "en"):
        assert fonts.missing((HERE / f"{language}.yaml").read_text(encoding="utf-8")) == []


def test_the_map_has_a_byte_for_each_road_and_time() -> None:
    """Bare roads are 0, the highest value 255; closures and duty are spans of rows."""
    run = water_run()
    data = map_data(run)
    values = base64.b64decode(data["layers"][0]["data"])
    assert len(values) == len(data["times"]) * len(data["lines"])
    assert values[0] == 0
    ids = [s.id for s in run.scenario.city.segments]
    deepest = values[8 * len(ids) + ids.index("row1-1")]
    assert (deepest - 1) / 254 * data["layers"][0]["top"] == pytest.approx(40, abs=0.2)
    assert data["closed"] == [[ids.index("row1-1"), 12, 49]]
    assert all(len(line) % 2 == 0 for line in data["lines"])


def test_a_large_map_is_thinned_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than the given number of bytes a layer, first and last moment kept."""
    monkeypatch.setattr("results.maps.MAX_BYTES", 100)
    data = map_data(water_run())
    assert data["times"][0] == 0
    assert data["times"][-1] == 12 * 3600
    assert len(data["times"]) <= 8


@pytest.mark.usefixtures("undrawn")
def test_a_run_without_response_and_without_crews_has_a_page() -> None:
    """No events, no log, no crews at work: the page says so and does not fail."""
    run = replace(water_run(), events=(), log=())
    run = replace(run, scenario=run.scenario.model_copy(update={"respond": False}))
    assert "no team acts" in report(run, "en")


@pytest.mark.usefixtures("undrawn")
def test_a_storm_over_before_it_began_has_a_page() -> None:
    """No snow at all, no warnings: nothing to show is no error."""
    run = snow_run()
    made = scenario("snow")
    storm = made.storm.model_copy(update={"warnings": (), "weather": made.storm.weather[1:]})
    for name in ("snow", "ice"):
        run.fields[name][:] = 0
    quiet = replace(run, scenario=made.model_copy(update={"storm": storm}), events=())
    assert "No warning was issued" in report(quiet, "en")


@pytest.mark.usefixtures("undrawn")
def test_solver_outcomes_are_told() -> None:
    """Decisions that a dispatcher kept come into the report, by status."""
    decisions = [
        {"t": 0, "status": "optimal", "gap": 0.0, "seconds": 0.1, "fallback": False},
        {"t": 900, "status": "time limit", "gap": 0.04, "seconds": 2.0, "fallback": True},
    ]
    source = report(water_run(), "en", decisions)
    assert "time limit" in source
    assert "4.00" in source
    assert "time limit" not in report(water_run(), "en")


@pytest.mark.usefixtures("undrawn")
def test_reasons_of_decisions_are_told_in_both_languages() -> None:
    """Each once, with its greatest figures, how often and since when; roads by their names."""
    run = water_run()
    road = run.scenario.city.segments[0]
    whys = [
        [("dispatch.shut_ahead", {"roads": (road.id,), "chance_share": 0.4})],
        [("dispatch.left_over", {"jobs_n": 3, "crews_n": 9})],
        [("dispatch.opened_again", {"roads": (road.id,), "chance_share": 0.001})],
        [
            ("dispatch.left_over", {"jobs_n": 7, "crews_n": 2}),
            ("dispatch.greedy_answered", {"status": "no_answer"}),
        ],
    ]
    decisions = [{"t": 900 * i, "status": "rule", "why": why} for i, why in enumerate(whys)]
    english, chinese = report(run, "en", decisions), report(run, "zh", decisions)
    assert f"Shut before the water came: {segment_name(run.scenario, road.id).en}." in english
    assert "up to 40%" in english and "opened again" in english and "was &lt;1%." in english
    assert "At most, 7 jobs were without a crew and 9 idle crews were without work." in english
    assert "(no plan before a limit); the greedy rule answered" in english
    assert "来水之前提前封闭" in chinese and "最多时有 7 项工作无队伍可派" in chinese
    assert "What the decisions rested on" not in report(run, "en")


def test_drawing_leaves_matplotlib_as_it_was() -> None:
    """No pyplot figure, no changed setting."""
    before = dict(mpl.rcParams)
    charts.drawn("storm", Both.same("storm"), lambda words, wide: charts.storm(water_run(), words, wide))
    assert dict(mpl.rcParams) == before


def test_charts_are_pictures() -> None:
    """PNG bytes, of few colours."""
    from results.language import Words

    for draw in (charts.storm, charts.crews, charts.stock, charts.orders):
        figure = draw(snow_run(), Words("zh"))
        assert figure is not None
        assert charts.png(figure).startswith(b"\x89PNG")
    assert charts.snow(water_run(), Words("en")) is None
    assert charts.water(snow_run(), Words("en")) is None


def test_sections_are_found_in_their_folder() -> None:
    """Each has an order of its own; a new file is a new section."""
    orders = [module.ORDER for module in modules()]
    assert orders == sorted(set(orders))
    assert len(orders) >= 10


@pytest.mark.usefixtures("undrawn")
def test_runs_side_by_side() -> None:
    """Both labels, bars of warning to response, better and worse marked, both notes."""
    late = replace(
        water_run(),
        events=tuple(e._replace(t=e.t + 3600) if e.kind == "level" else e for e in water_run().events),
    )
    source = comparison_report({"as it was": late, "at first red": water_run()}, "en")
    outline = Outline(source)
    said = "".join(outline.said["en"])
    assert outline.open == []
    assert "From warning to response" in said
    assert '<td class="n good">' in source
    assert "(-60)" in source
    assert "differs from the first" in said
    assert "60 min (worse)" not in said
    assert "(better)" in said


@pytest.mark.usefixtures("undrawn")
def test_a_comparison_shows_the_figures_of_the_run_folders() -> None:
    """Metrics that are known are not worked out anew."""
    kept = {"a": metrics(water_run()), "b": {**metrics(water_run()), "closed_late": 77.0}}
    assert ">77 (+" in comparison_report({"a": water_run(), "b": water_run()}, "en", kept)


@pytest.mark.usefixtures("undrawn")
def test_remarks_on_the_scenario_stand_before_its_assumptions() -> None:
    """In both languages; a scenario without them says nothing of the kind."""
    remark = Name(zh="库存 900000 t 不合常情", en="a stock of 900000 t is unusual")
    page = report(replace(water_run(), origin=Origin(remarks=(remark,))), "en")
    assert "库存 900000 t 不合常情" in page and "a stock of 900000 t is unusual" in page
    assert "1 thing(s) in it want a second look" in page
    assert "want a second look" not in report(water_run(), "en")


@pytest.mark.usefixtures("undrawn")
def test_the_head_says_what_was_asked_for() -> None:
    """Variant and overrides stand under the title; a scenario as it stands has no such line."""
    run = replace(water_run(), origin=Origin("at-first-red", {"hours": 6}))
    assert "variant at-first-red; changed: hours = 6" in report(run, "en").split("<section", 1)[0]
    assert 'class="asked"' not in report(water_run(), "en")


@pytest.mark.usefixtures("undrawn")
def test_both_tables_say_the_same_of_a_goal_that_is_not_due() -> None:
    """A class that is never clear in a run that ends before the deadline is not due, in goals and in roads."""
    run = snow_run()
    short = run.scenario.model_copy(update={"duration": precipitation_end(run) + 3600})
    source = report(replace(run, scenario=short), "en")
    assert "not due: the run ends" in source
    assert "not within the run, not due yet" in source


def test_wide_tables_are_stacked_on_a_phone() -> None:
    """Many columns, or much to read: each cell then carries the head of its column."""
    head = [Both.same(f"h{i}") for i in range(7)]
    wide = Table(Both.same("wide"), head, [[Both.same("x")] * 7])
    slim = Table(Both.same("slim"), head[:3], [[Both.same("x")] * 3])
    source = page(
        Document(Both.same("t"), Both.same(""), (), (), [Section("s", Both.same("s"), [wide, slim])])
    )
    assert source.count('<table class="stacked">') == 1
    assert "<em>h6</em>" in source


def test_layers_are_what_the_run_has() -> None:
    """Snow in mm, water in cm."""
    assert [layer.key for layer in layers(snow_run())] == ["snow"]
    assert [layer.unit for layer in layers(water_run())] == ["cm"]


@pytest.mark.usefixtures("undrawn")
def test_an_unknown_block_is_refused() -> None:
    """A writer that has no way to show something says so."""
    with pytest.raises(TypeError, match="no way to show a str"):
        page(Document(Both.same("t"), Both.same(""), (), (), [Section("s", Both.same("s"), ["text"])]))  # type: ignore[list-item]
    shown = page(
        Document(Both.same("t"), Both.same(""), (), (), [Section("s", Both.same("s"), [Command(["a < b"])])])
    )
    assert "a &lt; b" in shown
