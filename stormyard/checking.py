"""Is a scenario in order, in all its variants; or are all scenarios of a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scenarios.load import NO_RESPONSE, read, variants
from scenarios.problems import BadScenario, Problem, SeveralScenarios
from simulation.model import Scenario


class Checked(NamedTuple):
    """What was found in a scenario."""

    reference: str
    scenario: Scenario | None
    """None where it cannot be used."""
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]


def checked(reference: str, variant: str | None = None, sets: Sequence[str] = ()) -> Iterator[Checked]:
    """A scenario with every variant it has (or the one that is named), or each scenario of a folder of them."""
    try:
        loaded = read(reference, variant, sets)
    except SeveralScenarios as several:
        for one in several.references:
            yield from checked(one, variant, sets)
    except BadScenario as bad:
        yield Checked(reference, None, bad.problems, ())
    else:
        problems = () if variant else tuple(dict.fromkeys(_of_variants(reference, sets)))
        yield Checked(reference, loaded.scenario, problems, loaded.notes())


def _of_variants(reference: str, sets: Sequence[str]) -> Iterator[Problem]:
    for name in variants(reference):
        if name != NO_RESPONSE:
            try:
                read(reference, name, sets)
            except BadScenario as bad:
                yield from bad.problems
