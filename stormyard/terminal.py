"""The exercise room in a terminal: reads lines, draws replies. All of it goes to one console."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from results.language import Words
from stormyard.board import draw
from stormyard.front import Front
from stormyard.room import Reply, Room
from stormyard.sentences import Speaker

SHOWN = 20
"""Accepted orders of one line that are told one by one."""
Read = Callable[[str], str]
"""Asks with a prompt and returns a line; raises EOFError where there are no more."""


def play(room: Room, front: Front, read: Read, again: str) -> bool:
    """Answer lines until the storm is over (True) or the player leaves (False), to return with ``again``."""
    words, console, speaker = front.words, front.console, Speaker(room.scenario, front.words)
    show(room, Reply(show="status"), words, console)
    while room.situation is not None:
        try:
            line = read(words("room.prompt", time=speaker.clock(room.situation.t)))
        except EOFError:
            line = "quit"
        with front.progress("run", room.scenario.duration) as update:
            room.watch = update
            reply = room.handle(line)
        show(room, reply, words, console)
        if reply.left:
            front.say("room.left", "bold", command=again)
            return False
    return True


def show(room: Room, reply: Reply, words: Words, console: Console) -> None:
    """Print what a reply says and what it asks to be drawn."""
    speaker = Speaker(room.scenario, words)
    given = [said for said in reply.said if said.key == "order"]
    for said in reply.said:
        if said not in given[SHOWN:]:
            style = "red" if said.bad else "green"
            console.print(Text(speaker.reply(room, said), style=style), soft_wrap=True)
    if len(given) > SHOWN:
        console.print(Text(words("room.more_orders", count=len(given) - SHOWN), style="dim"))
    if reply.show and room.situation is not None:
        console.print(draw(room, reply, words, console.width))


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
