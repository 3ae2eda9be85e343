"""The sketch of a site as SVG: red line, zones, the distances a finding names, north arrow, scale bar and legend.

No tiles and no network. Distances on paper are true to a few per mil, since a sketch shows some kilometres.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import cos, floor, hypot, log10, radians, sin, sqrt
from typing import Any, Final

from screening.report.opinion.document import Label, Picture, line, printable
from screening.report.opinion.facts import kind_label
from screening.report.opinion.legend import Look, Swatch, legend, look_of, wide
from screening.report.opinion.measures import metres
from screening.report.opinion.scene import REACH, Box, Plain, Point, around, cut_to, points_of
from screening.rulebook.vocabulary import Vocabulary
from screening.text import Text

WIDTH: Final = 800
HEIGHT: Final = 500
_MAP: Final = 570
_LEAST: Final = 400.0
"""Metres from the middle to the upper edge, at least."""
_OPEN: Final = 1_500.0
"""Metres shown around a site of unknown extent."""
_AXIS: Final = 6_378_137.0
_FLATTENING: Final = 1 / 298.257222101
SITE: Final = "#c00000"
_UNITS: Final = "control_unit"
_EVERYWHERE: Final = ("basin_", "region_")


@dataclass(frozen=True, slots=True)
class Panel:
    """One sketch: a site, the zones around it, the measured distances, and the kinds whose distance is to be drawn."""

    site: Plain
    features: Sequence[Plain]
    distances: Sequence[Plain]
    told: frozenset[str]
    number: int = 1
    """Tells the sketches of one document apart."""


@dataclass(frozen=True, slots=True)
class _View:
    """The piece of the world that is drawn: its middle in degrees, metres a degree there, and metres a unit of paper."""

    middle: Point
    degree: Point
    scale: float

    def paper(self, point: Point) -> Point:
        x = (point[0] - self.middle[0]) * self.degree[0] / self.scale + _MAP / 2
        y = HEIGHT / 2 - (point[1] - self.middle[1]) * self.degree[1] / self.scale
        return x, y

    @property
    def box(self) -> Box:
        wide, high = (size / 2 * self.scale * 1.02 for size in (_MAP, HEIGHT))
        x, y = wide / self.degree[0], high / self.degree[1]
        return self.middle[0] - x, self.middle[1] - y, self.middle[0] + x, self.middle[1] + y


def draw_sketch(panel: Panel, vocabulary: Vocabulary, words: str, width: int, lang: str) -> Picture:
    """The panel as a picture of `width` millimetres; `words` say what it is."""
    shown = [one for one in panel.distances if one["kind"] in panel.told and float(one["metres"][0] or 0) <= REACH]
    view = _view(panel.site, shown)
    name = f"map{panel.number}"
    body: list[str] = []
    swatches: dict[str, Swatch] = {}
    for kind, look, label, shape in sorted(_zones(panel.features, view, vocabulary, lang, name), key=_layer_order):
        body.append(shape)
        swatches.setdefault(label, Swatch(look, label, kind == _UNITS))
    body.extend(_site(panel.site, view))
    drawn, labels = _distances(panel.site, shown, view, vocabulary, lang)
    site = Swatch(Look(SITE, SITE, 2.4, fill_opacity=0.25), Text("用地红线", "site (red line)").get(lang), True)
    marks = [site, *swatches.values()]
    looks = "".join(dict.fromkeys(swatch.look.pattern for swatch in marks))
    left = _MAP + 14
    column, entries = legend(marks, left, WIDTH - left - 4, HEIGHT, Text("图例", "Legend").get(lang))
    bar, figures = _scale_bar(view)
    x, y = _MAP - 30, 18
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<defs><clipPath id="{name}frame"><rect x="1" y="1" width="{_MAP - 2}" height="{HEIGHT - 2}"/></clipPath>{looks}</defs>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
        f'<g clip-path="url(#{name}frame)">{"".join(body)}{drawn}</g>'
        f'<rect x="0.75" y="0.75" width="{_MAP - 1.5}" height="{HEIGHT - 1.5}" fill="none" stroke="#222" stroke-width="1.5"/>'
        f'<path d="M{x} {y}L{x + 9} {y + 30}L{x} {y + 23}Z" fill="#111"/>'
        f'<path d="M{x} {y}L{x - 9} {y + 30}L{x} {y + 23}Z" fill="#fff" stroke="#111"/>{bar}{column}</svg>'
    )
    middle = Text("图幅中心（CGCS2000）", "Middle (CGCS2000)").get(lang)
    at = f"{view.middle[0]:.5f}°E {view.middle[1]:.5f}°N"
    labels += [
        Label(x, y + 46, Text("北", "N").get(lang), 13, middle=True, bold=True),
        *figures,
        *entries,
        Label(left, HEIGHT - 20, middle, 10.5, grey=True),
        Label(left, HEIGHT - 5, at, 10.5, grey=True),
    ]
    return Picture(svg, tuple(labels), line(words), width, (WIDTH, HEIGHT))


def _view(site: Plain, shown: Iterable[Plain]) -> _View:
    """The site with its extent and the ends of the distances shown, and some room around; never more than is loaded."""
    points = list(points_of(site["geometry"]))
    ends = [(float(one["nearest"][0]), float(one["nearest"][1])) for one in shown]
    every = [*points, *ends]
    (west, east), (south, north) = ((min(axis), max(axis)) for axis in zip(*every, strict=True))
    middle = ((west + east) / 2, (south + north) / 2)
    degree = metres_a_degree(middle[1])
    extent = site["properties"]["extent_m"]
    room = _OPEN if extent is None else float(extent)
    half_wide, half_high = (east - west) / 2 * degree[0] + room, (north - south) / 2 * degree[1] + room
    scale = max(1.6 * half_wide / (_MAP / 2), 1.6 * half_high / (HEIGHT / 2), _LEAST / (HEIGHT / 2))
    loaded = around(site)
    most = min((loaded[2] - loaded[0]) * degree[0] / _MAP, (loaded[3] - loaded[1]) * degree[1] / HEIGHT)
    return _View(middle, degree, min(scale, most))


def metres_a_degree(latitude: float) -> Point:
    """Metres of a degree of longitude and of latitude on the CGCS2000 ellipsoid."""
    square = _FLATTENING * (2 - _FLATTENING)
    bend = 1 - square * sin(radians(latitude)) ** 2
    across = _AXIS / sqrt(bend)
    return radians(1) * across * cos(radians(latitude)), radians(1) * _AXIS * (1 - square) / bend**1.5


Zone = tuple[str, Look, str, str]


def _zones(features: Iterable[Plain], view: _View, vocabulary: Vocabulary, lang: str, name: str) -> Iterator[Zone]:
    """Kind, look, words for the legend and SVG of each zone that is seen."""
    for feature in features:
        kind = feature["properties"]["kind"]
        if kind.startswith(_EVERYWHERE):
            continue
        look, label = look_of(kind, feature["properties"].get("class"), lang)
        path = _path(feature["geometry"], view)
        if not path:
            continue
        label = label or kind_label(kind, vocabulary, lang)
        areal = feature["geometry"]["type"].endswith("Polygon")
        look = replace(look if areal else look.as_line(), drawing=name)
        yield kind, look, label, f'<path d="{path}" {look.attributes}/>'


def _layer_order(zone: Zone) -> tuple[int, str]:
    kind, look, label, _ = zone
    return (0 if kind == _UNITS else 2 if look.line else 1), label


def _path(geometry: Mapping[str, Any], view: _View) -> str:
    """An SVG path of what is seen of a polygon or a line."""
    kind, nested = geometry["type"], geometry["coordinates"]
    areal = kind.endswith("Polygon")
    rings = (
        [ring for part in nested for ring in part]
        if kind == "MultiPolygon"
        else [nested]
        if kind == "LineString"
        else nested
    )
    drawn = []
    for ring in rings:
        cut = cut_to(ring, view.box, areal)
        for piece in [cut] if areal else cut:
            points = _rounded(view.paper(point) for point in piece)
            if len(points) >= (3 if areal else 2):
                drawn.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + ("Z" if areal else ""))
    return "".join(drawn)


def _rounded(points: Iterable[Point]) -> list[Point]:
    """Points to a tenth of a unit of paper, none twice in a row."""
    found: list[Point] = []
    for x, y in points:
        point = (round(x, 1) + 0.0, round(y, 1) + 0.0)
        if not found or found[-1] != point:
            found.append(point)
    return found


def _site(site: Plain, view: _View) -> Iterator[str]:
    """The red line; a point or line with its extent around it, dashed where it is not known how far the project reaches."""
    geometry, extent = site["geometry"], site["properties"]["extent_m"]
    kind = geometry["type"]
    look = f'fill="{SITE}" fill-opacity="0.25" stroke="{SITE}" stroke-width="2.4" stroke-linejoin="round"'
    if kind.endswith("Polygon"):
        if extent:
            yield f'<path d="{_path(geometry, view)}" fill="none" stroke="{SITE}" stroke-opacity="0.25" stroke-width="{2 * extent / view.scale:.1f}" stroke-linejoin="round"/>'
        yield f'<path d="{_path(geometry, view)}" {look}/>'
        return
    reach = _OPEN / 2 if extent is None else float(extent)
    dash = ' stroke-dasharray="6 4"' if extent is None else ""
    if kind.endswith("LineString"):
        path = _path(geometry, view)
        yield f'<path d="{path}" fill="none" stroke="{SITE}" stroke-opacity="0.25" stroke-width="{max(2 * reach / view.scale, 3):.1f}" stroke-linecap="round"/>'
        yield f'<path d="{path}" fill="none" stroke="{SITE}" stroke-width="2.4"{dash}/>'
        return
    for point in points_of(geometry):
        x, y = view.paper(point)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{reach / view.scale:.1f}" fill="{SITE}" fill-opacity="0.1" stroke="{SITE}" stroke-width="1.2"{dash}/>'
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" {look}/>'


def _distances(
    site: Plain, shown: Sequence[Plain], view: _View, vocabulary: Vocabulary, lang: str
) -> tuple[str, list[Label]]:
    """A dashed line from the site to what a finding measures it from, with the least distance beside its end."""
    shapes: list[str] = []
    labels: list[Label] = []
    outline = [view.paper(point) for point in points_of(site["geometry"])]
    for one in shown:
        end = view.paper((float(one["nearest"][0]), float(one["nearest"][1])))
        feet = [_foot(end, here, there) for here, there in zip(outline, outline[1:] or outline, strict=False)]
        start = min(feet, key=lambda foot: hypot(foot[0] - end[0], foot[1] - end[1]))
        shapes.append(
            f'<path d="M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}" stroke="#111" stroke-width="1.4" '
            f'stroke-dasharray="5 3" fill="none"/><circle cx="{end[0]:.1f}" cy="{end[1]:.1f}" r="2.6" fill="#111"/>'
        )
        name = printable(one["name"] or kind_label(one["kind"], vocabulary, lang))[:24]
        said = f"{name} {metres(one['metres'])}"
        half = wide(said) * 3.2 + 6
        x = min(max(end[0], half), _MAP - half)
        y = min(max(end[1] + (16 if end[1] >= start[1] else -8), 16), HEIGHT - 40)
        labels.append(Label(round(x, 1), round(y, 1), said, middle=True))
    return "".join(shapes), labels


def _foot(point: Point, here: Point, there: Point) -> Point:
    """The point of a segment nearest to another."""
    x, y = there[0] - here[0], there[1] - here[1]
    length = x * x + y * y
    part = 0.0 if length == 0 else max(0.0, min(1.0, ((point[0] - here[0]) * x + (point[1] - here[1]) * y) / length))
    return here[0] + part * x, here[1] + part * y


def _scale_bar(view: _View) -> tuple[str, list[Label]]:
    """A bar of a round length, about a quarter of the map, in two halves."""
    most = _MAP / 4 * view.scale
    power = 10.0 ** floor(log10(most))
    length = next(step * power for step in (5, 2, 1) if step * power <= most)
    half = length / view.scale / 2
    x, y = 16.0, HEIGHT - 18.0
    said = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    bar = (
        f'<rect x="{x - 8}" y="{y - 20}" width="{2 * half + 60:.1f}" height="32" fill="#fff" fill-opacity="0.85"/>'
        f'<rect x="{x}" y="{y}" width="{half:.1f}" height="5" fill="#111"/>'
        f'<rect x="{x + half:.1f}" y="{y}" width="{half:.1f}" height="5" fill="#fff" stroke="#111" stroke-width="0.8"/>'
    )
    return bar, [Label(x, y - 5, "0", 11), Label(round(x + 2 * half, 1), y - 5, said, 11, middle=True)]
