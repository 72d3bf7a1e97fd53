"""The words: the same keys and gaps in both languages, none missing, none that nobody says."""

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from optimization.dispatchers import names
from optimization.routing.fleet_search import OBJECTIVES
from optimization.routing.route_plan import WHYS
from optimization.routing.ways import TURNS
from optimization.solver import Status
from results.compare import MEASURES, Verdict
from results.language import HERE, LANGUAGES, Both, Words, both, catalogue
from results.refusals import in_both_languages
from results.treatment import BY_TREATMENT
from scenarios.load import load
from simulation import model
from simulation.hazards import advice, treatment
from simulation.model import Command, Forecast, Goals, Name, SnowPhysics, WaterPhysics
from simulation.orders import ACTIONS, INJECTS, REASONS
from simulation.teams import ACTIVITIES
from stormyard.jobs import simulate
from stormyard.room import PLAYER

ROOMS = ("results", "stormyard")
FAMILIES: dict[str, tuple[str, ...]] = {
    "metric": tuple(MEASURES),
    "unit": tuple(m.unit for m in MEASURES.values()),
    "refusal": tuple(REASONS),
    "activity": ACTIVITIES,
    "action": tuple(ACTIONS),
    "verb": get_args(model.Verb),
    "place": get_args(model.PlaceKind),
    "colour": get_args(model.Colour),
    "hazard": get_args(model.HazardName),
    "grade": ("none", *get_args(model.Grade)),
    "level": ("none", *get_args(model.Level)),
    "class": ("p1", "p2", "p3", "p4"),
    "basis": ("source", "estimate", "setting", "plan"),
    "compare": tuple(v for v in get_args(Verdict) if v),
    "quantile": ("p50", "p90"),
    "tier": get_args(model.Tier),
    "act": get_args(model.StandingOrder.model_fields["act"].annotation),
    "dispatcher": (*names(), PLAYER),
    "solver": get_args(Status),
    "balance": ("snow", "water", "material"),
    "routes_objective": OBJECTIVES,
    "routes_why": WHYS,
    "turn": TURNS,
}
"""Keys that are put together from a name that the simulation or a table gives."""
PARAMETERS = {
    "snow": SnowPhysics,
    "water": WaterPhysics,
    "command": Command,
    "forecast": Forecast,
    "goals": Goals,
}


def said(language: str) -> dict[str, str]:
    """The catalogue of a language."""
    return catalogue(HERE / f"{language}.yaml")


def gaps(sentence: str) -> set[str]:
    """Names of the gaps of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def sources() -> str:
    """The Python of every room that speaks these words."""
    return "\n".join(p.read_text(encoding="utf-8") for room in ROOMS for p in Path(room).rglob("*.py"))


def test_both_languages_have_the_same_keys_and_gaps() -> None:
    """A key or a gap in one file only is named."""
    zh, en = said("zh"), said("en")
    assert set(zh) == set(en)
    assert [key for key in zh if gaps(zh[key]) != gaps(en[key])] == []


def test_every_key_that_is_put_together_is_there() -> None:
    """Families of keys follow the simulation's own lists."""
    words = said("en")
    wanted = {f"{family}.{name}" for family, names in FAMILIES.items() for name in names}
    wanted |= {
        f"inject.{name}"
        for name in ("breakdown", "outage", "surge", "call", "no_show", "report_loss", "closure")
    }
    reasons = (*advice.REASONS, treatment.STOCK_SHORT, treatment.STOCK_OUT)
    wanted |= {f"advice.{reason}" for reason in advice.REASONS}
    wanted |= {f"because.{r}" for r in reasons if r not in BY_TREATMENT}
    wanted |= {f"because.{r}_{done}" for r in BY_TREATMENT for done in ("plough", "none")}
    wanted |= {f"treatment.{t.replace('+', '_')}" for t in treatment.TREATMENTS}
    wanted |= {f"treatment.{w}" for w in get_args(treatment.Window) if w}
    assert sorted(wanted - set(words)) == []
    assert len(INJECTS) == 7


def test_every_key_that_is_written_out_is_there() -> None:
    """Each both("...") and words("...") of the results finds its sentence."""
    written = set(re.findall(r'(?:both|words)[(\[]\s*"([a-z_]+(?:\.[A-Za-z0-9_]+)*)"', sources()))
    own = {key for key in written if key.partition(".")[0] in {k.partition(".")[0] for k in said("en")}}
    from_results = re.findall(
        r'both\(\s*"([a-z_]+(?:\.[A-Za-z0-9_]+)*)"',
        "\n".join(p.read_text(encoding="utf-8") for p in Path("results").rglob("*.py")),
    )
    assert len(from_results) > 100
    assert sorted(set(from_results) - set(said("en"))) == []
    assert own


def test_no_key_is_left_that_nobody_says() -> None:
    """A key is written out somewhere, or its family or its last part is put together somewhere."""
    text = sources()
    planners = {
        "plan_column",
        "plan_extent",
        "plan_measure",
        "plan_verdict",
        "plan_option",
        "planner",
        "refused",
        "why",
    }
    families = {*FAMILIES, *planners, "advice", "because", "inject", "parameter", "phrase", "treatment"}
    whole = set(re.findall(r'"([a-z_0-9.]+)"', text))
    built = set(re.findall(r'f"([a-z_]+(?:\.[a-z_]+)?)\{|f"([a-z_]+)\.\{', text))
    starts = {a or b for a, b in built}

    def put_together(key: str) -> bool:
        family, _, last = key.partition(".")
        if last.removesuffix("_basis") in whole and family in starts:
            return True
        return any(last.startswith(s) and f"{family}.{s}" in starts for s in _beginnings(last))

    unused = [
        k
        for k in said("en")
        if k not in whole and k.partition(".")[0] not in families and not put_together(k)
    ]
    assert unused == []


