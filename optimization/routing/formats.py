"""Reads the arc-routing benchmark formats.

- plain: ``vertices edges``, a line ``from to cost demand`` an edge (from 0, the depot is 0), then vehicles, capacity,
  lower and upper bound;
- CARPLIB (``NOMBRE``, ``LISTA_ARISTAS_REQ``), with one-way arcs (``LISTA_ARCOS_REQ``: MCARP), in Spanish or English;
- mixed graphs of Bach, Hasle and Wohlk (``#Required E``, ``ReE.``), with required nodes;
- mixed graphs with turn penalties of Vidal (2017): ``TURNS`` lists the turns that may be made, with their costs.

The cost of a plan is what its files count: all driving, along served streets too; in CARPLIB served streets at their
cost of service where that is given apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from optimization.routing.graph import Graph, Street


class BadFile(ValueError):
    """A file that cannot be read as a routing instance: where, what is wrong, and what to do."""

    def __init__(self, path: Path, line: int, what: str, hint: str) -> None:
        super().__init__(f"{path.name}:{line}: {what}; {hint}" if line else f"{path.name}: {what}; {hint}")


def read(path: Path) -> Graph:
    """The graph in a file of any of the formats. Raises BadFile."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise BadFile(
            path, 0, f"cannot be read ({error.strerror})", "give a file of a routing benchmark"
        ) from None
    lines = _Lines(path, text)
    head = text.lstrip()[:4000].upper()
    if head[:1].isdigit():
        graph = _plain(lines)
    elif "#NODES" in head:
        graph = _turns(lines) if "--NODES" in re.sub(r"\s", "", text.upper()) else _mixed(lines)
    elif "VERTICES" in head or "NODES" in head:
        graph = _carplib(lines)
    else:
        raise BadFile(
            path, 1, "is in none of the formats known", "see optimization/routing/formats.py for those read"
        )
    _check(graph, path)
    return graph


