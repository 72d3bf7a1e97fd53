"""What OpenStreetMap tags mean for clearing and closing roads, and what stands in where a tag is missing.

Every default is in `CLASSES`; each column says where it comes from:

- class and priority: the OSM road classes of China (trunk 快速路, primary 主干路, secondary 次干路, tertiary
  支路, wiki Key:highway:CN) against the order Zhengzhou names: expressways, trunk roads and ramps first,
  minor streets last (163.com KKHHAEEQ0530SFQ0). Which class gets which priority is a setting.
- speed: middle of the design speeds of CJJ 37-2012 as wiki Key:highway:CN lists them (expressway 100/80/60,
  arterial 60/50/40, secondary 50/40/30, branch 40/30/20 km/h); motorway 100 of JTG B01 (120/100/80);
  living_street 10 and service 15 as OSRM's profiles/car.lua. Ramps: a setting without source.
- lanes a direction: SUMO's data/typemap/osmNetconvert.typ.xml.
- lane width: CJJ 37-2012 table 5.3.2, lanes that lorries use: 3.75 m above 60 km/h, else 3.5 m.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from simulation.model import Name, RoadClass, Structure

Tags = Mapping[str, str]


@dataclass(frozen=True)
class RoadDefaults:
    """What a road of a class is taken to be where its tags do not say."""

    road_class: RoadClass
    priority: int
    speed_kmh: float
    lanes: int
    """Motor lanes of one direction."""
    zh: str
    en: str


CLASSES: dict[str, RoadDefaults] = {
    "motorway": RoadDefaults("expressway", 1, 100, 2, "高速公路", "motorway"),
    "motorway_link": RoadDefaults("expressway", 1, 40, 1, "高速公路匝道", "motorway ramp"),
    "trunk": RoadDefaults("expressway", 1, 80, 2, "快速路", "trunk road"),
    "trunk_link": RoadDefaults("expressway", 1, 40, 1, "快速路匝道", "trunk road ramp"),
    "primary": RoadDefaults("arterial", 1, 50, 2, "主干路", "primary road"),
    "primary_link": RoadDefaults("arterial", 1, 30, 1, "主干路匝道", "primary road ramp"),
    "secondary": RoadDefaults("secondary", 2, 40, 1, "次干路", "secondary road"),
    "secondary_link": RoadDefaults("secondary", 2, 30, 1, "次干路匝道", "secondary road ramp"),
    "tertiary": RoadDefaults("local", 3, 40, 1, "支路", "tertiary road"),
    "tertiary_link": RoadDefaults("local", 3, 30, 1, "支路匝道", "tertiary road ramp"),
    "unclassified": RoadDefaults("local", 3, 30, 1, "一般道路", "minor road"),
    "residential": RoadDefaults("local", 4, 30, 1, "街巷", "residential street"),
    "living_street": RoadDefaults("local", 4, 10, 1, "生活街道", "living street"),
    "road": RoadDefaults("local", 4, 30, 1, "未分类道路", "unclassed road"),
    "service": RoadDefaults("local", 4, 15, 1, "内部道路", "service road"),
}
"""By value of ``highway``; what is not here carries no ploughs or pump trucks."""

PUBLIC = tuple(name for name in CLASSES if name != "service")
"""The default choice: service roads are mostly yards, drives and car parks, which no district clears."""

ONEWAY_IMPLIED = ("motorway", "motorway_link")
NO_ENTRY = ("no", "private", "agricultural", "forestry", "military")
ZONES_KMH = {
    "urban": 50.0, "rural": 80.0, "motorway": 120.0, "trunk": 100.0, "expressway": 100.0,
    "living_street": 10.0, "bicycle_road": 30.0,
    "nsl_single": 96.56, "nsl_dual": 112.65, "nsl_restricted": 48.28,
}  # fmt: skip
"""Limits behind country words such as ``DE:urban``: the commonest value over countries (wiki Key:maxspeed);
rural and trunk differ most."""
COUNTRY_KMH = {"ru:urban": 60.0, "by:urban": 60.0, "be-bru:urban": 30.0, "at:rural": 100.0, "de:rural": 100.0}
"""Exceptions to `ZONES_KMH` (osmose-backend, TagFix_Maxspeed)."""
UNITS_KMH = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
UNITS_M = {"": 1.0, "m": 1.0, "ft": 0.3048, "'": 0.3048}
TOP_SPEED_KMH = 144.0
"""The model's bound; a German motorway without limit keeps its class default."""

