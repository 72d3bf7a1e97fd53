"""Depots, stock, teams and equipment: published orders of magnitude, spread over the district by reason.

Published: 200 t of de-icer and 40+ machines (January 2022), 36 teams of 4,188 people (September, probably 2025),
4,500 sandbags in the city (July 2021), 70-72 pump trucks in the city (September 2025) and 12 in July 2021. Which
team has what, and where it stands, is not published: a reasoned spread, confidence C. Generators are published,
too, but no kind of the catalogue needs one.
"""

from __future__ import annotations

from typing import Any

from scenarios.jinshui.build.city import Office, nearest_office
from scenarios.jinshui.build.files import Files, table
from scenarios.jinshui.build.ground import bend, degrees
from scenarios.jinshui.build.roads import Roads

Row = dict[str, Any]

DEPOTS = (
    # id, Chinese, English, crossing, bays, salt t
    ("wenhua", "文化路环卫停车场", "Wenhua Rd sanitation yard", "文化路|农科路", 2, 24),
    ("nanyang", "南阳路市政养护站", "Nanyang Rd maintenance yard", "南阳路|黄家庵街", 2, 22),
    ("jingba", "经八路环卫所", "Jingba Rd sanitation yard", "经七路|政四街", 2, 32),
    ("weilai", "未来路排水养护站", "Weilai Rd drainage yard", "未来路|玉凤北街", 1, 16),
    ("beilin", "北林路除雪基地", "Beilin Rd snow base", "北林路|普惠路", 3, 46),
    ("guoji", "国基路环卫停车场", "Guoji Rd sanitation yard", "国基路|园田路", 2, 24),
    ("yangjin", "杨金路防汛物资库", "Yangjin Rd flood store", "杨金路|杨槐街", 1, 16),
    ("fenghuangtai", "凤凰台养护站", "Fenghuangtai yard", "商鼎路|凤台南路", 1, 12),
    ("longxiang", "龙翔街养护站", "Longxiang St yard", "众旺路|龙翔街", 1, 8),
)
GRIT = {"wenhua": 20, "nanyang": 15, "jingba": 15, "beilin": 30, "guoji": 20, "fenghuangtai": 10}
SANDBAGS = {"nanyang": 10, "jingba": 10, "weilai": 20, "guoji": 10, "yangjin": 30, "fenghuangtai": 10}
"""t, at 20 kg a bag 4,500 bags in all."""
DIESEL = 6

SANITATION = ("wenhua", "nanyang", "jingba", "beilin", "guoji", "yangjin", "fenghuangtai", "longxiang")
MAINTENANCE = ("nanyang", "beilin", "guoji")
DRAINAGE = ("weilai", "jingba", "nanyang", "yangjin")
STREET_DEPOT = {
    "jingbalu": "jingba", "huayuanlu": "wenhua", "renminlu": "jingba", "duling": "nanyang", "dashiqiao": "nanyang",
    "nanyanglu": "nanyang", "nanyangxincun": "nanyang", "wenhualu": "wenhua", "fengchanlu": "jingba",
    "dongfenglu": "wenhua", "beilinlu": "beilin", "weilailu": "weilai", "fenghuangtai": "fenghuangtai",
    "guojilu": "guoji", "yangjinlu": "yangjin", "fengqinglu": "guoji", "xingdalu": "guoji",
}  # fmt: skip
SWEEPERS = (
    "jingbalu",
    "huayuanlu",
    "wenhualu",
    "fengchanlu",
    "dongfenglu",
    "beilinlu",
    "weilailu",
    "guojilu",
)
"""Offices with a small machine for footways and lanes."""
ORDINALS = "一二三四五六七八"

PUMP_TRUCKS = {"pump-truck-3000": 1, "pump-truck-1500": 2}
"""Of each drainage team: with the four of the city's team a sixth and more of the 70-72 trucks of 2025."""
PUMP_TRUCKS_2021 = {
    "city-pump-pump-truck-3000": 1,
    "city-pump-pump-truck-1500": 1,
    "drain-1-pump-truck-3000": 1,
    "drain-2-pump-truck-1500": 1,
}
"""Every truck of July 2021 by row: a third of the city's twelve."""

SNOW, WATER = "plough;spread;haul", "pump;clear_inlet;close;guard"
STREET = "clear_footway;clear_inlet;sandbag;close;guard"


def fleet_files(roads: Roads, offices: list[Office]) -> Files:
    """fleet/depots.csv, stock.csv, teams.csv and equipment.csv."""
    teams, equipment = _teams_and_equipment(offices)
    team_columns = (
        "id", "name_zh", "name_en", "unit_zh", "unit_en", "tier", "office", "depot", "people", "skills", "callout",
        "muster_min", "callout_delay_min", "duty_from_h", "duty_to_h", "max_duty_h", "rest_h", "relief",
    )  # fmt: skip
    return {
        "fleet/depots.csv": _depots(roads, offices),
        "fleet/stock.csv": table(("depot", "material", "amount_t"), _stock()),
        "fleet/teams.csv": table(team_columns, teams),
        "fleet/equipment.csv": table(EQUIPMENT, equipment),
        "fleet/equipment-2021.csv": table(EQUIPMENT, _as_of_2021(equipment)),
    }


EQUIPMENT = ("id", "kind", "count", "team", "depot", "material")


def _as_of_2021(equipment: list[Row]) -> list[Row]:
    """The same with the pump trucks that there were in July 2021."""
    return [
        {**row, "count": PUMP_TRUCKS_2021.get(row["id"], row["count"])}
        for row in equipment
        if row["kind"] not in PUMP_TRUCKS or row["id"] in PUMP_TRUCKS_2021
    ]


