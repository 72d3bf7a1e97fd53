"""The nouns: frozen, strict, and one digest for one scenario."""

import pytest
from pydantic import ValidationError

from simulation.model import LEVELS, Material, Name, Scenario, Team, Weather
from tests import cities


def test_nouns_are_frozen_and_know_their_fields() -> None:
    """No edits, no unknown keys, no NaN."""
    material = Material(id="salt", name=Name(zh="盐", en="salt"), use="deicer")
    with pytest.raises(ValidationError, match="frozen"):
        material.id = "x"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Material.model_validate({"id": "salt", "name": "salt", "use": "deicer", "colour": "white"})
    with pytest.raises(ValidationError, match="finite"):
        Weather(t=0, precipitation=0, air=float("nan"))


def test_a_name_is_two_words_or_one() -> None:
    """A bare string stands for both languages."""
    assert Name.model_validate("Road 1") == Name(zh="Road 1", en="Road 1")
    assert str(Name(zh="金水路", en="Jinshui Road")) == "金水路 Jinshui Road"
    assert str(Name.model_validate("G30")) == "G30"


def test_a_shift_that_ends_before_it_starts_is_told() -> None:
    """With the hint how shifts past midnight are written."""
    team = cities.scenario().fleet.teams[0].model_dump()
    with pytest.raises(ValidationError, match=r"ends before it starts.*07:00 next day is 31"):
        Team.model_validate(team | {"duty_from": 22 * 3600, "duty_to": 7 * 3600})


def test_one_digest_for_one_scenario() -> None:
    """Through JSON and back the same; another number is another."""
    made = cities.scenario()
    again = Scenario.model_validate_json(made.model_dump_json())
    assert again == made
    assert again.digest() == made.digest() == cities.scenario().digest()
    assert cities.scenario(salt=20_001.0).digest() != made.digest()


def test_levels_from_low_to_high() -> None:
    """IV is the lowest response level, I the highest."""
    assert LEVELS == ("IV", "III", "II", "I")
