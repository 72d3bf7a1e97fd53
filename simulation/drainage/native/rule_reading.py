"""Reading [CONTROLS] into rules."""

from __future__ import annotations

from collections.abc import Sequence

from simulation.drainage.editing import parse_date
from simulation.drainage.inp import MM_PER_INCH, Row
from simulation.drainage.native import rules as r
from simulation.drainage.native.curves import CurveBook, SeriesBook, seconds_of
from simulation.drainage.native.layout import CONDUIT, LINK_KINDS, ORIFICE, PUMP, WEIR, Conduits, Links, Nodes
from simulation.drainage.native.words import Words

POWER_RULE = "STORMYARD_POWER_"
"""How the rules begin that hold a pump without power for SWMM; this engine switches its pumps itself."""
_CLOCKS = {
    "TIME": r.TIME,
    "DATE": r.DATE,
    "CLOCKTIME": r.CLOCK,
    "DAY": r.WEEKDAY,
    "MONTH": r.MONTH,
    "DAYOFYEAR": r.YEARDAY,
}
_LINK_WORDS = {
    "LINK": None,
    "CONDUIT": CONDUIT,
    "PUMP": PUMP,
    "ORIFICE": ORIFICE,
    "WEIR": WEIR,
    "OUTLET": LINK_KINDS.index("outlet"),
}
_STATUS = {"OFF": 0.0, "ON": 1.0, "CLOSED": 0.0, "OPEN": 1.0}
_ORDER = {
    "IF": ("RULE",),
    "AND": ("IF", "THEN", "ELSE"),
    "OR": ("IF",),
    "THEN": ("IF",),
    "ELSE": ("THEN",),
    "PRIORITY": ("THEN", "ELSE"),
}
"""After which part of a rule each clause may stand."""