class _Lines:
    """A file's lines, and what to say of them."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.replace("\r", "").split("\n")

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return ((number, line.strip()) for number, line in enumerate(self.lines, 1) if line.strip())

    def wrong(self, number: int, what: str, hint: str) -> BadFile:
        return BadFile(self.path, number, what, hint)

    def numbers(self, number: int, line: str, count: int, shape: str) -> list[int]:
        """``count`` whole numbers of a line."""
        words = line.split()[:count]
        try:
            values = [_whole(word) for word in words]
        except ValueError:
            raise self.wrong(number, f"'{line}' holds what is not a whole number", f"write {shape}") from None
        if len(values) < count:
            raise self.wrong(number, f"'{line}' has {len(values)} of {count} numbers", f"write {shape}")
        return values

    def header(self, found: Mapping[str, tuple[int, str]], *names: str, default: int | None = None) -> int:
        """The whole number of a header line, by any of its names."""
        for name in names:
            if name in found:
                number, text = found[name]
                match = re.match(r"[-+]?\d+(\.0*)?(?![\d.])", text)
                if not match:
                    raise self.wrong(number, f"{name} is '{text}'", "write a whole number after the colon")
                return _whole(match.group())
        if default is None:
            raise self.wrong(1, f"there is no line '{names[0]} : number'", "add it to the head of the file")
        return default


def _whole(word: str) -> int:
    value = float(word)
    if value != int(value):
        raise ValueError(word)
    return int(value)


def _plain(lines: _Lines) -> Graph:
    words = [(number, word) for number, line in lines for word in line.split()]
    numbers = [lines.numbers(number, word, 1, "whole numbers only")[0] for number, word in words]
    nodes, edges = (*numbers, 0, 0)[:2]
    if len(numbers) < 2 + 4 * edges + 2:
        what = f"ends before its {edges} edges, the vehicles and the capacity"
        raise lines.wrong(words[-1][0], what, "is the file whole? an edge is 'from to cost demand'")
    streets = []
    for first in range(2, 2 + 4 * edges, 4):
        a, b, cost, demand = numbers[first : first + 4]
        _node(lines, words[first][0], nodes, 0, a, b)
        streets.append(Street(a, b, cost, demand, required=demand > 0))
    return Graph(lines.path.stem, nodes, 0, tuple(streets), numbers[2 + 4 * edges + 1], first=0)


def _node(lines: _Lines, number: int, nodes: int, first: int, *given: int) -> None:
    for node in given:
        if not first <= node < nodes + first:
            hint = f"nodes are numbered from {first} to {nodes + first - 1}"
            raise lines.wrong(number, f"there is no node {node}", hint)


_LIST = re.compile(r"^(LISTA|LIST)_(\w+)\s*:")
_PAIR = re.compile(r"\(\s*(\d+)\s*,\s*(\d+)\s*\)(.*)")
_VALUE = re.compile(r"([A-Za-z_]+)\s*:?\s*([-+\d.]+)")
_KINDS = {
    "ARISTAS_REQ": (False, True), "REQ_EDGES": (False, True), "ARISTAS_NOREQ": (False, False),
    "NOREQ_EDGES": (False, False), "ARCOS_REQ": (True, True), "REQ_ARCS": (True, True),
    "ARCOS_NOREQ": (True, False), "NOREQ_ARCS": (True, False),
}  # fmt: skip
"""Lists of streets: whether one-way, whether to be served."""
_COST = {"coste", "cost", "costo", "trav_cost", "coste_trav", "coste_rec", "traversal_cost"}
_SERVICE = {"coste_serv", "serv_cost", "service_cost", "coste_servicio"}
_DEMAND = {"demanda", "demand"}


def _carplib(lines: _Lines) -> Graph:
    head: dict[str, tuple[int, str]] = {}
    streets: list[Street] = []
    told: dict[str, int] = {}
    kind = ""
    for number, line in lines:
        listed = _LIST.match(line.upper())
        pair = _PAIR.match(line)
        if listed:
            kind = listed.group(2)
            if kind not in _KINDS:
                raise lines.wrong(number, f"unknown list '{kind}'", f"lists are {', '.join(_KINDS)}")
        elif pair and kind:
            streets.append(_carplib_street(lines, number, line, pair, kind))
            told[kind] = told.get(kind, 0) + 1
        elif ":" in line:
            key, _, value = line.partition(":")
            head[key.strip().upper()] = (number, value.strip())
        elif kind and line.upper() not in ("END", "EOF"):
            raise lines.wrong(number, f"'{line}' is no street", "write '(from, to) coste C demanda D'")
    nodes = lines.header(head, "VERTICES", "NODES")
    for name, count in told.items():
        if name in head and lines.header(head, name) != count:
            raise lines.wrong(
                head[name][0], f"{name} says {head[name][1]}, but {count} are listed", "correct either"
            )
    streets = [
        Street(s.start - 1, s.end - 1, s.cost, s.demand, s.service, s.one_way, s.required) for s in streets
    ]
    for street in streets:
        if not (0 <= street.start < nodes and 0 <= street.end < nodes):
            what = f"there is no node {max(street.start, street.end) + 1}"
            raise lines.wrong(0, what, f"nodes are numbered from 1 to {nodes}")
    if "DUMPING_SITES" in head:
        what = "has places to unload on the way (DUMPING_SITES)"
        raise lines.wrong(head["DUMPING_SITES"][0], what, "only routes from the depot and back are read")
    name = head.get("NOMBRE", head.get("NAME", (0, lines.path.stem)))[1]
    depot = lines.header(head, "DEPOSITO", "DEPOT", default=1) - 1
    longest = lines.header(head, "MAX_TRIP", "MAX_DURATION", default=0)
    capacity = lines.header(head, "CAPACIDAD", "CAPACITY")
    return Graph(name, nodes, depot, tuple(streets), capacity, longest=longest or None)


def _carplib_street(lines: _Lines, number: int, line: str, pair: re.Match[str], kind: str) -> Street:
    one_way, required = _KINDS[kind]
    hint = "write '(from, to) coste C demanda D'"
    values: dict[str, int] = {}
    for word, value in _VALUE.findall(pair.group(3)):
        word = word.lower()
        name = (
            "cost"
            if word in _COST
            else "service"
            if word in _SERVICE
            else "demand"
            if word in _DEMAND
            else ""
        )
        if not name:
            raise lines.wrong(number, f"unknown word '{word}'", hint)
        try:
            values[name] = _whole(value)
        except ValueError:
            raise lines.wrong(number, f"{word} is '{value}', not a whole number", hint) from None
    if "cost" not in values or (required and "demand" not in values):
        raise lines.wrong(number, f"'{line}' lacks its cost or its demand", hint)
    demand = values.get("demand", 0) if required else 0
    return Street(
        int(pair.group(1)),
        int(pair.group(2)),
        values["cost"],
        demand,
        values.get("service"),
        one_way,
        required,
    )


def _mixed_head(lines: _Lines) -> dict[str, tuple[int, str]]:
    head = {}
    for number, line in lines:
        key, colon, value = line.partition(":")
        if colon:
            head[key.strip().upper().replace("-", " ")] = (number, value.strip())
    return head


def _fleet(lines: _Lines, head: Mapping[str, tuple[int, str]]) -> int | None:
    most = lines.header(head, "#VEHICLES", default=-1)
    return most if most > 0 else None


def _mixed(lines: _Lines) -> Graph:
    head = _mixed_head(lines)
    nodes = lines.header(head, "#NODES")
    posts, streets = [], []
    words = {"REN.": "N", "REE.": "E", "EDGE": "NRE", "REA.": "A", "ARC": "NRA"}
    shapes = {
        "N": (2, "'N1 demand service'"), "E": (4, "'E1 from to cost demand service'"),
        "A": (4, "'A1 from to cost demand service'"), "NRE": (3, "'NrE1 from to cost'"),
        "NRA": (3, "'NrA1 from to cost'"),
    }  # fmt: skip
    kind = ""
    for number, line in lines:
        first, *rest = line.split()
        if first.upper() in words:
            kind = words[first.upper()]
        elif kind:
            count, shape = shapes[kind]
            if kind == "N":
                node = lines.numbers(number, first.lstrip("Nn"), 1, shape)[0]
                _node(lines, number, nodes, 1, node)
                posts.append((node - 1, lines.numbers(number, " ".join(rest), 1, shape)[0]))
                continue
            a, b, cost, *more = lines.numbers(number, " ".join(rest), count, shape)
            _node(lines, number, nodes, 1, a, b)
            required = not kind.startswith("NR")
            streets.append(
                Street(a - 1, b - 1, cost, more[0] if more else 0, None, kind.endswith("A"), required)
            )
    optimum = lines.header(head, "OPTIMAL VALUE", default=-1)
    depot = lines.header(head, "DEPOT NODE", "DEPOT") - 1
    return Graph(
        lines.path.stem, nodes, depot, tuple(streets), lines.header(head, "CAPACITY"), _fleet(lines, head), None, posts,
        optimum if optimum > 0 else None,
    )  # fmt: skip


def _turns(lines: _Lines) -> Graph:
    head = _mixed_head(lines)
    nodes = lines.header(head, "#NODES")
    posts, streets, turns = [], [], {}
    section = ""
    for number, line in lines:
        if line.startswith("--"):
            section = line.strip("-").strip().upper()
        elif line.upper().startswith("INDEX") or not section:
            continue
        elif section == "NODES":
            node, demand, needed = lines.numbers(number, line, 3, "'index quantity required x y'")
            if needed:
                posts.append((node - 1, demand))
        elif section in ("EDGES", "ARCS"):
            a, b, demand, needed, cost = lines.numbers(number, line, 5, "'from to quantity required cost'")
            _node(lines, number, nodes, 1, a, b)
            streets.append(Street(a - 1, b - 1, cost, demand, None, section == "ARCS", bool(needed)))
        elif section == "TURNS":
            i, j, k, cost = lines.numbers(number, line, 4, "'from over to cost type'")
            _node(lines, number, nodes, 1, i, j, k)
            turns[i - 1, j - 1, k - 1] = cost
        else:
            raise lines.wrong(
                number, f"unknown section '{section}'", "sections are NODES, EDGES, ARCS and TURNS"
            )
    depot = lines.header(head, "DEPOT", "DEPOT NODE") - 1
    return Graph(lines.path.stem, nodes, depot, tuple(streets), lines.header(head, "CAPACITY"), _fleet(lines, head),
                 turns, posts)  # fmt: skip


def _check(graph: Graph, path: Path) -> None:
    if not any(s.required for s in graph.streets) and not graph.posts:
        raise BadFile(path, 0, "nothing needs service", "give streets a demand above 0")
    if not 0 <= graph.depot < graph.nodes:
        raise BadFile(
            path, 0, f"there is no node {graph.depot + 1} for the depot", f"there are {graph.nodes} nodes"
        )
    for street in graph.streets:
        where = f"street {street.start}-{street.end}"
        if street.cost < 0 or street.demand < 0:
            raise BadFile(
                path, 0, f"{where} has a cost or demand below 0", "give it as a whole number from 0 up"
            )
        if street.demand > graph.capacity:
            what = f"{where} has the demand {street.demand}, more than the capacity {graph.capacity}"
            raise BadFile(path, 0, what, "no vehicle can serve it: correct either")
