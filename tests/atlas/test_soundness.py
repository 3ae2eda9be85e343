"""Properties over many sites: monotone, deterministic, the same in every thread, and true whatever the true map is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from screening.atlas import Atlas, Placement, locate, read_atlas, read_footprint
from screening.atlas.crs import project
from screening.atlas.nearest import find_nearest
from screening.atlas.site import Site
from screening.facts import FLAG_NO, FLAG_YES, Interval, Members

from .conftest import (
    AS_OF,
    EAST_KM,
    LATITUDE,
    LONGITUDE,
    NORTH_KM,
    Sheet,
    box,
    line,
    place,
    point,
    polygon,
    write_atlas,
)

SCALE = np.array([EAST_KM, NORTH_KM])


def blob(x: float, y: float, size: float, seed: int, corners: int = 40) -> list[tuple[float, float]]:
    rng = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = size * (1 + 0.3 * np.sin(3 * angles + seed) + 0.05 * rng.standard_normal(corners))
    ring = [(x + r * np.cos(a), y + r * np.sin(a)) for r, a in zip(reach, angles, strict=True)]
    return [*ring, ring[0]]


@cache
def district() -> Atlas:
    rng = np.random.default_rng(7)
    zones = [
        Sheet(
            f"zone-{number}",
            f"zone_{number}",
            [polygon(blob(rng.uniform(-15, 15), rng.uniform(-15, 15), rng.uniform(0.3, 3), seed)) for seed in range(6)],
            tolerance=f"{[0, 1, 5, 20, 50][number]} m",
        )
        for number in range(5)
    ]
    river = Sheet(
        "river",
        "river",
        [line(*((x, 2 * np.sin(x)) for x in np.linspace(-19, 19, 400)))],
        geometry="line",
        tolerance="10 m",
    )
    sides = np.linspace(-20, 20, 5)
    units = [
        (polygon(box(w, s, e, n)), {"code": f"ZH{w:.0f}/{s:.0f}", "class": "key_control"})
        for w, e in pairwise(sides)
        for s, n in pairwise(sides)
    ]
    admin = Sheet("admin", "admin", [(polygon(box(-20, -20, 20, 20)), {"code": "420599"})], geometry="admin")
    control = Sheet("units", "control_unit", units, geometry="units", tolerance="5 m")
    return read_atlas(write_atlas(Path(mkdtemp()), *zones, river, control, admin))


places = st.floats(-17, 17)


@given(places, places, st.floats(0.005, 2), st.integers(0, 30), st.floats(0, 500))
@settings(max_examples=150, deadline=None)
def test_growing_a_footprint_never_loses_a_certain_hit_nor_shortens_what_is_possible(
    x: float, y: float, size: float, seed: int, metres: float
) -> None:
    small = shapely.geometry.shape(polygon(blob(x, y, size, seed)))
    big = shapely.union(small, shapely.buffer(small, metres / 100_000))
    before, after = (
        locate(read_footprint(shapely.geometry.mapping(one), ""), district(), AS_OF) for one in (small, big)
    )
    for key, fact in before.facts.items():
        now = after.facts.value(key)
        if key.startswith("site.overlaps."):
            assert fact.value != FLAG_YES or now == FLAG_YES
            assert now != FLAG_NO or fact.value == FLAG_NO
        elif key.startswith("site.distance."):
            assert isinstance(now, Interval)
            assert isinstance(fact.value, Interval)
            assert now.lo <= fact.value.lo + 0.01
            assert now.hi <= fact.value.hi + 0.01
        elif key.startswith("site.area."):
            assert isinstance(now, Interval)
            assert isinstance(fact.value, Interval)
            assert now.lo >= fact.value.lo - 0.02
            assert now.hi >= fact.value.hi - 0.02
        elif isinstance(fact.value, Members):
            assert isinstance(now, Members)
            assert fact.value.certain <= now.certain


@given(places, places, st.floats(0.0005, 5), st.integers(0, 30), st.sampled_from(["polygon", "line", "point", "dense"]))
@settings(max_examples=150, deadline=None)
def test_no_nearer_place_is_lost_in_the_search(x: float, y: float, size: float, seed: int, kind: str) -> None:
    ring = blob(x, y, size, seed, 400 if kind == "dense" else 12)
    drawn = {"point": point(x, y), "line": line(*ring[:5])}.get(kind, polygon(ring))
    index, site = district().index, Site.of(read_footprint(drawn, ""))
    found = find_nearest(site, index.network, np.ones(len(index.layers), dtype=bool))
    for number, layer in enumerate(index.layers):
        outlines = [
            project(one.geometry.boundary if one.geometry.geom_type == "Polygon" else one.geometry, site.plane)
            for one in layer.features
        ]
        assert found[number].metres == pytest.approx(min(shapely.distance(site.flat, outlines)), rel=1e-5, abs=0.01)


@given(places, places, st.floats(0, 800))
@settings(max_examples=80, deadline=None)
def test_knowing_less_of_the_extent_widens_every_fact(x: float, y: float, metres: float) -> None:
    atlas = district()
    known, unknown = place(atlas, point(x, y), f"{metres:.3f} m"), place(atlas, point(x, y))
    for key, fact in unknown.facts.items():
        narrower = known.facts.value(key)
        assert narrower is None or type(fact.value) is not type(narrower) or fact.value.widens(narrower), key  # type: ignore[arg-type]


@given(places, places, st.floats(0.01, 1.5), st.integers(0, 20), st.floats(0, 6.28), st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_whatever_the_true_map_within_tolerance_no_certain_answer_is_wrong(
    x: float, y: float, size: float, seed: int, turn: float, part: float
) -> None:
    """The true zones are the drawn ones moved as a whole, or swollen, or shrunk, by no more than the tolerance."""
    site = shapely.geometry.shape(polygon(blob(x, y, size, seed)))
    found = locate(read_footprint(shapely.geometry.mapping(site), ""), district(), AS_OF)
    here = _flat(site)
    for layer in district().layers:
        if not layer.kind.startswith("zone_"):
            continue
        reach = float(layer.tolerance) * part * 0.999
        drawn = shapely.union_all([_flat(feature.geometry) for feature in layer.features])
        shift = reach * np.array([np.cos(turn), np.sin(turn)])
        for true in (shapely.transform(drawn, lambda c: c + shift), drawn.buffer(reach), drawn.buffer(-reach)):  # noqa: B023 - used at once
            common = shapely.area(shapely.intersection(here, true))
            overlaps = found.facts.value(f"site.overlaps.{layer.kind}")
            area = found.facts.value(f"site.area.{layer.kind}")
            distance = found.facts.value(f"site.distance.{layer.kind}")
            assert isinstance(area, Interval)
            assert isinstance(distance, Interval)
            assert overlaps != FLAG_NO or common < 1
            slack = 2 + 0.004 * common
            assert area.lo - slack <= common <= area.hi + slack
            if _within_tolerance(drawn, true, float(layer.tolerance)):
                assert overlaps != FLAG_YES or common > 0
                metres = shapely.distance(here, true)
                assert distance.lo - 0.2 - metres * 0.003 <= metres <= distance.hi + 0.2 + metres * 0.003


def _within_tolerance(drawn: BaseGeometry, true: BaseGeometry, metres: float) -> bool:
    """True when every drawn boundary lies within the tolerance of a true one: a sharp corner cut off does not."""
    return not true.is_empty and bool(shapely.hausdorff_distance(drawn.boundary, true.boundary) <= metres)


def _flat(geometry: BaseGeometry) -> BaseGeometry:
    """Metres by a plain scaling about the district's centre: an independent, rougher plane (0.3 % over 20 km)."""
    return shapely.transform(geometry, lambda c: (c - [LONGITUDE, LATITUDE]) / SCALE * 1000)


