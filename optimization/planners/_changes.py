"""Overrides laid on a scenario that is already made of nouns, so that what is tried is what is proposed.

The grammar is that of scenario files as far as planners use it: ``fleet.teams.snow-1.relief``,
``fleet.stock.north:salt.amount_t``, ``physics.water.clog_start_pct``, ``command.report_period_min.0``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from optimization.plan import CannotPlan
from simulation.model import City, Noun, Scenario, Stock
from simulation.units import Unit, unit_of

N = TypeVar("N", bound=Noun)
_BIG = (Scenario, City)
"""Nouns that are copied, not validated again: their other parts are thousands of rows that have not changed."""


def changed(scenario: Scenario, overrides: Mapping[str, Any]) -> Scenario:
    """The scenario with every override laid on, in file units, in their order.

    Raises KeyError for a path that names nothing, pydantic's ValidationError for a value that a noun refuses.
    """
    for path, value in overrides.items():
        scenario = _in_noun(scenario, path, path, value)
    return scenario


def check(planner: str, options: Any, limits: Mapping[str, tuple[float, float]]) -> None:
    """Raises CannotPlan (``<planner>.out_of_bounds``) for the first option that lies outside its limits."""
    for name, (low, high) in limits.items():
        value = getattr(options, name)
        if not low <= value <= high:
            option = name.replace("_", "-")
            said, least, most = map(_plainly, (value, low, high))
            raise CannotPlan(f"{planner}.out_of_bounds", option=option, value=said, low=least, high=most)


def _plainly(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:g}"


def key_of(cls: type[Noun], field: str) -> str:
    """What files call a field: its name, and its unit where it has one."""
    unit = _unit(cls, field)
    return f"{field}_{unit.suffix}" if unit and unit.suffix else field


def row_id(row: Noun) -> str:
    """What a path calls a row of a table."""
    return f"{row.depot}:{row.material}" if isinstance(row, Stock) else str(getattr(row, "id", ""))


def _unit(cls: type[Noun], field: str) -> Unit | None:
    info = cls.model_fields[field]
    inside = getattr(info.annotation, "__args__", ())
    return unit_of(info.metadata) or next(
        (unit for arg in inside if (unit := unit_of(getattr(arg, "__metadata__", ())))), None
    )


def _in_noun(noun: N, rest: str, path: str, value: Any) -> N:
    key, _, rest = rest.partition(".")
    field = next((f for f in type(noun).model_fields if key in (f, key_of(type(noun), f))), None)
    if field is None:
        raise KeyError(f"'{path}': {type(noun).__name__} has no '{key}'")
    held, unit = getattr(noun, field), _unit(type(noun), field)
    if not rest:
        new = _held(value, unit)
    elif isinstance(held, Noun):
        new = _in_noun(held, rest, path, value)
    elif isinstance(held, tuple) and (not held or isinstance(held[0], Noun)):
        new = _in_table(held, rest, path, value)
    elif isinstance(held, tuple):
        place = int(rest)
        new = (*held[:place], _held(value, unit), *held[place + 1 :])
    elif isinstance(held, dict):
        new = {**held, rest: _held(value, unit)}
    else:
        raise KeyError(f"'{path}': there is nothing inside '{key}'")
    if type(noun) in _BIG:
        return noun.model_copy(update={field: new})
    return type(noun).model_validate({**{f: getattr(noun, f) for f in type(noun).model_fields}, field: new})


def _in_table(rows: tuple[Noun, ...], rest: str, path: str, value: Any) -> tuple[Noun, ...]:
    """A row by the longest id that the path starts with; stock that a yard does not hold yet is a new row."""
    fitting = [r for r in rows if row_id(r) and rest.startswith(row_id(r) + ".")]
    if fitting:
        chosen = max(fitting, key=lambda r: len(row_id(r)))
        new = _in_noun(chosen, rest[len(row_id(chosen)) + 1 :], path, value)
        return tuple(new if r is chosen else r for r in rows)
    name, _, key = rest.rpartition(".")
    depot, sign, material = name.partition(":")
    if not sign or not path.startswith("fleet.stock."):
        raise KeyError(f"'{path}' names no row")
    return (*rows, _in_noun(Stock(depot=depot, material=material, amount=0), key, path, value))


def _held(value: Any, unit: Unit | None) -> Any:
    """A value in SI. Seconds are whole, as in scenarios that are read from files."""
    if isinstance(value, list):
        return tuple(_held(item, unit) for item in value)
    if unit is None or isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return float(round(value * unit.factor)) if unit.si == "s" else value * unit.factor
