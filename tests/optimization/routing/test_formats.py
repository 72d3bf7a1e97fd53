"""Benchmark files of each format: read rightly, solved to the best, checked against the file; bad ones refused."""

from __future__ import annotations

import itertools
import re

import pytest

from optimization.routing.formats import BadFile, read
from optimization.routing.graph import instance, served
from optimization.routing.instance import BadInstance
from optimization.routing.search import search
from tests.optimization.routing.instances import best, walked
from tests.optimization.routing.verifier import verify

PLAIN = "4\n5\n0 1 3 2\n1 2 4 3\n2 3 2 2\n3 0 5 0\n0 2 6 1\n2\n5\n20\n30\n"

CARPLIB = """ NOMBRE : square
 COMENTARIO : 10000 (cota superior)
 VERTICES : 4
 ARISTAS_REQ : 4
 ARISTAS_NOREQ : 1
 VEHICULOS : 2
 CAPACIDAD : 5
 TIPO_COSTES_ARISTAS : EXPLICITOS
 COSTE_TOTAL_REQ : 15
 LISTA_ARISTAS_REQ :
 ( 1, 2)  coste 3 demanda 2
 ( 2, 3)  coste 4 demanda 3
 ( 3, 4)  coste 2 demanda 2
 ( 1, 3)  coste 6 demanda 1
 LISTA_ARISTAS_NOREQ :
 ( 4, 1)  coste 5
 DEPOSITO :   1
"""

ONE_WAY = """NAME : mixed
NODES : 4
REQ_EDGES : 2
REQ_ARCS : 2
NOREQ_ARCS : 1
CAPACITY : 5
LIST_REQ_EDGES :
(1,2) serv_cost 7 trav_cost 3 demand 2
(3,4) serv_cost 2 trav_cost 2 demand 2
LIST_REQ_ARCS :
(2,3) trav_cost 4 demand 3
(1,3) trav_cost 6 demand 1
LIST_NOREQ_ARCS :
(4,1) trav_cost 5
DEPOT : 1
"""

MIXED = """Name:\t\tsquare
Optimal value:\t31
#Vehicles:\t-1
Capacity:\t5
Depot Node:\t1
#Nodes:\t\t4
#Edges:\t\t3
#Arcs:\t\t2

ReN.\tDEMAND\tS. COST
N4\t1\t1

ReE.\tFROM N.\tTO N.\tT. COST\tDEMAND\tS. COST
E1\t1\t2\t3\t2\t1
E2\t3\t4\t2\t2\t1

EDGE\tFROM N.\tTO N.\tT. COST
NrE1\t4\t1\t5

ReA.\tFROM N.\tTO N.\tT. COST\tDEMAND\tS. COST
A1\t2\t3\t4\t3\t1

ARC\tFROM N.\tTO N.\tT. COST
NrA1\t1\t3\t6
"""


def turning(forbidden: tuple[tuple[int, int, int], ...] = (), u_turn: int = 50) -> str:
    """The square with turn penalties; node 2 to 3 is one-way."""
    edges, arcs = [(1, 2, 2, 3), (3, 4, 2, 2), (4, 1, 0, 5), (1, 3, 1, 6)], [(2, 3, 3, 4)]
    links = [*((a, b) for a, b, *_ in edges + arcs), *((b, a) for a, b, *_ in edges)]
    turns = [
        (i, j, k, u_turn if i == k else 2 if (i + j + k) % 2 else 0)
        for (i, j), (h, k) in itertools.product(links, links)
        if h == j and (i, j, k) not in forbidden
    ]
    parts = [
        "Name:\tsquare-TP",
        "#Vehicles:\t3",
        "Capacity:\t5",
        "Depot:\t1",
        "#Nodes:\t4",
        f"#Nb-Turns:\t{len(turns)}",
        "",
    ]
    parts += [
        "----------NODES----------",
        "INDEX\tQTY\tIS-REQUIRED\tX\tY",
        *(f"{i}\t0\t0\t1.5\t2.5" for i in range(1, 5)),
        "",
    ]
    parts += ["----------EDGES----------", "INDEX-I\tINDEX-J\tQTY\tIS-REQUIRED\tTR-COST"]
    parts += [f"{a}\t{b}\t{q}\t{int(q > 0)}\t{c}" for a, b, q, c in edges]
    parts += ["", "-----------ARCS----------", "INDEX-I\tINDEX-J\tQTY\tIS-REQUIRED\tTR-COST"]
    parts += [f"{a}\t{b}\t{q}\t{int(q > 0)}\t{c}" for a, b, q, c in arcs]
    parts += ["", "----------TURNS----------", "INDEX-I\tINDEX-J INDEX-K\tCOST TYPE"]
    return "\n".join([*parts, *(f"{i}\t{j}\t{k}\t{c}\tL" for i, j, k, c in turns)]) + "\n"