def sites(count: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(11)
    shapes = [
        polygon(blob(rng.uniform(-18, 18), rng.uniform(-18, 18), rng.uniform(0.05, 1), seed)) for seed in range(count)
    ]
    return [*shapes, point(0, 0), line((0, 0), (3, 3)), polygon(box(19, 19, 25, 25))]


def test_the_same_question_gets_the_same_answer() -> None:
    atlas = district()
    for site in sites(20):
        assert place(atlas, site) == place(atlas, site)


def test_a_new_reading_of_the_same_files_answers_alike(tmp_path: Path) -> None:
    sheet = Sheet("zone", "zone", [polygon(blob(0, 0, 2, 3))], tolerance="5 m")
    base = write_atlas(tmp_path, sheet)
    one, other = read_atlas(base), read_atlas(base / "atlas.yaml")
    assert one.hash == other.hash
    assert [place(one, site) for site in sites(5)] == [place(other, site) for site in sites(5)]


def test_eight_threads_get_what_one_gets() -> None:
    fresh = read_atlas(
        write_atlas(Path(mkdtemp()), Sheet("zone", "zone", [polygon(blob(0, 0, 9, 3, 400))], tolerance="5 m"))
    )
    prints = [read_footprint(site, "") for site in sites(40)]

    def ask(_: int) -> list[Placement]:
        return [locate(one, fresh, AS_OF) for one in prints]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0] == ask(0)


def test_more_tolerance_only_widens(tmp_path: Path) -> None:
    shape = polygon(blob(0, 0, 2, 3))
    exact, rough = (
        read_atlas(write_atlas(tmp_path / name, Sheet("zone", "zone", [shape], tolerance=name)))
        for name in ("2 m", "40 m")
    )
    for site in sites(40):
        narrow, wide = place(exact, site), place(rough, site)
        for key, fact in wide.facts.items():
            known = narrow.facts.value(key)
            assert known is not None
            if key != "site.distance.zone" or known.lo > 0:  # type: ignore[union-attr]
                assert fact.value.widens(known), key  # type: ignore[arg-type]


@pytest.mark.parametrize("number", range(3))
def test_a_site_across_the_whole_district_is_read(number: int) -> None:
    shape = [box(-19, -19, 19, 19), blob(0, 0, 12, 2, 2000), box(-60, -0.001, 60, 0.001)][number]
    assert "site.area" in place(district(), polygon(shape)).facts
