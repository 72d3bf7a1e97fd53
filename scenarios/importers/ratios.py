"""Published ratios that size a first fleet, each with its source and its confidence."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.model import Name


@dataclass(frozen=True)
class Ratio:
    """A number that sizes the fleet, and where it comes from."""

    value: float
    source: Name


def _ratio(value: float, zh: str, en: str) -> Ratio:
    return Ratio(value, Name(zh=zh, en=en))


RATIOS = {
    "km_per_plough": _ratio(
        20,
        "规划指南每 20 km 一台大型除雪车（jswai.com，可信度低）；锡拉丘兹 754 km 出动 22–28 台，即 27–34 km 一台"
        "（A，实测）",
        "a planning guide has one large plough for 20 km (jswai.com, low); Syracuse NY fields 22-28 trucks on 754 "
        "km, one for 27-34 km (A, measured)",
    ),
    "ploughs_per_haul_set": _ratio(
        2.3,
        "二七区 2018 年 8 台撒布车配 14 台运雪车（A），一套为装载机加 4 台运雪车",
        "Erqi district 2018 had 14 haul trucks beside 8 spreaders (A); a set is a loader with 4 trucks",
    ),
    "deicer_first_g_m2": _ratio(
        27,
        "缅因州交通厅：路温 -2.2 至 -6.7 °C 时首遍 19–27 g/m2（A），设计降雪时 -4 至 -6 °C，取上限",
        "MaineDOT's first pass at -2.2 to -6.7 degC is 19-27 g/m2 (A); the design snowfalls fall at -4 to -6 degC, so "
        "the upper end is taken",
    ),
    "deicer_later_g_m2": _ratio(
        23, "以后各遍 15–23 g/m2（A），同样取上限", "its later passes are 15-23 g/m2 (A), the upper end again"
    ),
    "deicer_passes_main": _ratio(
        3,
        "12 h 降雪，3–4 h 一轮（MDSS 一轮约 3 h，A），主次干路计 3 遍（推算）",
        "12 h of snow in rounds of 3-4 h (MDSS has rounds of 3 h, A) give three on main roads (computed)",
    ),
    "deicer_passes_other": _ratio(
        2,
        "其余道路计 2 遍（推算）",
        "two on all other roads (computed)",
    ),
    "deicer_storms": _ratio(
        2,
        "济南按“两场大雪”储备（A，epaper.qlwb.com.cn 2012-12-15）；其储备每场折合 12.6 g/m2（A，推算），比这里少得多："
        "国内通常重点撒桥梁、匝道、坡道和路口，本程序的车队则整条路段都撒",
        "Jinan stocks for 'two snowstorms' (A, epaper.qlwb.com.cn 2012-12-15); its stock comes to 12.6 g/m2 a storm "
        "(A, computed), far less than here: Chinese practice salts bridges, ramps, slopes and junctions above all, "
        "while crews here salt whole roads",
    ),
    "deicer_reserve": _ratio(
        1.1,
        "另加一成余量（设定，无来源）：使本程序算出的每场设计降雪用量不超过储备的一半",
        "a tenth is added in reserve (a setting without source), so that either design snowfall takes at most half of "
        "the stock in this program's own runs",
    ),
    "depot_radius_km": _ratio(
        3,
        "规划指南：场站服务半径不超过 3 km（jswai.com，可信度低）",
        "a planning guide has a service radius of at most 3 km (jswai.com, low)",
    ),
    "ploughs_per_depot": _ratio(
        4,
        "每处场站至少 4 台除雪车（设定，无来源）",
        "a yard has at least 4 ploughs (a setting without source)",
    ),
    "ploughs_per_bay": _ratio(
        4, "每个装料位 4 台车（设定，无来源）", "4 ploughs share a loading bay (a setting without source)"
    ),
    "trucks_per_point": _ratio(
        0.3,
        "郑州 2025-09-11：237 个积水点出动 70 台排水车（V）",
        "Zhengzhou had 70 pump trucks at 237 waterlogging points on 2025-09-11 (V)",
    ),
    "pumps_per_truck": _ratio(
        4, "芜湖 2025：68 台排水车、274 台移动泵（V）", "Wuhu 2025 has 274 pumps and 68 pump trucks (V)"
    ),
    "points_per_inlet_squad": _ratio(
        1,
        "郑州 2025-09-10：200 余处 854 人，每处 4.3 人（D），其中 2 人清掏",
        "Zhengzhou had 854 people at 200+ points on 2025-09-10, 4.3 at each (D): two clear inlets",
    ),
    "points_per_barrier_squad": _ratio(
        2, "其余每两处一个 4 人封控班（同上，D）", "the others make a barrier squad of 4 for two points (D)"
    ),
    "points_per_sandbag_squad": _ratio(
        8, "每 8 处一个沙袋班（设定，无来源）", "8 points share a sandbag squad (a setting without source)"
    ),
    "bags_per_truck": _ratio(
        375,
        "郑州 2021-07-20：12 台排水车、4500 只沙袋（V）",
        "Zhengzhou had 4,500 sandbags beside 12 pump trucks on 2021-07-20 (V)",
    ),
    "relief": _ratio(2, "两班轮换（设定，无来源）", "two shifts take turns (a setting without source)"),
}
"""Confidence as in the field notes: A read in the source, V seen in one outlet, D derived, low = a guide of
unknown weight."""
