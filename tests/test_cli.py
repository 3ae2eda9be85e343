"""The command as people run it: real processes, real files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

RING = [[112.2, 30.1], [112.202, 30.1], [112.202, 30.102], [112.2, 30.102], [112.2, 30.1]]


def run(*args: str, seed: str = "0", data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-X", "utf8", "-m", "screening.cli", *args]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(command, capture_output=True, timeout=120, check=False, env=environment, input=data)


def application(**changes: Any) -> dict[str, Any]:
    site = {"geometry": {"type": "Polygon", "coordinates": [RING]}}
    return {"id": "a", "title": "试", "project": {"sector": "1411", "works": "new_build"}, "site": site, **changes}


def polygon(ring: list[list[Any]]) -> dict[str, Any]:
    return application(site={"geometry": {"type": "Polygon", "coordinates": [ring]}})


def written(folder: Path, data: Any) -> str:
    path = folder / "a.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return str(path)


BAD: dict[str, tuple[Any, str, str]] = {
    # what is wrong: (application, place in the message, remedy or cause in the message)
    "unknown field": (application(project={"sector": "1411", "colour": "red"}), "/project/colour", "colour"),
    "misspelt field": (application(project={"sectr": "1411"}), "/project/sectr", "project.sector"),
    "wrong unit": (application(project={"energy": {"total": "5 km"}}), "/project/energy/total", "tce"),
    "no unit": (application(project={"energy": {"total": 5000}}), "/project/energy/total", "tce"),
    "wrong type": (application(project={"works": {"a": 1}}), "/project/works", ""),
    "unknown word": (application(project={"works": "demolition"}), "/project/works", "新建"),
    "unknown key at the top": (application(colour="red"), "/colour", "site"),
    "no site": ({"project": {}}, "/site", ""),
    "text where a mapping belongs": ('"hello"', "", "site"),
    "NaN": ('{"project": {"energy": {"total": NaN}}, "site": {"geometry": {}}}', "a.json", "NaN"),
    "NaN coordinate": ('{"site": {"geometry": {"type": "Point", "coordinates": [NaN, 30]}}}', "a.json", "NaN"),
    "absurd coordinates": (polygon([[1e9, 30], [1e9, 31], [1e9 + 1, 31], [1e9, 30]]), "/site/geometry", ""),
    "metres for degrees": (
        application(
            site={
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[520652, 2433813], [520700, 2433813], [520700, 2433900], [520652, 2433813]]],
                },
                "crs": "EPSG:4490",
            }
        ),
        "/site/geometry",
        "投影坐标",
    ),
    "latitude first": (polygon([[y, x] for x, y in RING]), "/site/geometry", ""),
    "self-crossing polygon": (
        polygon([[112.2, 30.1], [112.21, 30.11], [112.21, 30.1], [112.2, 30.11], [112.2, 30.1]]),
        "/site/geometry",
        "",
    ),
    "unclosed ring": (polygon(RING[:-1]), "/site/geometry", ""),
    "empty geometry": (polygon([]), "/site/geometry", ""),
    "unknown reference system": (
        application(site={"geometry": {"type": "Point", "coordinates": [112.2, 30.1]}, "crs": "EPSG:4547"}),
        "/site",
        "4490",
    ),
    "deep nesting": ('{"project": ' + '{"a": ' * 5000 + "1" + "}" * 5000 + "}", "a.json", ""),
    "deep geometry": (
        application(site={"geometry": {"type": "Polygon", "coordinates": json.loads("[" * 200 + "]" * 200)}}),
        "a.json",
        "",
    ),
    "duplicate key": ('{"project": {"sector": "1411", "sector": "2614"}, "site": {}}', "a.json", "sector"),
    "empty file": ("", "a.json", "空"),
    "not JSON": ('{"project": ', "a.json:1", "JSON"),
    "huge number": (
        '{"project": {"energy": {"total": 1e999999999}}, "site": {"geometry": {}}}',
        "a.json/project/energy/total",
        "",
    ),
    "half a character": (application(id="\\ud800").__repr__().replace("'", '"').replace("\\\\", "\\"), "a.json/id", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_ends_with_code_2_and_a_message_with_place_and_remedy(name: str, tmp_path: Path) -> None:
    data, place, remedy = BAD[name]
    ended = run("check", written(tmp_path, data))
    message = ended.stderr.decode("utf-8")
    assert ended.returncode == 2, message
    assert "Traceback" not in message
    assert place in message
    assert remedy in message
    assert ended.stdout == b""


def test_a_file_in_gbk_is_refused_with_the_line_of_the_first_wrong_byte(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes("id: a\ntitle: 某项目\n".encode("gbk"))
    ended = run("check", str(path))
    assert ended.returncode == 2
    assert f"{path}:2" in ended.stderr.decode("utf-8")
    assert "UTF-8" in ended.stderr.decode("utf-8")


def test_a_polygon_of_a_million_vertices_is_refused_at_once(tmp_path: Path) -> None:
    ring = [[112.2 + i * 1e-9, 30.1] for i in range(1_000_000)]
    path = written(tmp_path, polygon([*ring, [112.2, 30.2], ring[0]]))
    started = time.monotonic()
    ended = run("check", path)
    assert ended.returncode == 2
    assert "/site/geometry" in ended.stderr.decode("utf-8")
    assert time.monotonic() - started < 60


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    ended = run("check", str(tmp_path / "none.yaml"))
    assert ended.returncode == 2
    assert "none.yaml" in ended.stderr.decode("utf-8")


def test_the_same_application_gives_the_same_bytes_in_two_processes(tmp_path: Path) -> None:
    path = written(tmp_path, application())
    one, other = (run("check", path, "--format", "json", "--as-of", "2026-11-22", seed=seed) for seed in ("1", "2"))
    assert one.returncode == 0, one.stderr.decode()
    assert one.stdout == other.stdout
    assert json.loads(one.stdout)["receipt"]["as_of"] == "2026-11-22"


def test_yaml_json_and_geojson_of_one_application_give_one_decision(tmp_path: Path) -> None:
    data = application()
    feature = {
        "type": "Feature",
        "geometry": data["site"]["geometry"],
        "properties": {"id": "a", "title": "试", **data["project"]},
    }
    yaml = tmp_path / "a.yaml"
    yaml.write_text(
        "id: a\ntitle: 试\nproject: {sector: '1411', works: 新建}\n"
        f"site: {{geometry: {{type: Polygon, coordinates: {json.dumps([RING])}}}}}\n",
        encoding="utf-8",
    )
    files = [written(tmp_path, data), str(yaml), str(tmp_path / "a.geojson")]
    Path(files[2]).write_text(json.dumps(feature), encoding="utf-8")
    said = [run("check", file, "--format", "json", "--as-of", "2026-11-22") for file in files]
    assert [ended.returncode for ended in said] == [0, 0, 0], [ended.stderr.decode() for ended in said]
    assert len({ended.stdout for ended in said}) == 1


def test_standard_input_is_read_for_a_dash() -> None:
    ended = run("check", "-", "--format", "json", "--as-of", "2026-11-22", data=json.dumps(application()).encode())
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["project"] == "a"


def test_geojson_output_is_a_feature_with_the_decision(tmp_path: Path) -> None:
    ended = run("check", written(tmp_path, application()), "--format", "geojson")
    feature = json.loads(ended.stdout)
    assert feature["type"] == "Feature"
    assert feature["geometry"]["coordinates"] == [RING]
    assert feature["properties"]["decision"]["outcome"] == feature["properties"]["outcome"]


def test_exit_code_tells_the_outcome_when_asked(tmp_path: Path) -> None:
    unclear = run("check", written(tmp_path, application(project={})), "--exit-code")
    assert unclear.returncode == 3


def test_an_impossible_day_is_refused() -> None:
    ended = run("check", "x.yaml", "--as-of", "2026-02-30")
    assert ended.returncode == 2
    assert b"2026-08-15" in ended.stderr


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_demo_prints_a_table_of_twenty_and_one_full_explanation(lang: str) -> None:
    ended = run("demo", "--lang", lang)
    said = ended.stdout.decode("utf-8")
    assert ended.returncode == 0, ended.stderr.decode()
    assert ("结论：" in said) if lang == "zh" else ("Outcome: " in said)
    assert ("虚构" in said) if lang == "zh" else ("invented" in said.lower())


def test_rules_can_be_listed_shown_and_linted() -> None:
    listed = run("rules", "list", "--as-of", "2026-11-22").stdout.decode("utf-8")
    assert "yangtze-chemical-1km" in listed
    shown = run("rules", "show", "yangtze-chemical-1km", "--lang", "en").stdout.decode("utf-8")
    assert "1 km" in shown
    missing = run("rules", "show", "yangtze-chemical-1kn")
    assert missing.returncode == 2
    assert 'did you mean "yangtze-chemical-1km"?' in missing.stderr.decode("utf-8")


def test_a_new_rule_is_written_with_its_cases_and_never_over_another(tmp_path: Path) -> None:
    first = run("rules", "new", "national/space/mine", "--rules", str(tmp_path))
    assert first.returncode == 0, first.stderr.decode()
    assert (tmp_path / "national/space/mine.yaml").exists()
    assert (tmp_path / "national/space/mine.cases.yaml").exists()
    assert run("rules", "new", "national/space/mine", "--rules", str(tmp_path)).returncode == 2
    assert run("rules", "new", "../outside", "--rules", str(tmp_path)).returncode == 2