FILES = {
    "plain": PLAIN, "carplib": CARPLIB, "one-way": ONE_WAY, "mixed": MIXED, "turns": turning(),
    "barred": turning(((2, 3, 1), (3, 4, 1)), 9),
}  # fmt: skip


def solved(tmp_path, text):
    path = tmp_path / "square.dat"
    path.write_text(text, encoding="utf-8")
    graph = read(path)
    given = instance(graph)
    found = search(given, iterations=300)
    return graph, given, found


@pytest.mark.parametrize("name", FILES)
def test_each_format_is_solved_to_the_best_and_holds_against_the_file(tmp_path, name):
    graph, given, found = solved(tmp_path, FILES[name])
    assert found.cost == walked(given, found.routes) == best(given)
    assert verify(FILES[name], served(graph, found.routes)) == found.cost


def test_the_same_graph_costs_the_same_in_either_format(tmp_path):
    assert solved(tmp_path, PLAIN)[2].cost == solved(tmp_path, CARPLIB)[2].cost


def test_one_way_streets_and_costs_of_service_count(tmp_path):
    graph, given, found = solved(tmp_path, ONE_WAY)
    assert [street.one_way for street in graph.streets] == [False, False, True, True, True]
    assert given.service.tolist() == [7, 2, 4, 6]
    assert all((3, 2) not in route and (3, 1) not in route for route in served(graph, found.routes))


def test_a_street_from_which_there_is_no_way_home_is_named(tmp_path):
    path = tmp_path / "trap.dat"
    path.write_text(MIXED.replace("NrE1\t4\t1\t5\n", "NrE1\t1\t1\t5\n"), encoding="utf-8")
    with pytest.raises(BadInstance, match=r"no vehicle can serve task 1 .*no way there"):
        instance(read(path))


def test_turns_cost_and_those_not_listed_are_not_made(tmp_path):
    free, barred = (solved(tmp_path, turning(forbidden)) for forbidden in ((), ((2, 3, 1),)))
    assert (free[2].cost, barred[2].cost) == (26, 29) and free[0].vehicles == 3
    no_through = ((3, 4, 1), (1, 4, 3))
    turned = [solved(tmp_path, turning(no_through, u_turn))[2].cost for u_turn in (1, 10)]
    assert turned[1] - turned[0] == 9, "the dead end is left by one U-turn, at its cost"


def test_the_longest_trip_of_a_file_is_kept(tmp_path):
    limited = ONE_WAY.replace("CAPACITY : 5", "CAPACITY : 9\nMAX_TRIP : 26")
    _, free, long = solved(tmp_path, ONE_WAY.replace("CAPACITY : 5", "CAPACITY : 9"))
    _, given, short = solved(tmp_path, limited)
    assert max(free.duration(r) for r in long.routes) > 26 >= max(given.duration(r) for r in short.routes)


def test_what_a_file_says_of_fleet_and_optimum_is_kept(tmp_path):
    graph, given, _ = solved(tmp_path, MIXED)
    assert (graph.optimum, graph.vehicles, graph.posts) == (31, None, [(3, 1)])
    assert given.demand.tolist() == [2, 2, 3, 1]


