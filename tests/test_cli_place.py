"""`screening zones place`: which unit each of many points lies in, as drawn."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyproj import Transformer

from screening.cli import main

PLACES = [(112.38956, 29.98312), (112.26527, 29.98), (100.0, 40.0)]


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(main, ["zones", "place", *map(str, args)])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_point_of_a_table_is_told_its_unit_or_that_it_has_none(tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text("经度,纬度\n" + "".join(f"{east},{north}\n" for east, north in PLACES), encoding="utf-8")
    found = rows(run(file, "--layer", "control-units").stdout)
    assert [row["number"] for row in found] == ["0", "1", "2"]
    assert found[0]["code"].startswith("ZH429901") and found[0]["class"]
    assert found[2]["code"] == ""


def test_points_in_metres_of_a_stated_plane_lie_where_their_degrees_do(tmp_path: Path) -> None:
    plane = Transformer.from_crs("EPSG:4490", "EPSG:4546", always_xy=True)
    file, degrees, out = tmp_path / "metres.csv", tmp_path / "degrees.csv", tmp_path / "out.csv"
    file.write_text("东坐标,北坐标\n" + "".join("{:.4f},{:.4f}\n".format(*plane.transform(*one)) for one in PLACES[:2]))
    degrees.write_text("经度,纬度\n" + "".join(f"{east},{north}\n" for east, north in PLACES[:2]))
    done = run(file, "--layer", "control-units", "--crs", "EPSG:4546", "--out", out)
    assert done.exit_code == 0, done.output
    told, known = rows(out.read_text(encoding="utf-8")), rows(run(degrees, "--layer", "control-units").stdout)
    assert [row["code"] for row in told] == [row["code"] for row in known]


@pytest.mark.parametrize(
    ("layer", "text", "said"),
    [
        ("control-unit", "经度,纬度\n112.3,30\n", 'did you mean "control-units"'),
        ("shoreline-main-stem", "经度,纬度\n112.3,30\n", "shows lines"),
        ("control-units", "经度,纬度\n112.3,\n", "points.csv"),
        ("control-units", "X,Y\n520652.46,2433813.98\n", "state it with --crs"),
    ],
)
def test_what_cannot_be_placed_is_refused_with_a_remedy(tmp_path: Path, layer: str, text: str, said: str) -> None:
    file = tmp_path / "points.csv"
    file.write_text(text, encoding="utf-8")
    done = run(file, "--layer", layer)
    assert done.exit_code == 2
    assert said in done.output + done.stderr or "--crs" in done.output + done.stderr
