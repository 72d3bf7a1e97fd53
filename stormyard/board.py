"""The command post's board, drawn for a terminal: only what the ``Situation`` and the messages say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from results.language import Words
from simulation.situation import Message, Situation
from stormyard import lists
from stormyard.lexicon import WORDS
from stormyard.lists import PAGE, ROWS, table
from stormyard.news import News, merged
from stormyard.room import Reply, Room
from stormyard.sentences import Speaker

NEWS_ROWS = 12
"""Messages on the board; ``messages`` shows them all."""
_STYLE = {"warning": "yellow", "level": "cyan"}
_USES = {"snow": ("deicer", "abrasive", "fuel"), "water": ("bag", "fuel")}
"""What each hazard's work takes from the yards."""


def draw(room: Room, reply: Reply, words: Words, width: int) -> RenderableType:
    """The view that a reply asks for, for a terminal of so many columns."""
    situation, speaker = room.situation, Speaker(room.scenario, words)
    about, page = reply.about, reply.page
    if situation is None:
        return Text(words["room.over"])
    match reply.show:
        case "status":
            return board(room, situation, speaker)
        case "crews":
            return lists.crews(speaker, situation, about, page, width)
        case "jobs":
            return lists.jobs(speaker, situation, about, page)
        case "stock":
            return stock_table(speaker, situation)
        case "roads":
            return lists.roads(speaker, situation, about, page)
        case "messages":
            return Group(*message_lines(speaker, merged(room.messages)[-PAGE:]))
        case "advice":
            return Group(*lists.treatment(speaker, room.treatment), *lists.orders(speaker, room.advised))
        case _:
            return help_table(words)


def help_table(words: Words) -> Table:
    """How each command is written, and what it does."""
    made = Table(box=None, show_header=False, pad_edge=False)
    for command in WORDS:
        if f"usage.{command}" in words:
            made.add_row(Text(words[f"usage.{command}"]), Text(words[f"does.{command}"]))
    return made


def board(room: Room, situation: Situation, speaker: Speaker) -> RenderableType:
    """The whole picture on about forty lines."""
    words = speaker.words
    news = merged(room.news)
    jobs = lists.job_rows(speaker, situation)
    job_table = table(words, "", *lists.JOB_COLUMNS)
    job_table.title = words("room.jobs", shown=min(ROWS, len(jobs)), total=len(jobs))
    road_table = lists.road_table(speaker, "room.roads")
    for made, rows in ((job_table, jobs), (road_table, lists.road_rows(speaker, situation))):
        for row in rows[:ROWS]:
            made.add_row(*row)
    tables = (
        report_table(speaker, situation),
        road_table,
        place_table(speaker, situation),
        stock_table(speaker, situation),
        job_table,
    )
    earlier = [Text(words("room.earlier", count=len(news) - NEWS_ROWS), style="dim")]
    return Group(
        Text(headline(room, situation, speaker), style="bold"),
        *(Text(line) for line in warning_lines(room.messages, speaker)),
        Text(forecast_line(speaker, situation)),
        *(earlier if len(news) > NEWS_ROWS else ()),
        *message_lines(speaker, news[-NEWS_ROWS:]),
        Text(crew_line(situation, words)),
        *(Text(line, style="dim") for line in what_now(room, situation, words)),
        *(made for made in tables if made.row_count),
    )


def headline(room: Room, situation: Situation, speaker: Speaker) -> str:
    """Clock, level, and why the clock stopped."""
    return speaker.words(
        "room.headline",
        time=f"{speaker.clock(situation.t)}",
        hours=f"{situation.t / 3600:.1f}",
        end=f"{room.scenario.duration / 3600:.0f}",
        level=speaker.level(situation.level),
        why=speaker.why(room, situation),
    )


def what_now(room: Room, situation: Situation, words: Words) -> Iterator[str]:
    """To a player who has not begun: how to call crews out, then how to use those that wait."""
    ready = [crew for crew in situation.crews if crew.activity not in ("off", "mustering")]
    if not ready:
        yield words["room.call_out" if situation.level == "none" else "room.mustering"]
    elif not room.assignments and len(situation.jobs) and any(crew.idle for crew in ready):
        yield words["room.put_to_work"]


def warning_lines(messages: Sequence[Message | News], speaker: Speaker) -> Iterator[str]:
    """The latest warning of each hazard."""
    warnings = [m for m in messages if isinstance(m, Message) and m.kind == "warning"]
    latest = {m.target: speaker.message(m) for m in warnings}
    if latest:
        yield speaker.words("room.warnings", warnings=speaker.words["room.comma"].join(latest.values()))