def test_the_verifier_finds_what_is_wrong(tmp_path):
    graph, _, found = solved(tmp_path, ONE_WAY)
    routes = served(graph, found.routes)
    with pytest.raises(AssertionError, match="not served"):
        verify(ONE_WAY, routes[1:])
    with pytest.raises(AssertionError, match="needs no more service"):
        verify(ONE_WAY, [*routes, routes[0]])
    with pytest.raises(AssertionError, match="needs no more service that way"):
        verify(ONE_WAY, [[(b, a) for a, b in route] for route in routes])
    with pytest.raises(AssertionError, match="carries 8, more than 5"):
        verify(ONE_WAY, [[pair for route in routes for pair in route]])
    blocked = turning(((1, 2, 3),))
    with pytest.raises(AssertionError, match="no way"):
        verify(blocked, [[(1, 2), (2, 3)]])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "bad.dat:1: is in none of the formats known; see"),
        ("hello : 3", "bad.dat:1: is in none of the formats known"),
        (PLAIN.replace("1 2 4 3", "1 9 4 3"), "bad.dat:4: there is no node 9; nodes are numbered from 0 to 3"),
        (PLAIN.replace("1 2 4 3", "1 2 4.5 3"), "bad.dat:4: '4.5' holds what is not a whole number"),
        (PLAIN[:30], "ends before its 5 edges"),
        (PLAIN.replace("1 2 4 3", "1 2 4 6"), "street 1-2 has the demand 6, more than the capacity 5"),
        (PLAIN.replace("1 2 4 3", "1 2 -4 3"), "street 1-2 has a cost or demand below 0"),
        (CARPLIB.replace("demanda 3", "demanda x"), "bad.dat:12: '.*' lacks its cost or its demand; write '"),
        (CARPLIB.replace("coste 4 dem", "costa 4 dem"), "bad.dat:12: unknown word 'costa'; write '"),
        (CARPLIB.replace("ARISTAS_REQ : 4", "ARISTAS_REQ : 5"), "bad.dat:4: ARISTAS_REQ says 5, but 4 are listed"),
        (CARPLIB.replace(" CAPACIDAD : 5\n", ""), "there is no line 'CAPACIDAD : number'; add it"),
        (CARPLIB.replace("CAPACIDAD : 5", "CAPACIDAD : much"), "bad.dat:7: CAPACIDAD is 'much'; write a whole number"),
        (CARPLIB.replace("( 2, 3)", "( 2, 7)"), "there is no node 7; nodes are numbered from 1 to 4"),
        (CARPLIB.replace("LISTA_ARISTAS_NOREQ", "LISTA_CALLES"), "bad.dat:15: unknown list 'CALLES'; lists are"),
        (ONE_WAY.replace("NODES", "DUMPING_SITES : 3\nNODES"), "bad.dat:2: has places to unload on the way"),
        (MIXED.replace("A1\t2\t3\t4\t3\t1", "A1\t2\t3"), "bad.dat:21: '2 3' has 2 of 4 numbers; write 'A1 from to"),
        (MIXED.replace("NrA1\t1\t3", "NrA1\t0\t3"), "bad.dat:24: there is no node 0"),
        (turning().replace("--TURNS--", "--CURVES--"), "unknown section 'CURVES'; sections are NODES, EDGES"),
        (turning().replace("1\t2\t2\t1\t3", "1\t2\t2\t1"), "has 4 of 5 numbers; write 'from to quantity"),
        (PLAIN.replace("0 1 3 2", "0 1 3 0").replace("1 2 4 3", "1 2 4 0").replace("2 3 2 2", "2 3 2 0")
         .replace("0 2 6 1", "0 2 6 0"), "nothing needs service; give streets a demand"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_line_and_hint(tmp_path, text, words):
    path = tmp_path / "bad.dat"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=words):
        read(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(BadFile, match=re.escape("none.dat: cannot be read (No such file or directory)")):
        read(tmp_path / "none.dat")