def _beginnings(text: str) -> list[str]:
    return [text[:i] for i in range(1, len(text) + 1)]


def test_every_parameter_has_a_name_in_both_languages() -> None:
    """A new field of physics, command, forecast or goals needs its words."""
    numeric = {
        f"parameter.{group}.{name}"
        for group, noun in PARAMETERS.items()
        for name, info in noun.model_fields.items()
        if name not in ("rules", "timeline", "standing_orders")
    }
    assert sorted(numeric - set(said("zh"))) == []
    assert sorted(k for k in said("zh") if k.startswith("parameter.") and k not in numeric) == []


def test_refusals_have_the_gaps_of_the_simulation() -> None:
    """Sentence by sentence; the English one reads as the simulation's."""
    words = said("en")
    for key, sentence in REASONS.items():
        assert gaps(words[f"refusal.{key}"]) == gaps(sentence), key
        plain = re.sub(r"(\{\w+):[^}]*}", r"\1}", sentence)
        assert words[f"refusal.{key}"] == plain


@pytest.mark.parametrize("key", sorted(REASONS))
def test_a_recorded_refusal_is_said_in_chinese(key: str) -> None:
    """The gaps of the English sentence come back in the Chinese one."""
    filled = {name: f"<{name}>" for name in gaps(REASONS[key])}
    refused = in_both_languages(REASONS[key].format(**filled))
    assert refused.zh == Words("zh")(f"refusal.{key}", **filled)
    assert refused.en == REASONS[key].format(**filled)


@pytest.mark.parametrize("reference", ["tiny/snow", "tiny/flood"])
def test_the_reasons_of_jobs_have_their_words(reference: str) -> None:
    """Whatever the hazards ask for in the shipped small storms is said in both languages."""
    reasons: set[str] = set()
    watch = lambda situation: reasons.update(situation.jobs.reason)  # noqa: E731
    simulate(load(reference), 0, watch=watch)
    assert reasons
    assert sorted(r for r in reasons if f"advice.{r}" not in said("zh")) == []


@pytest.mark.parametrize(
    ("sentence", "zh"),
    [
        ("a/1 cannot pump: its machine can plough, spread", "a/1 不能抽排：其机具可做 推雪、撒布"),
        ("there is no drain node 'x'", "没有排水节点“x”"),
        ("rate must be above 0 and at most 100 g/m2", "剂量 须为 大于 0 且不超过 100 克/平方米"),
        ("a/1 rests until 05:30 +1d", "a/1 休整至 第 2 天 05:30"),
        (
            "destination must be a depot that a road leads to from yard",
            "调入料场 须为 从 yard 有道路可达的料场",
        ),
    ],
)
def test_what_fills_a_refusal_is_said_in_chinese_too(sentence: str, zh: str) -> None:
    """Work, kinds of target, limits and later days, as well as the sentence around them."""
    assert in_both_languages(sentence).zh == zh


def test_every_phrase_is_one_of_the_simulations() -> None:
    """A phrase that no refusal uses any more is deleted."""
    source = (Path("simulation") / "validity.py").read_text(encoding="utf-8")
    own = [k for k in said("en") if k.startswith("phrase.") and "{" not in said("en")[k]]
    fixed = {"phrase.verbs": "verbs", "phrase.office": "office"}
    assert [k for k in own if f'"{fixed.get(k, said("en")[k])}"' not in source] == []


def test_a_refusal_of_no_known_form_stays_as_it_is() -> None:
    """It is not lost."""
    assert in_both_languages("the moon is full") == Both("the moon is full", "the moon is full")


def test_gaps_are_filled_in_kind() -> None:
    """A name in a gap is Chinese in the Chinese sentence."""
    assert both("page.report", name=Name(zh="小城", en="Town")) == Both("小城：运行报告", "Town: run report")


def test_unknown_language_and_key_are_named() -> None:
    """The error says what there is."""
    with pytest.raises(ValueError, match="there are no words in 'fr'; languages are zh, en"):
        Words("fr")
    with pytest.raises(KeyError, match=r"'metric\.speed' is in no en catalogue"):
        Words("en")["metric.speed"]


def test_a_second_catalogue_goes_on_top(tmp_path: Path) -> None:
    """A room adds its own words to those of the results; keys YAML would misread are refused."""
    for language in LANGUAGES:
        (tmp_path / f"{language}.yaml").write_text(f'room:\n  hello: "{language} hello"\n', encoding="utf-8")
    words = Words("en", tmp_path)
    assert (words["room.hello"], words["met"]) == ("en hello", "met")
    (tmp_path / "bad.yaml").write_text("activity:\n  off: x\n", encoding="utf-8")
    with pytest.raises(ValueError, match="is read as bool; quote it"):
        catalogue(tmp_path / "bad.yaml")