_QUANTITY = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([a-z/']*)\s*\"?\s*")


def quantity(text: str | None, units: Mapping[str, float]) -> float | None:
    """The first number of a tag in the base unit of ``units``, or None where the tag is no quantity."""
    match = _QUANTITY.fullmatch((text or "").split(";")[0].lower())
    if not match or match[2] not in units:
        return None
    return float(match[1].replace(",", ".")) * units[match[2]]


def speed_limit(text: str | None) -> float | None:
    """km/h of a ``maxspeed`` tag: numbers with units, and country words (``RO:urban``, ``DE:zone:30``); None
    where it gives no figure (``none``, ``signals``) or cannot be read."""
    if text is None:
        return None
    if (value := quantity(text, UNITS_KMH)) is not None:
        return value if 0 < value <= TOP_SPEED_KMH else None
    word = text.strip().lower()
    if word == "walk":
        return ZONES_KMH["living_street"]
    if word in COUNTRY_KMH:
        return COUNTRY_KMH[word]
    zone = word.partition(":")[2]
    if match := re.fullmatch(r"(?:zone:?)?(\d+)", zone):
        return float(match[1]) or None
    return ZONES_KMH.get(zone)


def oneway(tags: Tags) -> int:
    """1 along the way, -1 against it, 0 both ways (reversible lanes count as both)."""
    value = tags.get("oneway", "")
    if value in ("yes", "1", "true"):
        return 1
    if value in ("-1", "reverse"):
        return -1
    if value:
        return 0
    implied = tags.get("junction") in ("roundabout", "circular") or tags.get("highway") in ONEWAY_IMPLIED
    return 1 if implied else 0


def lane_count(tags: Tags) -> int | None:
    """Lanes of both directions together, 1-16, or None where no tag says."""
    total = quantity(tags.get("lanes"), {"": 1.0})
    if total is None:
        sides = [quantity(tags.get(f"lanes:{side}"), {"": 1.0}) for side in ("forward", "backward")]
        total = sum(side for side in sides if side) or None
    return None if total is None or not 1 <= math.ceil(total) <= 16 else math.ceil(total)


def default_lanes(tags: Tags) -> int:
    """Lanes of both directions together that a road of this class has."""
    return CLASSES[tags["highway"]].lanes * (1 if oneway(tags) else 2)


def lane_width(speed_kmh: float) -> float:
    """m of one lane (CJJ 37-2012 table 5.3.2)."""
    return 3.75 if speed_kmh > 60 else 3.5


def carriageway_width(tags: Tags) -> float | None:
    """m of a ``width`` tag (m or feet) within 2-120, or None."""
    width = quantity(tags.get("width"), UNITS_M)
    return width if width is not None and 2 <= width <= 120 else None


def structure(tags: Tags) -> Structure:
    """Bridge, tunnel or underpass.

    A culvert carries water under the road, and a passage through a building lies at grade: neither is a road
    tunnel. A covered road below ground is an underpass.
    """
    if tags.get("bridge", "no") != "no":
        return "bridge"
    tunnel = tags.get("tunnel", "no")
    covered = tunnel == "covered" or tags.get("covered", "no") != "no"
    if tunnel in ("no", "culvert", "building_passage"):
        return "underpass" if covered and tags.get("layer", "").startswith("-") else "none"
    return "underpass" if covered else "tunnel"


def open_to_motors(tags: Tags) -> bool:
    """False on private ways and where motor vehicles, buses too, may never go."""
    if any(tags.get(key) in ("yes", "designated", "permissive") for key in ("bus", "psv")):
        return True
    for key in ("motorcar", "motor_vehicle", "vehicle", "access"):
        if key in tags:
            return tags[key] not in NO_ENTRY
    return True


def place_name(tags: Tags) -> Name | None:
    """Name in Chinese and English; the local name stands in for the one that is missing. None if unnamed."""
    local = tags.get("name", "").strip()
    zh = (
        tags.get("name:zh")
        or tags.get("name:zh-Hans")
        or local
        or tags.get("name:en")
        or tags.get("int_name")
    )
    en = tags.get("name:en") or tags.get("int_name") or local or zh
    return Name(zh=zh, en=en) if zh and en else None


def road_name(tags: Tags) -> Name | None:
    """Name, or number where it has none; None where it has neither."""
    ref = tags.get("ref", "").strip()
    return place_name(tags) or (Name(zh=ref, en=ref) if ref else None)


def unnamed(tags: Tags) -> Name:
    """What a road without name and number is called."""
    default = CLASSES[tags["highway"]]
    return Name(zh=f"未命名{default.zh}", en=f"unnamed {default.en}")
