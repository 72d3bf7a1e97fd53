"""The exercise room in a terminal: reads lines, draws replies. All of it goes to one console."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from results.language import Words
from stormyard.board import draw, order_text
from stormyard.front import Front
from stormyard.grammar import clock_time
from stormyard.room import Reply, Room, Said

Read = Callable[[str], str]
"""Asks with a prompt and returns a line; raises EOFError where there are no more."""


def play(room: Room, front: Front, read: Read) -> bool:
    """Answer lines until the storm is over (True) or the player leaves (False)."""
    words, console = front.words, front.console
    show(room, Reply(show="status"), words, console)
    while room.situation is not None:
        try:
            line = read(
                words("room.prompt", time=f"{clock_time(room.scenario, room.situation.t):%m-%d %H:%M}")
            )
        except EOFError:
            line = "quit"
        with front.progress("run", room.scenario.duration) as update:
            room.watch = update
            reply = room.handle(line)
        show(room, reply, words, console)
        if reply.left:
            return False
    return True


def show(room: Room, reply: Reply, words: Words, console: Console) -> None:
    """Print what a reply says and what it asks to be drawn."""
    for said in reply.said:
        console.print(Text(sentence(room, said, words), style="red" if said.bad else "green"))
    if reply.show and room.situation is not None:
        console.print(draw(room, reply.show, reply.about, words))


def sentence(room: Room, said: Said, words: Words) -> str:
    """What was said, in words."""
    gaps = dict(said.words)
    order = gaps.pop("order", None)
    if said.key == "order":
        return order_text(order, words)
    if "t" in gaps:
        gaps["time"] = f"{clock_time(room.scenario, gaps['t']):%m-%d %H:%M}"
    if "why" in gaps:
        gaps["why"] = words[f"why.{gaps['why']}"]
    text = words(said.key, **gaps)
    return words("room.refused", order=order_text(order, words), reason=text) if order else text


def reader(room: Room, words: Words, console: Console) -> Read:
    """Lines with completion and history from a terminal, plain lines from anything else."""
    if not sys.stdin.isatty():
        return lambda prompt: _plain(prompt, console)
    from prompt_toolkit import PromptSession
    from prompt_toolkit.output import create_output

    from stormyard.completion import RoomCompleter

    completer = RoomCompleter(room, words.language)
    session: PromptSession[str] = PromptSession(
        completer=completer, complete_while_typing=False, output=create_output(sys.stderr)
    )
    return session.prompt


def _plain(prompt: str, console: Console) -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    console.print(Text(prompt + line.rstrip("\r\n")))
    return line
