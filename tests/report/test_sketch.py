"""The sketch: what is drawn, where, and how big."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from math import hypot
from typing import Any
from xml.dom.minidom import parseString

import numpy as np
import pytest

from screening import Atlas, Project, Rulebook
from screening.report.opinion.case import Case
from screening.report.opinion.document import Picture
from screening.report.opinion.legend import Swatch, legend, look_of, wide
from screening.report.opinion.place import told
from screening.report.opinion.scene import Scene, around, cut_to, scene_of
from screening.report.opinion.sketch import HEIGHT, WIDTH, Panel, draw_sketch, metres_a_degree
from tests.report.conftest import APPLICATIONS


def sketch(rulebook: Rulebook, plain: Any, scene: Scene, lang: str = "zh") -> Picture:
    kinds = told(Case(plain, rulebook.vocabulary, lang))
    panel = Panel(scene.sites[0], scene.features, tuple(plain["place"]["distances"]), kinds)
    return draw_sketch(panel, rulebook.vocabulary, "位置", 160, lang)


def words(picture: Picture) -> list[str]:
    return [label.text for label in picture.labels]


@pytest.mark.parametrize("name", APPLICATIONS)
def test_every_demonstration_site_is_drawn_as_well_formed_svg(name: str, rulebook: Rulebook, decided: Any) -> None:
    picture = sketch(rulebook, *decided(name))
    root = parseString(picture.svg).documentElement
    assert root.getAttribute("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    assert "用地红线" in words(picture) and "北" in words(picture) and "图例" in words(picture)
    assert "http" not in picture.svg.replace("http://www.w3.org/2000/svg", "")


def test_the_distance_a_finding_names_is_drawn_with_its_figure(rulebook: Rulebook, decided: Any) -> None:
    assert "长江干流左岸 519.9–530.1 m" in words(sketch(rulebook, *decided("01")))
    assert "禾场村小学 76.9–83.1 m" in words(sketch(rulebook, *decided("07")))


def test_a_distance_no_finding_names_is_not_drawn(rulebook: Rulebook, decided: Any) -> None:
    assert not any(text.endswith(" m") and "–" in text for text in words(sketch(rulebook, *decided("05"))))


def test_the_zones_seen_stand_in_the_legend_and_no_others(rulebook: Rulebook, decided: Any) -> None:
    found = words(sketch(rulebook, *decided("06")))
    assert "优先保护单元" in found and "生态保护红线" in found and "学校" not in found
    assert "长江流域" not in found
    assert "ecological conservation redline" in " ".join(words(sketch(rulebook, *decided("06"), "en")))


def test_the_scale_bar_is_true(rulebook: Rulebook, decided: Any) -> None:
    plain, scene = decided("07")
    picture = sketch(rulebook, plain, scene)
    ring = scene.sites[0]["geometry"]["coordinates"][0]
    path = re.findall(r'<path d="M([^"]+)Z" fill="#c00000"', picture.svg)[0]
    points = [tuple(map(float, point.split())) for point in path.split("L")]
    east, north = metres_a_degree(ring[0][1])
    metres = hypot((ring[1][0] - ring[0][0]) * east, (ring[1][1] - ring[0][1]) * north)
    paper = hypot(points[1][0] - points[0][0], points[1][1] - points[0][1])
    half = float(re.findall(r'<rect x="16.0" y="482.0" width="([0-9.]+)"', picture.svg)[0])
    assert "200 m" in words(picture)
    assert metres / paper == pytest.approx(100 / half, rel=0.01)


def test_a_degree_is_as_long_as_on_the_ellipsoid() -> None:
    assert metres_a_degree(0.0) == pytest.approx((111319.49, 110574.28), abs=0.01)
    assert metres_a_degree(30.0) == pytest.approx((96486.28, 110852.46), abs=0.02)


def test_north_is_up_and_east_right(rulebook: Rulebook, decided: Any) -> None:
    plain, scene = decided("01")
    picture = sketch(rulebook, plain, scene)
    label = next(label for label in picture.labels if label.text.startswith("长江干流左岸"))
    site = re.findall(r'<path d="M([0-9.]+) ([0-9.]+)L', picture.svg.split('fill="#c00000"')[0])[-1]
    nearest = next(one["nearest"] for one in plain["place"]["distances"] if one["kind"] == "yangtze_main_stem")
    corner = scene.sites[0]["geometry"]["coordinates"][0][0]
    assert (float(nearest[1]) < corner[1]) == (label.y > float(site[1]))
    assert (float(nearest[0]) < corner[0]) == (label.x < float(site[0]))


def test_a_layer_that_is_no_longer_the_one_used_is_left_out_and_named(atlas: Atlas, decided: Any) -> None:
    plain, scene = decided("07")
    assert any(one["properties"]["layer"] == "schools" for one in scene.features) and not scene.left_out
    changed = copy.deepcopy(plain)
    changed["receipt"]["layers"]["schools"] = "0" * 64
    other = scene_of(Project.read(APPLICATIONS["07-coking-by-school"]), changed, atlas)
    assert not any(one["properties"]["layer"] == "schools" for one in other.features)
    assert other.left_out == ("学校",)


def test_an_opinion_says_which_layers_it_did_not_draw(drawn_up: Any, decided: Any) -> None:
    _, scene = decided("07")
    text = "\n".join(drawn_up("07", scene=replace(scene, left_out=("学校",))).lines())
    assert "未绘出：学校。" in text


def test_an_opinion_without_a_scene_has_no_sketch(drawn_up: Any) -> None:
    pictures = [block for block in drawn_up("07", scene=None).blocks if isinstance(block, Picture)]
    assert len(pictures) == 1  # the code of the receipt


def test_only_what_is_near_is_carried(atlas: Atlas, decided: Any) -> None:
    _, scene = decided("07")
    west, south, east, north = around(scene.sites[0])
    for feature in scene.features:
        if feature["geometry"]["type"] == "Polygon":
            for ring in feature["geometry"]["coordinates"]:
                assert all(west <= x <= east and south <= y <= north for x, y in ring)


def test_a_ring_is_cut_to_a_box_and_a_line_to_its_pieces() -> None:
    box = (0.0, 0.0, 10.0, 10.0)
    square = np.array([[5, 5], [15, 5], [15, 15], [5, 15], [5, 5]], dtype=float)
    cut = cut_to(square, box, True)
    assert {(5.0, 5.0), (10.0, 5.0), (10.0, 10.0), (5.0, 10.0)} == set(cut)
    assert cut_to(square + 100, box, True) == []
    around_it = np.array([[-5, -5], [15, -5], [15, 15], [-5, 15], [-5, -5]], dtype=float)
    assert {(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)} == set(cut_to(around_it, box, True))
    line = np.array([[-9, 5], [-1, 5], [5, 5], [20, 5], [30, 5], [30, 20], [5, 9], [5, 8]], dtype=float)
    assert cut_to(line, box, False) == [
        [(-1.0, 5.0), (5.0, 5.0), (20.0, 5.0)],
        [(30.0, 20.0), (5.0, 9.0), (5.0, 8.0)],
    ]


def test_a_point_of_unknown_extent_is_drawn_dashed(rulebook: Rulebook, decided: Any) -> None:
    picture = sketch(rulebook, *decided("12"))
    assert "stroke-dasharray" in picture.svg and "<circle" in picture.svg
    assert decided("12")[1].sites[0]["properties"]["extent_m"] is None


def test_a_legend_too_long_for_its_column_counts_the_rest() -> None:
    look, _ = look_of("school", None, "zh")
    _, labels = legend([Swatch(look, f"种类{number}") for number in range(40)], 0, 200, 300, "图例")
    assert labels[-1].text == f"… +{40 - (len(labels) - 2)}" and all(label.y < 300 for label in labels)


def test_long_words_in_a_legend_are_broken() -> None:
    look, _ = look_of("school", None, "zh")
    _, labels = legend([Swatch(look, "很长的名称" * 12)], 0, 200, 300, "图例")
    assert len(labels) > 3 and all(wide(label.text) <= 26 for label in labels)


def test_kinds_without_a_look_of_their_own_have_one() -> None:
    assert look_of("karst_spring", None, "zh")[0].fill
    assert look_of("control_unit", None, "zh")[1] == "类别不明的管控单元"
