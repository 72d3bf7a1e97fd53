"""A model as the routing kernel needs it."""

from __future__ import annotations

from simulation.drainage.inp import Inp
from simulation.drainage.native.curves import CurveBook, Ragged, SeriesBook
from simulation.drainage.native.inflows import read_inflows
from simulation.drainage.native.inlet_reading import read_inlets
from simulation.drainage.native.layout import Layout
from simulation.drainage.native.links import raised, read_conduits, read_links
from simulation.drainage.native.nodes import check_depths, read_nodes, read_outfalls, read_stores
from simulation.drainage.native.options import read_options
from simulation.drainage.native.regulators import Regulators
from simulation.drainage.native.rule_reading import RuleReader
from simulation.drainage.native.sections import SectionBook
from simulation.drainage.native.words import Words

_REFUSED = {
    "RDII": "inflow from rain into leaky sewers (RDII)",
    "GROUNDWATER": "groundwater",
}
"""Section -> what it asks for."""
_IGNORED = ("POLLUTANTS", "TREATMENT", "EVENTS")
"""Sections that change no water level of a storm."""


def read_layout(inp: Inp) -> Layout:
    """Everything the kernel needs. Raises InpError with every problem and everything that is not supported."""
    words = Words(inp)
    options = read_options(words)
    words.check()
    for section, what in _REFUSED.items():
        if (rows := inp.rows(section)) and words.option(f"IGNORE_{section}")[0] != "YES":
            words.refuse(rows[0].line, what)
    curves, series_book = CurveBook(words), SeriesBook(words, options.start)
    ragged, series = Ragged(), Ragged()
    book = SectionBook(words, curves)
    nodes = read_nodes(words)
    links = read_links(words, nodes, book)
    words.check()
    conduits = read_conduits(words, nodes, links, book, options)
    regulators = Regulators(words, links, book, curves, ragged)
    orifices = regulators.orifices()
    nodes = raised(nodes, links, orifices)
    check_depths(words, nodes)
    stores = read_stores(words, nodes, curves)
    outfalls = read_outfalls(words, nodes, curves, series_book, series)
    inflows = read_inflows(words, series_book, series)
    pumps, weirs, outlets = regulators.pumps(), regulators.weirs(), regulators.outlets()
    inlets = read_inlets(words, nodes, links, conduits, book, curves)
    rules = RuleReader(words, nodes, links, conduits, curves, series_book).read()
    words.check()
    return Layout(
        options=options,
        nodes=nodes,
        stores=stores,
        outfalls=outfalls,
        links=links,
        conduits=conduits,
        sections=book.sections(),
        pumps=pumps,
        orifices=orifices,
        weirs=weirs,
        outlets=outlets,
        curves=ragged.curves(),
        series=series.curves(),
        inflows=inflows,
        rules=rules,
        inlets=inlets,
        remarks=tuple(f"[{name}] is not used" for name in _IGNORED if inp.rows(name)),
    )
