"""The commands of those who keep the map, as they run them: real files in, a zone set out, decisions on both sides of a day."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner, Result

from screening.cli import main
from screening.settings import read_settings

from .atlas.importing.office import UNITS, box, write_file

DEMO = read_settings({}).zones
STATED = (
    *("--as", "control_unit", "--id", "units", "--tolerance", "2 m", "--source", "某局", "--as-of", "2025-01-01"),
    *("--stale-after", "2036-01-01", "--licence", "internal", "--recorded", "2025-06-01"),
)


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zone set made by one import of a shapefile in which two units overlap and one code is odd."""
    base = tmp_path_factory.mktemp("office")
    shapes = [box(0, 0, 400, 400), box(390, 0, 800, 400), box(800, 0, 1200, 400)]
    codes = ["ZH42010110001", "ZH42010120002", "无编码"]
    file = write_file(base / "单元.shp", shapes, UNITS | {"HJGKDYBM": codes})
    done = run("zones", "import", file, "--to", base / "set", "--lang", "en", *STATED)
    assert done.exit_code == 0, done.output
    assert "3 features" in done.output
    assert "1 pairs overlap; 1 of them beyond tolerance; 4,000 m2 overlap" in done.output
    assert 'code #2: odd code "无编码"' in done.output
    return base / "set"


def test_check_tells_overlaps_with_their_area_and_place_and_ends_well(folder: Path) -> None:
    ended = run("zones", "check", folder, "--lang", "en")
    assert ended.exit_code == 0, ended.output
    assert "ZH42010110001, ZH42010120002 overlap by 4,000.0 m2" in ended.output
    assert "(beyond tolerance)" in ended.output and "[114.2" in ended.output
    assert "1 layers: no errors" in ended.output
    assert "没有错误" in run("zones", "check", folder).output


def test_check_ends_with_1_where_a_file_is_not_its_cards(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "set")
    (card,) = (tmp_path / "set").glob("layers/units/*/card.yaml")
    card.write_text(card.read_text().replace("overlaps: 1\n", "overlaps: 0\n"))
    ended = run("zones", "check", tmp_path / "set", "--lang", "en")
    assert ended.exit_code == 1
    assert "error:" in ended.output and "says overlaps 0, the data 1" in ended.output


def test_check_refuses_a_damaged_set_with_the_file(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "set")
    (data,) = (tmp_path / "set").glob("layers/units/*/data.parquet")
    data.write_bytes(data.read_bytes()[:-9])
    ended = run("zones", "check", tmp_path / "set")
    assert ended.exit_code == 2
    assert "data.parquet: is not the file its card names" in ended.output


def test_the_demo_district_is_without_errors() -> None:
    ended = run("zones", "check", DEMO, "--lang", "en")
    assert ended.exit_code == 0, ended.output
    assert "0 gaps" not in ended.output
    assert "beyond" not in ended.output


def test_zones_alone_lists_the_layers_as_zones_list_does(folder: Path) -> None:
    alone, listed = run("zones", "--zones", folder), run("zones", "list", "--zones", folder)
    assert (alone.exit_code, alone.output) == (0, listed.output)
    assert "control_unit" in alone.output and "± 2.01 m" in alone.output


def test_show_says_everything_of_a_layer(folder: Path) -> None:
    ended = run("zones", "show", "units", "--zones", folder, "--as-of", "2026-01-01", "--lang", "en")
    assert ended.exit_code == 0, ended.output
    for words in (
        "holds",
        "某局",
        "2.01 m = 2 + 0.01 (EPSG:4526)",
        "code=HJGKDYBM",
        "单元.shp",
        "GB18030",
        "1 odd codes",
    ):
        assert words in ended.output
    stale = run("zones", "show", "units", "--zones", folder, "--as-of", "2036-01-01", "--lang", "zh").output
    assert "自 2036-01-01 起过期" in stale


def test_show_of_an_unknown_layer_suggests_one(folder: Path) -> None:
    ended = run("zones", "show", "unit", "--zones", folder)
    assert ended.exit_code == 2
    assert 'did you mean "units"?' in ended.output


def test_prepare_keeps_search_structures_that_check_approves(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "set")
    assert run("zones", "prepare", tmp_path / "set").exit_code == 0
    (kept,) = (tmp_path / "set").glob("layers/units/*/prepared")
    assert any(kept.iterdir())
    assert run("zones", "check", tmp_path / "set").exit_code == 0
    array = next(kept.glob("xy*"))
    data = bytearray(array.read_bytes())
    data[-1] ^= 1
    array.write_bytes(bytes(data))
    assert run("zones", "check", tmp_path / "set").exit_code == 1


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((), "未注明 tolerance，请用 --tolerance 指明"),
        ((*STATED, "--map", "code"), "write code=HJGKDYBM"),
        ((*STATED, "--as-of", "昨天"), "--as-of: as_of"),
        ((*STATED, "--geometry", "unit"), 'did you mean "units"?'),
        ((*STATED, "--crs", "EPSG:4527"), "38"),
    ],
)
def test_a_flawed_import_ends_with_code_2_and_leaves_nothing(tmp_path: Path, args: tuple[str, ...], words: str) -> None:
    file = write_file(tmp_path / "单元.shp")
    ended = run("zones", "import", file, "--to", tmp_path / "set", *args)
    assert ended.exit_code == 2, ended.output
    assert words in ended.output
    assert not (tmp_path / "set").exists()


