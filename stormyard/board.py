"""The command post's board, drawn for a terminal: only what the ``Situation`` and the messages say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from results.language import Words
from simulation.model import Scenario
from simulation.orders import Action, Assign, Close, Open, Order, Recall, SetLevel, Transfer
from simulation.situation import Message, Situation
from stormyard.grammar import clock_time, job_order
from stormyard.room import Room

ROWS = 8
"""Rows of a list on the board; the lists on their own show ``LONG_ROWS``."""
LONG_ROWS = 40
_STYLE = {"warning": "yellow", "level": "cyan"}


def draw(room: Room, show: str, about: str, words: Words) -> RenderableType:
    """The view that a reply asks for."""
    situation = room.situation
    if situation is None:
        return Text(words["room.over"])
    match show:
        case "status":
            return board(room, situation, words)
        case "crews":
            return crew_table(situation, about, words)
        case "jobs":
            return job_table(room.scenario, situation, LONG_ROWS, about, words)
        case "stock":
            return stock_table(room.scenario, situation, words)
        case "roads":
            return road_table(room.scenario, situation, LONG_ROWS, words)
        case "messages":
            return Group(*message_lines(room.scenario, room.messages[-LONG_ROWS:], words))
        case "advice":
            return order_table(room.advised, words)
        case _:
            return Text(words["room.help"])


def board(room: Room, situation: Situation, words: Words) -> RenderableType:
    """The whole picture on about forty lines."""
    scenario = room.scenario
    tables = [
        report_table(situation, words),
        road_table(scenario, situation, ROWS, words),
        place_table(scenario, situation, words),
        stock_table(scenario, situation, words),
        job_table(scenario, situation, ROWS, "", words),
    ]
    return Group(
        Text(headline(scenario, situation, words), style="bold"),
        *(Text(line) for line in warning_lines(room.messages, words)),
        Text(forecast_line(scenario, situation, words)),
        *message_lines(scenario, room.news, words),
        Text(crew_line(situation, words)),
        *(table for table in tables if table.row_count),
    )


def headline(scenario: Scenario, situation: Situation, words: Words) -> str:
    """Clock, level, and why the clock stopped."""
    return words(
        "room.headline",
        time=f"{clock_time(scenario, situation.t):%Y-%m-%d %H:%M}",
        hours=f"{situation.t / 3600:.1f}",
        end=f"{scenario.duration / 3600:.0f}",
        level=words[f"level.{situation.level}"],
        why=words[f"why.{situation.why}"],
    )


def warning_lines(messages: list[Message], words: Words) -> Iterator[str]:
    """The latest warning of each hazard."""
    latest = {m.target: message_text(m, words) for m in messages if m.kind == "warning"}
    if latest:
        yield words("room.warnings", warnings=" · ".join(latest.values()))


def forecast_line(scenario: Scenario, situation: Situation, words: Words) -> str:
    """The coming hours: mm/h and air temperature."""
    outlook = situation.forecast
    hours = (
        f"{clock_time(scenario, int(t)):%H}h {rate * 3600:.1f} mm/h {air:+.0f}°C"
        for t, rate, air in zip(outlook.t, outlook.precipitation, outlook.air, strict=True)
    )
    return words("room.forecast", hours=" | ".join(hours))


def message_lines(scenario: Scenario, messages: list[Message], words: Words) -> Iterator[Text]:
    """Messages with their time, newest last."""
    for message in messages:
        clock = f"{clock_time(scenario, message.t):%m-%d %H:%M}"
        yield Text(f"{clock} {message_text(message, words)}", style=_STYLE.get(message.kind, ""))


def message_text(message: Message, words: Words) -> str:
    """A message in words: warnings and levels by their key, calls and notes as they were spoken."""
    if message.kind == "warning":
        return words(
            "message.warning", colour=words[f"colour.{message.en}"], hazard=words[f"hazard.{message.target}"]
        )
    if message.kind == "level":
        return words("message.level", level=words[f"level.{message.target}"])
    said = message.zh if words.language == "zh" else message.en
    return f"{said} [{message.target}]" if message.target else said


def report_table(situation: Situation, words: Words) -> Table:
    """What is reported of each class of road, and how old that is."""
    reported, network = situation.reported, situation.network
    columns = ("class", "km", "snow_mm", "ice_mm", "water_cm", "age_min", "unseen_km")
    table = _table(words, "room.reports", *columns)
    for priority in sorted(set(network.priority.tolist())):
        of_class = network.priority == priority
        seen = of_class & (reported.seen >= 0)
        km = network.length / 1000
        table.add_row(
            str(priority),
            f"{km[of_class].sum():.1f}",
            *(
                f"{_mean(field[seen] * scale, km[seen]):.1f}"
                for field, scale in ((reported.snow, 1), (reported.ice, 1), (reported.water_depth, 100))
            ),
            f"{np.median(situation.t - reported.seen[seen]) / 60:.0f}" if seen.any() else "–",
            f"{km[of_class & ~seen].sum():.1f}",
        )
    return table


def road_table(scenario: Scenario, situation: Situation, rows: int, words: Words) -> Table:
    """The roads that are reported worst: weighted by class, snow and ice or water."""
    reported, network = situation.reported, situation.network
    severity = (reported.snow + reported.ice + 100 * reported.water_depth) / 2.0 ** (network.priority - 1)
    severity = np.where(reported.seen >= 0, severity, -1.0)
    worst = np.argsort(-severity, kind="stable")[:rows]
    columns = ("segment", "road", "class", "snow_mm", "ice_mm", "water_cm", "surface_c", "age_min", "state")
    table = _table(words, "room.roads", *columns)
    for row in worst[severity[worst] > 0]:
        segment = network.segments[row]
        table.add_row(
            segment.id,
            words.name(segment.road),
            str(segment.priority),
            f"{reported.snow[row]:.1f}",
            f"{reported.ice[row]:.1f}",
            f"{reported.water_depth[row] * 100:.0f}",
            f"{reported.road_temperature[row]:.1f}",
            f"{(situation.t - reported.seen[row]) / 60:.0f}",
            words["room.closed"] if reported.closed[row] else "",
        )
    return table


def place_table(scenario: Scenario, situation: Situation, words: Words) -> Table:
    """Gauged and seen places with the deepest reported water."""
    reported, index = situation.reported, {node: i for i, node in enumerate(situation.nodes)}
    rows = [(p, index[p.drain_node]) for p in scenario.city.places if p.drain_node in index]
    rows = [(p, i) for p, i in rows if reported.node_seen[i] >= 0 and reported.node_depth[i] > 0]
    rows.sort(key=lambda row: (-reported.node_depth[row[1]], row[0].id))
    table = _table(words, "room.places", "place", "kind", "segment", "water_cm", "age_min")
    for place, i in rows[:ROWS]:
        age = f"{(situation.t - reported.node_seen[i]) / 60:.0f}"
        depth = f"{reported.node_depth[i] * 100:.0f}"
        name = f"{place.id} {words.name(place.name)}"
        table.add_row(name, words[f"place.{place.kind}"], place.segment or "", depth, age)
    return table


def crew_line(situation: Situation, words: Words) -> str:
    """How many crews do what."""
    count = Counter(crew.activity for crew in situation.crews)
    parts = (f"{words[f'activity.{activity}']} {n}" for activity, n in count.most_common())
    return words("room.crews", parts=" · ".join(parts))


def crew_table(situation: Situation, about: str, words: Words) -> Table:
    """Every crew, or those whose id, kind, team, activity or verbs contain a word; numbered for ``send``."""
    table = _table(words, "room.crew_list", "number", "crew", "can", "doing", "load_t", "duty_h", "targets")
    for number, crew in enumerate(situation.crews, 1):
        doing = words[f"activity.{crew.activity}"]
        known = " ".join((crew.id, crew.kind, crew.team, crew.activity, doing, *crew.verbs))
        if about.lower() in known.lower():
            table.add_row(
                str(number),
                crew.id,
                _verbs(crew.verbs, words),
                doing,
                f"{crew.load / 1000:.1f} {crew.material}" if crew.material else "",
                f"{crew.duty_left / 3600:.1f}",
                _some(crew.targets),
            )
    return table


def job_table(scenario: Scenario, situation: Situation, rows: int, about: str, words: Words) -> Table:
    """Jobs that reports call for, numbered for ``send``; those that contain a word, if one is given."""
    jobs, network = situation.jobs, situation.network
    names = {p.id: p.name for p in scenario.city.places}
    table = _table(words, "", "number", "work", "target", "road", "weight", "on_it", "reason")
    shown = 0
    for number, row in enumerate(job_order(jobs), 1):
        segment = int(jobs.segment[row])
        noun = network.segments[segment].road if segment >= 0 else names.get(jobs.target[row])
        cells = (
            str(number),
            _verbs(jobs.verbs[row], words),
            jobs.target[row],
            words.name(noun) if noun else "",
            f"{jobs.weight[row]:.1f}",
            str(int(jobs.crews[row])),
            words[f"advice.{jobs.reason[row]}"],
        )
        if shown < rows and about.lower() in " ".join(cells).lower():
            table.add_row(*cells)
            shown += 1
    table.title = words("room.jobs", shown=shown, total=len(jobs))
    return table


def stock_table(scenario: Scenario, situation: Situation, words: Words) -> Table:
    """Tonnes of each material in each yard."""
    table = _table(words, "room.stock", "depot")
    stocked = {row.material for row in scenario.fleet.stock}
    held = [i for i, material in enumerate(scenario.fleet.materials) if material.id in stocked]
    for column in held:
        table.add_column(words.name(scenario.fleet.materials[column].name), justify="right")
    for depot, amounts in zip(scenario.fleet.depots, situation.stock, strict=True):
        table.add_row(f"{depot.id} {words.name(depot.name)}", *(f"{amounts[i] / 1000:.1f}" for i in held))
    return table


def order_table(orders: Sequence[Order], words: Words) -> RenderableType:
    """Orders in words, a line each."""
    return Group(*(Text(f"  {order_text(order, words)}") for order in orders))


def order_text(order: Action, words: Words) -> str:
    """An order or inject on one line."""
    match order:
        case Assign(crew, verbs, targets):
            gaps = {"verbs": _verbs(verbs, words), "count": len(targets), "target": _some(targets)}
            return words("room.ordered", crew=crew, **gaps)
        case Recall(crew):
            return words("room.recalled", crew=crew)
        case Close(segments):
            return words("room.closing", segments=_some(segments))
        case Open(segments):
            return words("room.opening", segments=_some(segments))
        case SetLevel(level):
            return words("room.level_set", level=words[f"level.{level}"])
        case Transfer(material, source, destination, amount):
            tonnes = f"{amount / 1000:g}"
            return words(
                "room.transferring", amount=tonnes, material=material, source=source, destination=destination
            )
        case _:
            return str(order)


def _verbs(verbs: Sequence[str], words: Words) -> str:
    return "+".join(words[f"verb.{verb}"] for verb in verbs)


def _some(ids: Sequence[str], count: int = 3) -> str:
    """The first of many ids."""
    more = f" … ({len(ids)})" if len(ids) > count else ""
    return " ".join(ids[:count]) + more


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    return float(values @ weights / weights.sum()) if weights.sum() else 0.0


def _table(words: Words, title: str, *columns: str) -> Table:
    heading = words[title] if title else None
    table = Table(title=heading, box=None, title_justify="left", title_style="bold", pad_edge=False)
    for column in columns:
        numeric = column.endswith(("_mm", "_cm", "_c", "_min", "_h", "km")) or column in ("class", "number")
        table.add_column(words[f"column.{column}"], justify="right" if numeric else "left")
    return table
