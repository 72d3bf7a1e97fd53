"""A drain model that can be run and that leads somewhere."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from scenarios.checks.facts import Facts, Found
from scenarios.problems import Problem, Where, problem, shown, some
from scenarios.said import recognised
from simulation.drainage.editing import with_storm
from simulation.drainage.engines import refusals
from simulation.drainage.inp import Inp, InpError, InpProblem
from simulation.model import DrainageEngine, WaterPhysics


def check(facts: Facts) -> Found:
    """Everything wrong with the .inp, and water that could only go round in a loop."""
    file = facts.inp_file
    if facts.inp_error is not None:
        for found in facts.inp_error.problems:
            yield of_drains(file, found)
    if facts.inp is not None:
        loops = list(_loops(facts.inp, file))
        yield from loops or (of_drains(file, found) for found in _refused(facts, facts.inp))
    water = facts.hazards.get("water")
    absent = facts.inp is None and facts.inp_error is None
    if water is not None and absent and facts.drains_readable:
        yield problem(water.where, "drains.needed")


def of_drains(file: str, found: InpProblem) -> Problem:
    """What the reader of drain models found, at its line."""
    where = Where(file, "line", found.line) if found.line else Where(file)
    return Problem(where.said, recognised(found.what), recognised(found.hint))


def _refused(facts: Facts, inp: Inp) -> tuple[InpProblem, ...]:
    """What SWMM, and the engine that the scenario asks for, have against a model that we can read, under an hour
    without rain: told before a run begins."""
    asked: list[DrainageEngine] = ["swmm"]
    if "water" in facts.hazards:
        asked += [physics.engine for physics, _ in facts.rows(WaterPhysics) if physics.engine != "swmm"]
    try:
        text = with_storm(inp, [], 300, datetime(2000, 1, 1), 3600)
    except InpError as error:
        return error.problems
    return next((found for engine in asked if (found := refusals(engine, text))), ())


def _loops(inp: Inp, file: str) -> Found:
    """Sets of nodes that lead round and round, with no link out of them."""
    index = {node.name.upper(): i for i, node in enumerate(inp.nodes)}
    tail = np.array([index[link.start.upper()] for link in inp.links], int)
    head = np.array([index[link.end.upper()] for link in inp.links], int)
    size = len(inp.nodes)
    graph = csr_matrix((np.ones(len(tail)), (tail, head)), shape=(size, size))
    count, part = connected_components(graph, connection="strong")
    left = set(part[tail[part[tail] != part[head]]].tolist())
    sizes = np.bincount(part, minlength=count)
    for trap in sorted(set(range(count)) - left, key=lambda p: int(np.flatnonzero(part == p)[0])):
        if sizes[trap] < 2:
            continue
        nodes = [inp.nodes[i] for i in np.flatnonzero(part == trap)]
        links = [link for link, t, h in zip(inp.links, tail, head, strict=True) if part[t] == part[h] == trap]
        where = Where(file, "line", min(link.line for link in links))
        yield problem(where, "drains.loop", nodes=some([shown(node.name) for node in nodes]))
