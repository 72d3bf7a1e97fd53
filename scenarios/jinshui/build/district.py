"""All generated files of the district, in memory."""

from __future__ import annotations

from scenarios.jinshui.build.city import city_files, offices, sites, with_duties
from scenarios.jinshui.build.files import Files
from scenarios.jinshui.build.fleet import fleet_files
from scenarios.jinshui.build.roads import build_roads
from scenarios.jinshui.build.storms import storm_files
from scenarios.jinshui.build.streets import streets, structures


def district_files() -> Files:
    """Text by path below ``scenarios/jinshui``."""
    roads = build_roads(streets(), structures())
    all_offices, all_sites = offices(), sites(roads)
    roads = with_duties(roads, all_sites, all_offices)
    return {
        **city_files(roads, all_sites, all_offices, {}),
        **fleet_files(roads, all_offices),
        **storm_files(),
    }
