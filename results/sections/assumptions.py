"""What was assumed: every parameter with its value and basis, and where the equipment's figures come from."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

from pydantic import BaseModel

from results.content import Block, Bullets, Cell, Paragraph, Section, Table, Tone, figure
from results.differences import inner_unit, written
from results.language import Both, Words, both
from results.sections import Reading
from simulation.record import Run
from simulation.units import Unit, unit_of

ORDER = 90
Basis = Literal["source", "estimate", "setting", "plan"]


def section(reading: Reading) -> Section:
    """Parameters of physics, command, forecast and goals; equipment; materials."""
    run = reading.run
    return Section("assumptions", both("section.assumptions"), assumption_blocks(run))


def assumption_blocks(run: Run) -> list[Block]:
    """The same for any page that rests on a run."""
    scenario = run.scenario
    groups: list[tuple[str, BaseModel]] = [
        *((h, getattr(scenario.physics, h)) for h in scenario.hazards),
        ("command", scenario.command), ("forecast", scenario.storm.forecast), ("goals", scenario.goals),
    ]  # fmt: skip
    rows = [row for group, noun in groups for row in _parameters(group, noun)]
    head = [both(f"head.{k}") for k in ("parameter", "value", "basis", "stated")]
    unsourced = sum(isinstance(r[2], Cell) and r[2].tone == "flag" for r in rows)
    remarks = [Both.of(remark) for remark in run.origin.remarks]
    first: list[Block] = (
        [Paragraph(both("text.remarks", n=len(remarks))), Bullets(remarks)] if remarks else []
    )
    return [
        *first,
        Paragraph(both("text.assumptions", n=len(rows), unsourced=unsourced)),
        Table(both("table.parameters"), head, rows),
        *_equipment(run),
        *_materials(run),
    ]


def _parameters(group: str, noun: BaseModel) -> list[tuple[Both | Cell, ...]]:
    rows: list[tuple[Both | Cell, ...]] = []
    for name, info in type(noun).model_fields.items():
        key, given = f"parameter.{group}.{name}", getattr(noun, name)
        value = _value(given, unit_of(info.metadata) or inner_unit(info.annotation))
        if value is None and (choice := f"choice.{given}") in Words("zh"):
            value = both(choice)
        if value is None:
            continue
        said = both(key) if key in Words("zh") else Both.same(f"{group}.{name}")
        basis = basis_of(group, info.description or "")
        stated = " ".join((info.description or "").split()).replace("``", "'")
        tone: Tone = "flag" if basis == "setting" else ""
        rows.append((said, value, Cell(both(f"basis.{basis}"), tone), Both.same(stated)))
    return rows


def basis_of(group: str, description: str) -> Basis:
    """What a parameter rests on, by the words of its own documentation; without a word of it, on nothing."""
    if group == "goals":
        return "plan"
    if "no source" in description or "a setting" in description:
        return "setting"
    if "estimate" in description:
        return "estimate"
    return "source" if "(" in description else "setting"


def _value(value: Any, unit: Unit | None) -> Both | None:
    """A number, or numbers, in the planner's unit; None for anything else."""
    parts = [value]
    while parts and isinstance(parts[0], tuple | dict):
        parts = [x for part in parts for x in (part.values() if isinstance(part, dict) else part)]
    plain = bool(parts) and all(isinstance(x, int | float) and not isinstance(x, bool) for x in parts)
    return written(value, unit) if plain else None


def _equipment(run: Run) -> list[Block]:
    fleet = run.scenario.fleet
    count: Counter[str] = Counter()
    for row in fleet.equipment:
        count[row.kind] += row.count
    rows = [
        (Both.of(k.name), figure(count[k.id], 0), figure(count[k.id] * k.crew, 0), _source(k.source))
        for k in fleet.kinds
        if count[k.id]
    ]
    head = [both(f"head.{k}") for k in ("kind", "machines", "people", "source")]
    return [Table(both("table.equipment"), head, rows, (1, 2))] if rows else []


def _materials(run: Run) -> list[Block]:
    rows = [(Both.of(m.name), _source(m.source)) for m in run.scenario.fleet.materials]
    return (
        [Table(both("table.materials"), (both("head.material"), both("head.source")), rows)] if rows else []
    )


def _source(text: str) -> Cell:
    return Cell(Both.same(text)) if text else Cell(both("basis.setting"), "flag")