class RuleReader:
    """Reads rules against the nodes and links they name."""

    def __init__(
        self,
        words: Words,
        nodes: Nodes,
        links: Links,
        conduits: Conduits,
        curves: CurveBook,
        series: SeriesBook,
    ) -> None:
        self._words = words
        self._nodes = nodes
        self._links = links
        self._conduits = conduits
        self._curves = curves
        self._series = series
        self._named: dict[str, r.Operand] = {}

    def read(self) -> tuple[r.Rule, ...]:
        """All rules in the file's order."""
        rules = []
        for part in r.clauses(self._words.inp.rows("CONTROLS")):
            head = part[0]
            rows = [row for row in part[1:] if not self._variable(row)]
            if head.words[0].upper() != "RULE":
                if not self._variable(head):
                    self._words.problem(head.line, f"a rule begins with RULE, not '{head.words[0]}'")
                continue
            name = head.words[1] if len(head.words) > 1 else ""
            if not name.upper().startswith(POWER_RULE):
                rules.append(self._rule(name, head, rows))
        return tuple(rules)

    def _variable(self, row: Row) -> bool:
        """Whether a row is a VARIABLE or EXPRESSION; a variable is kept."""
        word = row.words[0].upper()
        if word == "EXPRESSION":
            self._words.refuse(row.line, "an EXPRESSION in control rules")
        elif word == "VARIABLE":
            operand, _ = self._operand(row, 3)
            if operand and len(row.words) > 2:
                self._named[row.words[1].upper()] = operand
        return word in ("EXPRESSION", "VARIABLE")

    def _rule(self, name: str, head: Row, rows: Sequence[Row]) -> r.Rule:
        state, priority = "RULE", 0.0
        premises: list[r.Premise] = []
        actions: dict[str, list[r.Action]] = {"THEN": [], "ELSE": []}
        for row in rows:
            word = row.words[0].upper()
            if word not in _ORDER or state not in _ORDER[word]:
                self._words.problem(
                    row.line, f"rule '{name}': {row.words[0]} cannot stand here, after {state}"
                )
                continue
            state = state if word in ("AND", "OR") else word
            if word == "PRIORITY":
                priority = self._words.number(row, 1, "priority")
            elif state == "IF":
                premise = self._premise(row, word == "OR")
                premises += [premise] if premise else []
            else:
                action = self._action(row)
                actions[state] += [action] if action else []
        return r.Rule(
            name, head.line, tuple(premises), tuple(actions["THEN"]), tuple(actions["ELSE"]), priority
        )

    def _bad(self, row: Row, what: str) -> None:
        self._words.problem(row.line, f"in '{' '.join(row.words)}' {what}")

    def _premise(self, row: Row, either: bool) -> r.Premise | None:
        left, place = self._operand(row, 1)
        if left is None:
            return None
        relation = row.words[place] if place < len(row.words) else ""
        if relation not in r.RELATIONS or place + 1 >= len(row.words):
            self._bad(row, f"a relation is missing: one of {' '.join(r.RELATIONS)}, and what to compare with")
            return None
        word = row.words[place + 1].upper()
        if word in self._named or word in (*_LINK_WORDS, "NODE", "GAGE", "SIMULATION"):
            right, _ = self._operand(row, place + 1)
            return r.Premise(either, left, relation, right) if right else None
        value = self._value(word, left.what, "STATUS" in row.words[place - 1].upper())
        if value is None:
            self._bad(row, f"'{row.words[place + 1]}' cannot be compared with")
            return None
        return r.Premise(either, left, relation, r.Operand(r.CONSTANT, base=value))

    def _value(self, word: str, what: int, status: bool) -> float | None:
        if status:
            return _STATUS.get(word)
        if what in (r.TIME, r.CLOCK, r.OPEN_FOR, r.SHUT_FOR):
            return seconds_of(word)
        if what == r.DATE:
            day = parse_date(word)
            return r.day_number(day) if day else None
        if what == r.YEARDAY and (day := parse_date(word + "/1947")):
            return float(day.timetuple().tm_yday)
        try:
            return float(word)
        except ValueError:
            return None

    def _operand(self, row: Row, place: int) -> tuple[r.Operand | None, int]:
        """(what is looked at, place of the next word)."""
        words = [word.upper() for word in row.words[place : place + 3]] + ["", "", ""]
        if words[0] in self._named:
            return self._named[words[0]], place + 1
        if words[0] == "SIMULATION" and words[1] in _CLOCKS:
            return r.Operand(_CLOCKS[words[1]]), place + 2
        if words[0] == "NODE" and words[1] in self._words.node:
            found = self._of_node(self._words.node[words[1]], words[2])
        elif words[0] in _LINK_WORDS and words[1] in self._words.link:
            found = self._of_link(self._words.link[words[1]], words[2])
        elif words[0] == "GAGE" and words[2] == "INTENSITY":
            gages = [gage.upper() for gage in self._words.inp.gages]
            unit = 1 / 3600 if self._words.inp.metric else MM_PER_INCH / 3600
            found = r.Operand(r.RAIN, gages.index(words[1]), unit) if words[1] in gages else None
        else:
            found = None
        if found is None:
            if words[0] == "GAGE" and words[2].endswith("HR_PRECIP"):
                self._words.refuse(row.line, "past rain in a control rule")
            else:
                self._bad(
                    row, f"'{' '.join(row.words[place : place + 3])}' is nothing that a rule can look at"
                )
        return found, place + 3

    def _of_node(self, node: int, what: str) -> r.Operand | None:
        length = self._words.length
        return {
            "DEPTH": r.Operand(r.DEPTH, node, length),
            "MAXDEPTH": r.Operand(r.CONSTANT, base=float(self._nodes.full_depth[node] / length)),
            "HEAD": r.Operand(r.HEAD, node, length, float(self._nodes.invert[node] / length)),
            "VOLUME": r.Operand(r.VOLUME, node, length**3),
            "INFLOW": r.Operand(r.INFLOW, node, self._words.flow),
        }.get(what)

    def _of_link(self, link: int, what: str) -> r.Operand | None:
        length, flow, kind = self._words.length, self._words.flow, self._links.kind[link]
        found = {
            "FLOW": r.Operand(r.FLOW, link, flow),
            "DEPTH": r.Operand(r.LINK_DEPTH, link, length),
            "TIMEOPEN": r.Operand(r.OPEN_FOR, link),
            "TIMECLOSED": r.Operand(r.SHUT_FOR, link),
        }
        if kind in (CONDUIT, PUMP):
            found["STATUS"] = r.Operand(r.SETTING, link)
        if kind in (PUMP, ORIFICE, WEIR):
            found["SETTING"] = r.Operand(r.SETTING, link)
        if kind == CONDUIT:
            c, row = self._conduits, self._links.row[link]
            found["VELOCITY"] = r.Operand(r.VELOCITY, link, length)
            found["FULLFLOW"] = r.Operand(r.CONSTANT, base=float(c.full_flow[row] / flow))
            found["FULLDEPTH"] = r.Operand(r.CONSTANT, base=float(self._links.height[link] / length))
            found["LENGTH"] = r.Operand(r.CONSTANT, base=float(c.true_length[row] / length))
            slope = c.slope[row] * c.length[row] / c.true_length[row]
            found["SLOPE"] = r.Operand(r.CONSTANT, base=float(slope))
        return found.get(what)

    def _action(self, row: Row) -> r.Action | None:
        words = [word.upper() for word in row.words] + [""] * 6
        kind = _LINK_WORDS.get(words[1], -1)
        link = self._words.link.get(words[2])
        if link is None or kind not in (None, self._links.kind[link]):
            self._bad(row, f"there is no {words[1].lower()} '{row.words[2] if len(row.words) > 2 else ''}'")
            return None
        is_pump = self._links.kind[link] == PUMP
        if words[3] == "STATUS" and (is_pump or self._links.kind[link] == CONDUIT) and words[5] in _STATUS:
            return r.Action(link, r.FIXED, _STATUS[words[5]])
        if words[3] != "SETTING" or self._links.kind[link] == CONDUIT:
            self._bad(row, "a conduit or pump has a STATUS, a pump or regulator a SETTING")
            return None
        if words[5] == "CURVE":
            return r.Action(link, r.BY_CURVE, table=self._curves.points(row, 6, "CONTROL"))
        if words[5] == "TIMESERIES":
            return r.Action(link, r.BY_SERIES, table=self._series.points(row, 6))
        if words[5] == "PID":
            first, second, third = (self._words.number(row, place, "PID gain") for place in (6, 7, 8))
            return r.Action(link, r.BY_PID, float(is_pump), gains=(first, second, third))
        value = self._words.number(row, 5, "setting", least=0)
        if value > 1 and not is_pump:
            self._bad(row, "a setting is from 0 (shut) to 1 (open)")
        return r.Action(link, r.FIXED, value)
