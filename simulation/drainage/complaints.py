"""What SWMM's report says is wrong with a model, each with its line and what to do about it."""

from __future__ import annotations

import re

from simulation.drainage.inp import Inp, Link, Node, Subcatchment
from simulation.drainage.rows import InpProblem, brief, lines_of

HINTS = {
    "adverse slope": "water does not run uphill by KINWAVE or STEADY: correct the inverts, or set FLOW_ROUTING DYNWAVE",
    "more than one outlet link": "by KINWAVE or STEADY only a divider splits the flow: set FLOW_ROUTING DYNWAVE",
    "the outlet of a non-storage node": "by KINWAVE or STEADY a regulator leaves a storage: set FLOW_ROUTING DYNWAVE",
    "invalid cross section": "give its shape and sizes above zero in [XSECTIONS]",
    "elevation drop exceeds length": "correct the inverts, the offsets or the length; are all in the same unit?",
    "pump curve": "give the pump a curve of the type PUMP1 to PUMP5 in [CURVES]",
    "startup depth": "the depth at which it starts must lie above that at which it stops",
    "initial depth greater": "the initial depth must not exceed the maximum depth",
    "negative volume": "its depths and areas must not be negative",
    "more than 1 inlet link": "an outfall takes one link: lead the others to a junction before it",
    "also used by another object": "give the rain gage a time series of its own",
    "recording interval greater": "set the gage's interval to the spacing of its series",
    "out of sequence": "the first value must rise from row to row",
    "start date comes after": "correct START_DATE, REPORT_START_DATE or END_DATE",
    "too few items": "the row is not complete; the file may be cut off here",
    "invalid keyword": "SWMM does not know this word here; is it misspelt, or is a value missing before it?",
    "undefined object": "define it, or correct its name; the file may be cut off before it",
    "invalid number": "write a number that fits: no text, and not negative where none can be",
    "invalid date/time": "write 07/20/2021 and 16:00:00",
    "control rule clause": "a rule runs RULE, IF, THEN, ELSE, PRIORITY, each on its own line",
    "invalid infiltration parameters": "the row must fit INFILTRATION in [OPTIONS], with no value below zero",
    "cannot open": "put the file beside the model, or paste its rows into [TIMESERIES]",
}
"""Words of a complaint (error.txt of SWMM 5.2) -> what to do."""


def complaints(report: str, inp: Inp) -> list[InpProblem]:
    """Errors in a SWMM report, each with its line: the one that is named, or that of the object it names."""
    lines = lines_of(inp.text)
    things: list[Node | Link | Subcatchment] = [*inp.nodes, *inp.links, *inp.subcatchments]
    defined = {thing.name.upper(): thing.line for thing in things}
    found = []
    for message, number in re.findall(r"ERROR \d+: (.*?)(?: at line (\d+) of[^\n]*)?\s*\n", report + "\n"):
        words = " ".join(message.split())
        hint = next((hint for part, hint in HINTS.items() if part in words), "")
        if number and 0 < int(number) <= len(lines):
            line = int(number)
            words += f": {' '.join(lines[line - 1].split())}"
        else:
            names = [word.rstrip(".").upper() for word in words.split()]
            line = next((defined[name] for name in names[::-1] if name in defined), 0)
        found.append(InpProblem(line, brief(f"SWMM: {words}"), hint))
    return list(dict.fromkeys(found))
