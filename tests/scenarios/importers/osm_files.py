"""Small OpenStreetMap files, written by hand for one test each."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

Tags = Mapping[str, str]
LON, LAT, STEP = 24.94, 60.17, 0.002


def point(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a grid point; a step is about 110 m east and 220 m north."""
    return LON + x * STEP, LAT + y * STEP


def write_osm(
    path: Path,
    nodes: Mapping[int, tuple[float, float]],
    ways: Iterable[tuple[int, list[int], Tags]],
    points: Iterable[tuple[int, tuple[float, float], Tags]] = (),
) -> Path:
    """An .osm file: nodes and points by grid position, ways by node ids and tags."""
    lines = ['<osm version="0.6">']
    for number, place in nodes.items():
        lon, lat = point(*place)
        lines.append(f'<node id="{number}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"/>')
    for number, place, tags in points:
        lon, lat = point(*place)
        lines.append(f'<node id="{number}" version="1" lon="{lon:.7f}" lat="{lat:.7f}">{_tags(tags)}</node>')
    for number, refs, tags in ways:
        members = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{number}" version="1">{members}{_tags(tags)}</way>')
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
