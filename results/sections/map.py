"""The district on a map: with a slider on the screen, at chosen times on paper."""

from __future__ import annotations

from results.charts import NARROW, png
from results.content import Block, Figure, Map, Section
from results.language import both
from results.maps import layers, map_data, name_of, static_maps
from results.sections import Reading
from results.series import telling_times

ORDER = 20


def section(reading: Reading) -> Section | None:
    """The interactive map, then one sheet of small maps for each layer."""
    run = reading.run
    shown = layers(run)
    if not shown:
        return None
    rows = telling_times(run)
    blocks: list[Block] = [Map(both("figure.map"), map_data(run))]
    for layer in shown:
        caption = both("figure.static_map", n=len(rows), layer=name_of(layer), unit=layer.unit)
        picture = png(static_maps(run, layer, rows), dpi=130)
        narrow = png(static_maps(run, layer, rows, NARROW), dpi=190)
        blocks.append(Figure(f"map-{layer.key}", caption, picture, picture, (narrow, narrow)))
    return Section("map", both("section.map"), blocks)