def test_an_import_of_no_map_ends_with_code_2(tmp_path: Path) -> None:
    (tmp_path / "a.shp").write_bytes(b"no map at all")
    ended = run("zones", "import", tmp_path / "a.shp", "--to", tmp_path / "set", *STATED)
    assert ended.exit_code == 2
    assert "a.shp" in ended.output and "Traceback" not in ended.output
    assert not (tmp_path / "set").exists()


def test_what_is_said_may_stand_in_a_card(tmp_path: Path) -> None:
    file = write_file(tmp_path / "单元.shp")
    card = tmp_path / "card.yaml"
    card.write_text(
        "id: units\ntitle: {zh: 管控单元, en: control units}\nkind: control_unit\ntolerance: 5 m\nsource: 某局\n"
        "as_of: 2025-01-01\nstale_after: {never: 法定}\nlicence: internal\n",
        encoding="utf-8",
    )
    ended = run("zones", "import", file, "--to", tmp_path / "set", "--card", card, "--tolerance", "3 m", "--lang", "en")
    assert ended.exit_code == 0, ended.output
    shown = run("zones", "show", "units", "--zones", tmp_path / "set").output
    assert "管控单元" in shown and "3.01 m" in shown and "法定" in shown
    card.write_text("id: units\nfeatures: 3\n", encoding="utf-8")
    refused = run("zones", "import", file, "--to", tmp_path / "set", "--card", card)
    assert refused.exit_code == 2 and f'{card}:2: "features" is not stated on import' in refused.output


def test_a_kind_that_no_rule_asks_about_is_pointed_out(tmp_path: Path) -> None:
    file = write_file(tmp_path / "a.gpkg", fields={"NAME": ["a", "b", "c"]})
    said = ("--as", "ecological_redlin", "--id", "redline", *STATED[4:])
    ended = run("zones", "import", file, "--to", tmp_path / "set", *said, "--lang", "en")
    assert ended.exit_code == 0, ended.output
    assert 'no rule asks about the kind "ecological_redlin" did you mean "ecological_redline"?' in ended.output


def test_a_project_is_decided_by_the_version_of_a_layer_in_force_on_the_day(tmp_path: Path) -> None:
    """A redline drawn anew from 1 June 2026 takes in a site that the old one left out."""
    shutil.copytree(DEMO, tmp_path / "set")
    atlas = tmp_path / "set" / "atlas.yaml"
    atlas.write_text(atlas.read_text().replace("  - layers/ecological-redline.card.yaml\n", ""))
    old = DEMO / "layers" / "ecological-redline.geojson"
    site = shapely.box(112.25, 30.178, 112.256, 30.183)
    new = write_file(tmp_path / "红线.gpkg", [site], {"NAME": ["新划红线"]}, crs="EPSG:4490")
    said = (
        *("--as", "ecological_redline", "--id", "ecological-redline", "--tolerance", "5 m", "--source", "某局"),
        *("--as-of", "2019-01-01", "--stale-after", "2032-01-01", "--licence", "CC0-1.0"),
        *("--complete-within", "wide-frame", "--to", str(tmp_path / "set")),
    )
    for file, days in (
        (old, ("--recorded", "2019-01-01", "--in-force-until", "2026-06-01")),
        (new, ("--recorded", "2026-05-01", "--in-force-from", "2026-06-01", "--map", "name=NAME")),
    ):
        done = run("zones", "import", file, *said, *days)
        assert done.exit_code == 0, done.output
    application = DEMO / "applications" / "05-food.yaml"
    found = {}
    for day in ("2026-05-31", "2026-06-01"):
        ended = run("check", application, "--zones", tmp_path / "set", "--as-of", day, "--format", "json")
        assert ended.exit_code == 0, ended.output
        found[day] = json.loads(ended.output)
    assert found["2026-05-31"]["outcome"] == "pass"
    assert found["2026-06-01"]["outcome"] == "reject"
    hashes = [one["receipt"]["layers"]["ecological-redline"] for one in found.values()]
    assert hashes[0] != hashes[1]
    listed = run("zones", "list", "--zones", tmp_path / "set", "--as-of", "2026-06-01", "--lang", "en").output
    assert listed.count("superseded by the version recorded on 2026-05-01") == 1
