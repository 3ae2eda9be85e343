"""The command that says in which features of a layer many points lie."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from screening.atlas import read_atlas
from screening.atlas.pointing import read_points
from screening.cli.common import clear_errors, settings_of, zones_option
from screening.errors import InputError, Problem, suggest


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layer", required=True, help="Which layer: its id.")
@click.option("--crs", default=None, help="The coordinate system of FILE, where it does not say.")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="The CSV to write (standard output).")
@zones_option
@clear_errors
def place(file: Path, layer: str, crs: str | None, out: Path | None, zones: Path | None) -> None:
    """In which features of a layer the points of FILE lie, as CSV: number, longitude, latitude, code, name, class.

    As the layer is drawn, its tolerance left aside: a list for finding one's way. Whether a project may go there is said by
    `screening check`. A point in several features has several rows, one in none a row without a feature.
    """
    atlas = read_atlas(settings_of(None, zones).zones)
    found = atlas.layer(layer)
    if found is None:
        known = [one.id for one in atlas.layers]
        raise InputError(Problem(layer, "is no layer of this zone set", suggest(layer, known) or f"known: {known}"))
    if not found.features.shapes.areal:
        raise InputError(Problem(layer, "shows lines; points lie in areas", "name a layer of areas"))
    points = read_points(file, crs)
    rows, features = found.features.points.find(points)
    stream = out.open("w", encoding="utf-8", newline="") if out else sys.stdout
    try:
        writer = csv.writer(stream)
        writer.writerow(["number", "longitude", "latitude", "code", "name", "class"])
        names = (found.features.codes, found.features.names, found.features.unit_classes)
        start = 0
        for number, (longitude, latitude) in enumerate(points.tolist()):
            end = start
            while end < len(rows) and rows[end] == number:
                end += 1
            for feature in features[start:end].tolist() or [None]:
                said = ["", "", ""] if feature is None else [held[feature] or "" for held in names]
                writer.writerow([number, f"{longitude:.9f}", f"{latitude:.9f}", *said])
            start = end
    finally:
        if out:
            stream.close()
