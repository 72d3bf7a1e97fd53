"""All generated files of the district, in memory."""

from __future__ import annotations

from dataclasses import replace

from scenarios.jinshui.build.city import city_files, offices, replace_pieces, sites, with_duties
from scenarios.jinshui.build.drains import build_drains, low_point
from scenarios.jinshui.build.files import Files
from scenarios.jinshui.build.fleet import fleet_files
from scenarios.jinshui.build.inp import inp_text
from scenarios.jinshui.build.roads import build_roads
from scenarios.jinshui.build.storms import storm_files
from scenarios.jinshui.build.streets import streets, structures


def district_files() -> Files:
    """Text by path below ``scenarios/jinshui``."""
    roads = build_roads(streets(), structures())
    all_offices, all_sites = offices(), sites(roads)
    roads = with_duties(roads, all_sites, all_offices)
    drains = build_drains(roads, all_sites)
    pieces = [replace(piece, low_point=low_point(drains, roads, piece)) for piece in roads.pieces]
    roads = replace_pieces(roads, pieces)
    return {
        **city_files(roads, all_sites, all_offices, {*drains.sags, *drains.pits}),
        "city/drains.inp": inp_text(drains),
        **fleet_files(roads, all_offices),
        **storm_files(),
    }
