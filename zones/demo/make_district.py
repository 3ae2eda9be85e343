"""Writes the invented county 示范县 (Demo County) as a zone set: atlas.yaml, layers/*.geojson and their cards.

    python zones/demo/make_district.py [--out DIRECTORY]

Twice the same bytes: every shape has a seed of its own (its name) and is cut on one grid of 1e-7 degree (shapes.py).
What lies where is in county.py. Nothing here is a real place.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from county import Layer, district
from shapes import geojson

SAYS_ZH: Final = "虚构数据：示范县为演示而编造，并无其地，不得用于任何实际决策"
SAYS_EN: Final = "Invented data: Demo County was made up for demonstration; must not be used for real decisions"
ABSENT: Final = (
    *("national_park_core", "national_park_general", "scenic_area", "scenic_core", "sea_area", "mangrove"),
    *("uninhabited_island", "karst_spring", "taihu_ring", "basin_huaihe", "basin_yellow_river", "basin_taihu"),
    *("natural_park", "qinghai_tibet", "black_soil", "world_heritage"),
    *("general_ecological_space", "water_conservation_area", "soil_conservation_area", "biodiversity_area"),
    *("air_priority", "air_high_emission", "air_receptor", "air_layout", "air_weak_diffusion"),
    *("forest_land", "grassland", "groundwater_priority", "groundwater_ban"),
    *("groundwater_limit", "region_permit_suspension", "contaminated_land", "desert_closed_area", "landslide_zone"),
    *("soil_erosion_area", "wildlife_habitat", "airport_noise_ban", "nuclear_restricted", "aquatic_germplasm"),
    *("key_ecological_function", "heating_network"),
)


def write(out: Path) -> None:
    """The whole zone set under `out`."""
    folder = out / "layers"
    folder.mkdir(parents=True, exist_ok=True)
    layers = list(district())
    for layer in layers:
        (folder / f"{layer.id}.geojson").write_bytes(features(layer).encode())
        (folder / f"{layer.id}.card.yaml").write_bytes(card(layer).encode())
    (out / "atlas.yaml").write_bytes(atlas(layers).encode())


def features(layer: Layer) -> str:
    """The layer's data, one feature a line."""
    rows = [
        f'{{"type":"Feature","properties":{{{properties(values)}}},"geometry":{geojson(geometry)}}}'
        for values, geometry in layer.features
    ]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(rows) + "\n]}\n"


def properties(values: Mapping[str, str]) -> str:
    return ",".join(f'"{key}":"{value}"' for key, value in values.items())


def card(layer: Layer) -> str:
    return f"""id: {layer.id}
title: {{zh: {layer.zh}, en: "{layer.en}"}}
kind: {layer.kind}
geometry: {layer.geometry}
data: {layer.id}.geojson
crs: EPSG:4490
tolerance: {layer.tolerance}
source:
  zh: {SAYS_ZH}
  en: "{SAYS_EN}"
as_of: 2019-01-01
stale_after: 2032-01-01
in_force: {{from: 2019-01-01, until: }}
licence: CC0-1.0
complete_within: {layer.within}
features: {len(layer.features)}
attributes: {{{layer.attributes}}}
"""


def atlas(layers: list[Layer]) -> str:
    listed = "".join(f"  - layers/{layer.id}.card.yaml\n" for layer in layers)
    absent = "".join(f'  - {{kind: {kind}, source: "{SAYS_ZH}. {SAYS_EN}"}}\n' for kind in ABSENT)
    return f"""id: demo
title: {{zh: 示范县（虚构）, en: Demo County (invented)}}
note:
  zh: {SAYS_ZH}
  en: "{SAYS_EN}"
invented: yes
layers:
{listed}absent:
{absent}"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes the invented district 示范县 as a zone set.")
    here = Path(__file__).resolve().parent
    parser.add_argument("--out", type=Path, default=here, help="where to write (default: beside this script)")
    write(parser.parse_args().out)


if __name__ == "__main__":
    main()