def forecast_line(speaker: Speaker, situation: Situation) -> str:
    """The coming hours: mm/h and air temperature."""
    outlook = situation.forecast
    hours = (
        speaker.words("room.hour", hour=speaker.clock(t)[-5:-3], rate=f"{rate * 3600:.1f}", air=f"{air:+.0f}")
        for t, rate, air in zip(outlook.t, outlook.precipitation, outlook.air, strict=True)
    )
    return speaker.words("room.forecast", hours=" | ".join(hours))


def message_lines(speaker: Speaker, messages: Sequence[Message | News]) -> Iterator[Text]:
    """Messages with their time, newest last; those that stopped the clock stand out."""
    for message in messages:
        loud = isinstance(message, Message) or message.loud
        style = _STYLE.get(message.kind, "magenta" if loud else "")
        yield Text(f"{speaker.clock(message.t)} {speaker.message(message)}", style=style)


def report_table(speaker: Speaker, situation: Situation) -> Table:
    """What is reported of each class of road, and how old that is."""
    reported, network = situation.reported, situation.network
    fields = {
        "snow_mm": (reported.snow, 1),
        "ice_mm": (reported.ice, 1),
        "water_cm": (reported.water_depth, 100),
    }
    told = [column for column in lists.road_columns(speaker.scenario.hazards) if column in fields]
    made = table(speaker.words, "room.reports", "class", "km", *told, "age_min", "unseen_km")
    km = network.length / 1000
    for priority in sorted(set(network.priority.tolist())):
        of_class = network.priority == priority
        seen = of_class & (reported.seen >= 0)
        means = (float(fields[column][0][seen] @ km[seen] * fields[column][1]) for column in told)
        made.add_row(
            str(priority),
            f"{km[of_class].sum():.1f}",
            *(f"{mean / km[seen].sum():.1f}" if seen.any() else "–" for mean in means),
            f"{np.median(situation.t - reported.seen[seen]) / 60:.0f}" if seen.any() else "–",
            f"{km[of_class & ~seen].sum():.1f}",
        )
    return made


def place_table(speaker: Speaker, situation: Situation) -> Table:
    """Gauged and seen places with the deepest reported water."""
    words, reported = speaker.words, situation.reported
    index = {node: i for i, node in enumerate(situation.nodes)}
    rows = [(p, index[p.drain_node]) for p in speaker.scenario.city.places if p.drain_node in index]
    rows = [(p, i) for p, i in rows if reported.node_seen[i] >= 0 and reported.node_depth[i] > 0]
    rows.sort(key=lambda row: (-reported.node_depth[row[1]], row[0].id))
    made = table(words, "room.places", "place", "name", "kind", "segment", "water_cm", "age_min", "state")
    for place, i in rows[:ROWS]:
        age = f"{(situation.t - reported.node_seen[i]) / 60:.0f}"
        depth = f"{reported.node_depth[i] * 100:.0f}"
        shut = place.segment and reported.closed[situation.network.segment_index[place.segment]]
        made.add_row(
            place.id,
            words.name(place.name),
            words[f"place.{place.kind}"],
            place.segment or "",
            depth,
            age,
            words["room.closed"] if shut else "",
        )
    return made


def crew_line(situation: Situation, words: Words) -> str:
    """How many crews do what."""
    count = Counter(crew.activity for crew in situation.crews)
    parts = (f"{words[f'activity.{activity}']} {n}" for activity, n in count.most_common())
    return words("room.crews", parts=" · ".join(parts))


def stock_table(speaker: Speaker, situation: Situation) -> Table:
    """Tonnes in each yard of each material that this storm's work takes."""
    words, fleet = speaker.words, speaker.scenario.fleet
    made = table(words, "room.stock", "depot", "name")
    stocked = {row.material for row in fleet.stock}
    uses = {use for hazard in speaker.scenario.hazards for use in _USES[hazard]}
    held = [i for i, m in enumerate(fleet.materials) if m.id in stocked and m.use in uses]
    for column in held:
        made.add_column(words.name(fleet.materials[column].name), justify="right")
    for depot, amounts in zip(fleet.depots, situation.stock, strict=True):
        made.add_row(depot.id, words.name(depot.name), *(f"{amounts[i] / 1000:.1f}" for i in held))
    return made
