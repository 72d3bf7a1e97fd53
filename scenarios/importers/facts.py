"""What the figures of an import are called."""

from simulation.model import Name


def _name(zh: str, en: str) -> Name:
    return Name(zh=zh, en=en)


FACTS = {
    "segments": _name("路段", "road segments"),
    "km": _name("道路长度（km）", "length of roads, km"),
    "places": _name("重要地点和积水点", "places"),
    "depots": _name("场站", "depots"),
    "machines": _name("机械和班组", "machines and squads"),
    "people": _name("人员", "people"),
    "nodes": _name("排水节点", "drain nodes"),
    "links": _name("管渠、泵、堰等", "links (pipes, pumps, weirs ...)"),
    "subcatchments": _name("汇水区", "subcatchments"),
    "low_points": _name("其中成为路段低点", "of these low points of roads"),
    "waterlogging_points": _name("积水点", "waterlogging points"),
    "pumping_stations": _name("泵站", "pumping stations"),
    "flooded_m3": _name(
        "设计暴雨溢流，无人处置（m3）", "overflow of the design cloudburst, nobody acting, m3"
    ),
}
"""By key of ``Report.facts``. What is left out and assumed (``km_left_out.*``, ``km_assumed.*``) is told in notes."""