def _depots(roads: Roads, offices: list[Office]) -> str:
    rows = []
    for id, zh, en, crossing, bays, _ in DEPOTS:
        plan = roads.crossing_of(crossing)
        lon, lat = degrees(bend((plan[0] + 45, plan[1] + 35)))
        rows.append(
            {
                "id": id,
                "name_zh": zh,
                "name_en": en,
                "lon": lon,
                "lat": lat,
                "office": nearest_office(offices, plan),
                "bays": bays,
            }
        )
    return table(("id", "name_zh", "name_en", "lon", "lat", "office", "bays"), rows)


def _stock() -> list[Row]:
    rows: list[Row] = []
    for id, *_, salt in DEPOTS:
        rows.append({"depot": id, "material": "salt", "amount_t": salt})
        for material, held in (("grit", GRIT), ("sandbag", SANDBAGS)):
            if id in held:
                rows.append({"depot": id, "material": material, "amount_t": held[id]})
        rows.append({"depot": id, "material": "diesel", "amount_t": DIESEL})
    return rows


def _teams_and_equipment(offices: list[Office]) -> tuple[list[Row], list[Row]]:
    teams: list[Row] = []
    equipment: list[Row] = []

    def team(id: str, zh: str, en: str, unit: tuple[str, str], **rest: Any) -> None:
        unit_names = {"unit_zh": unit[0], "unit_en": unit[1]}
        teams.append({"id": id, "name_zh": zh, "name_en": en, **unit_names, **rest})

    def machines(team_id: str, *kinds: tuple[str, int]) -> None:
        for kind, count in kinds:
            equipment.append({"id": f"{team_id}-{kind}", "kind": kind, "count": count, "team": team_id})

    city = ("郑州市城市管理局", "Zhengzhou urban management bureau")
    round_the_clock = {"muster_min": 30, "callout_delay_min": 30, "max_duty_h": 12, "rest_h": 8, "relief": 2}
    team("city-snow", "市快速路除雪队", "City expressway snow team", city,
         tier="city", depot="beilin", people=120, skills=SNOW, callout="IV", **round_the_clock)  # fmt: skip
    machines("city-snow", ("plough-spreader", 4))
    team("city-pump", "市应急排涝队", "City emergency pumping team", city,
         tier="city", depot="weilai", people=60, skills=WATER, callout="II", **round_the_clock)  # fmt: skip
    machines("city-pump", ("pump-truck-3000", 2), ("pump-truck-1500", 2))

    sanitation = ("金水区环境卫生服务中心", "Jinshui sanitation centre")
    for k, depot in enumerate(SANITATION):
        team(f"snow-{k + 1}", f"环卫除雪{ORDINALS[k]}队", f"Sanitation snow team {k + 1}", sanitation,
             tier="district", depot=depot, people=86, skills=SNOW, callout="IV", **round_the_clock)  # fmt: skip
        machines(
            f"snow-{k + 1}", ("plough-spreader", 1), ("spreader", 1), ("plough-3t", 1), ("roller-brush", 1)
        )

    maintenance = ("金水区市政工程养护中心", "Jinshui road maintenance centre")
    for k, depot in enumerate(MAINTENANCE):
        team(f"works-{k + 1}", f"市政抢险{ORDINALS[k]}队", f"Road works team {k + 1}", maintenance,
             tier="district", depot=depot, people=108, skills="plough;haul;close;guard", callout="IV",
             **round_the_clock)  # fmt: skip
        heavy = (("loader", 2), ("grader", 1)) if k < 2 else (("blower", 2), ("haul", 3))
        machines(f"works-{k + 1}", *heavy, ("barrier-squad", 2), ("patrol-car", 2))

    drainage = ("金水区排水设施养护中心", "Jinshui drainage centre")
    for k, depot in enumerate(DRAINAGE):
        team(f"drain-{k + 1}", f"排水抢险{ORDINALS[k]}队", f"Drainage team {k + 1}", drainage,
             tier="district", depot=depot, people=86, skills=WATER, callout="IV", **round_the_clock)  # fmt: skip
        machines(f"drain-{k + 1}", *PUMP_TRUCKS.items(), ("pump-180", 6),
                 ("vac-truck", 1), ("inlet-squad", 2))  # fmt: skip

    team("parks", "园林应急队", "Parks team", ("金水区园林中心", "Jinshui parks centre"),
         tier="district", depot="wenhua", people=150, skills="clear_footway;sandbag;guard", callout="III",
         muster_min=45, callout_delay_min=60, duty_from_h=7, duty_to_h=19, max_duty_h=12, rest_h=8,
         relief=2)  # fmt: skip
    machines("parks", ("snow-hand-squad", 4), ("sandbag-squad", 2))

    for office in offices:
        id = f"street-{office.id}"
        team(id, f"{office.zh}应急队", f"{office.en} street team", (f"{office.zh}办事处", f"{office.en} street office"),
             tier="street", office=office.id, depot=STREET_DEPOT[office.id], people=146, skills=STREET, callout="IV",
             muster_min=30, callout_delay_min=60, duty_from_h=6, duty_to_h=22, max_duty_h=12, rest_h=8,
             relief=2)  # fmt: skip
        machines(id, ("snow-hand-squad", 3), ("inlet-squad", 2), ("sandbag-squad", 1), ("barrier-squad", 1))
        if office.id in SWEEPERS:
            machines(id, ("footway-sweeper", 1))

    team("community", "社区志愿巡查队", "Community watch", ("金水区各社区", "Jinshui communities"),
         tier="community", depot="jingba", people=20, skills="guard;close", callout="III",
         muster_min=45, callout_delay_min=60, duty_from_h=7, duty_to_h=22, max_duty_h=10, rest_h=8,
         relief=2)  # fmt: skip
    machines("community", ("patrol-car", 4))
    return teams, equipment
