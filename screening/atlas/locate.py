"""A footprint on an atlas: which zones it touches, how much of it, how far the rest is, each with its certainty.

What is not shown is not there only where a layer says it is complete, and only as far as the site and the tolerance
keep inside that; elsewhere "no" becomes undecided and a distance has no lower bound but the way out of the coverage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import inf

from screening.atlas.atlas import Atlas
from screening.atlas.coverage import Coverage
from screening.atlas.footprint import Footprint
from screening.atlas.index import Index
from screening.atlas.jurisdiction import codes, unit_codes, unit_flags
from screening.atlas.layer import Layer, Use
from screening.atlas.measure import NONE, area_interval, length_interval, ratio_interval
from screening.atlas.nearest import METHOD, Nearest, find_nearest
from screening.atlas.placement import AreaHit, DistanceHit, Placement, Remark, UnitHit
from screening.atlas.plan import MEASURED, Group, Plan
from screening.atlas.site import Site
from screening.atlas.touch import Touch, combine, find_touches, share
from screening.atlas.versions import Reason
from screening.atlas.vicinity import COUNTIES, WHOLE, Vicinity
from screening.facts import FLAG_NO, Fact, Facts, Interval, Origin, Supplier, flag


def locate(footprint: Footprint, atlas: Atlas, as_of: date, known_on: date | None = None) -> Placement:
    """The measured facts of a footprint on a day. Pure, and safe in many threads at once.

    A kind of which no layer is usable that day has no fact at all, which is to say it is missing. With `known_on`, only
    the versions of layers count that had been recorded by that day.
    """
    index = atlas.index
    site = Site.of(footprint)
    reach = index.tolerance if not footprint.error else tuple(one + footprint.error for one in index.tolerance)
    plan = Plan.of(index, as_of, known_on)
    vicinity = Vicinity.of(site, index, reach, plan.usable)
    touches = find_touches(site, vicinity, reach)
    met = frozenset(touch.zone.layer for touch in touches if touch.shown)
    wanted = plan.usable.copy()
    wanted[list(met)] = False
    nearest = find_nearest(site, index.network, wanted)
    coverage = Coverage.of(site, index.layers, reach, vicinity.extents, nearest)
    view = _View(site, index, reach, plan, touches, nearest, coverage, met)
    return Placement(
        facts=Facts.of(view.facts(atlas)),
        units=tuple(view.unit_hits()),
        hits=tuple(view.area_hits()),
        distances=tuple(view.distance_hits()),
        layers_used=plan.used,
        warnings=tuple(view.warnings()),
        drawn_units=plan.drawn_units,
        touched_units=view.touched_units(),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """What was found of one site, and the facts that follow."""

    site: Site
    index: Index
    reach: tuple[Fraction, ...]
    plan: Plan
    touches: list[Touch]
    nearest: dict[int, Nearest]
    coverage: Coverage
    met: frozenset[int]

    def facts(self, atlas: Atlas) -> Iterator[Fact]:
        """The facts of every kind some usable layer shows, those of units and jurisdictions, and certified absences."""
        yield Fact("site.area", area_interval(self.site.drawn_area, self.site.reach_area), MEASURED)
        by_layer: dict[int, list[Touch]] = {}
        for touch in self.touches:
            by_layer.setdefault(touch.zone.layer, []).append(touch)
        for group in self.plan.groups:
            if group.use is Use.LINE:
                yield Fact(group.distance, self._distance(group.layers, certain=False), group.origin)
            else:
                yield from self._area_facts(group, [one for number in group.layers for one in by_layer.get(number, ())])
        yield from self._zoning_facts(by_layer)
        if self.coverage.inside_some():
            for absence in atlas.absent:
                origin = Origin(Supplier.ATLAS, atlas.id, f"certified absent: {absence.source}")
                yield Fact(f"site.overlaps.{absence.kind}", FLAG_NO, origin)
                yield Fact(f"site.share.{absence.kind}", NONE, origin)

    def _area_facts(self, group: Group, found: list[Touch]) -> Iterator[Fact]:
        # Of units and administrative areas the union counts, of other areas each feature.
        single = group.use is Use.AREA
        touches = [one for one in found if (one.zone.feature >= 0 if single else one.zone.feature == WHOLE)]
        certain = any(touch.certain for touch in touches)
        complete = self.coverage.complete(group.layers)
        yield Fact(group.overlaps, flag(certain, bool(touches) or not complete), group.origin)
        if complete and not touches:
            share_inside, area_inside = NONE, NONE
        else:
            part = combine(self.site, touches)
            least, most = share(self.site, touches, part)
            share_inside = ratio_interval(least, most if complete else 1.0)
            area_inside = area_interval(part.inside_lo, part.inside_hi if complete else self.site.reach_area)
        yield Fact(group.share, share_inside, group.origin)
        yield Fact(group.area, area_inside, group.origin)
        yield Fact(group.distance, self._distance(group.layers, certain), group.origin)

    def _distance(self, layers: tuple[int, ...], certain: bool) -> Interval:
        if certain:
            return NONE
        shown = [bounds for number in layers if (bounds := self._layer_distance(number)) is not None]
        least = min([lo for lo, _ in shown] + [self.coverage.unseen_from(layers)])
        return length_interval(least, min([hi for _, hi in shown], default=inf))

    def _layer_distance(self, number: int) -> tuple[float, float] | None:
        """Metres to the nearest thing a layer shows, at least and at most; None when it shows nothing."""
        reach = float(self.reach[number])
        if number in self.met:
            return 0.0, reach + METHOD
        found = self.nearest.get(number)
        if found is None:
            return None
        least = 0.0 if self.site.extent is None else found.at_least(reach + float(self.site.extent))
        return least, found.metres + reach + METHOD

    def _zoning_facts(self, by_layer: dict[int, list[Touch]]) -> Iterator[Fact]:
        layers, site, plan = self.index.layers, self.site, self.plan
        units = [one for number in plan.units for one in by_layer.get(number, ())]
        admin = [one for number in plan.admin for one in by_layer.get(number, ())]
        complete = self.coverage.complete(plan.units) and site.reach is not None
        single = [touch for touch in units if touch.zone.feature >= 0]
        whole = [touch for touch in units if touch.zone.feature == WHOLE]
        members = unit_codes(layers, single, complete)
        if plan.units:
            for name, value in unit_flags(layers, single, complete, in_some=any(one.certain for one in whole)):
                yield Fact(f"site.unit_class.{name}", value, plan.units_origin)
            yield Fact("site.units", members, plan.units_origin)
            least, most = share(site, whole, combine(site, whole))
            uncovered = ratio_interval(max(0.0, 1 - (most if complete else 1.0)), 1 - least)
            yield Fact("site.uncovered_share", uncovered, plan.units_origin)
        named = {}
        for group in plan.named:
            touches = [one for number in group.layers for one in by_layer.get(number, ())]
            sure = any(touch.certain for touch in touches)
            named[group.kind] = flag(sure, bool(touches) or not self.coverage.complete(group.layers))
        counties = [touch for touch in admin if touch.zone.feature == COUNTIES]
        jurisdictions = codes(
            layers,
            [touch for touch in admin if touch.zone.feature >= 0],
            counted=any(one.within for one in counties),
            in_county=any(one.certain for one in counties),
            units=members if plan.units else None,
            areas=named,
        )
        yield Fact("site.jurisdictions", jurisdictions, plan.zoning_origin)

    def touched_units(self) -> frozenset[str] | None:
        """The codes of units that the farthest reach of the site touches; None where that is not known."""
        if self.site.reach is None:
            return None
        touched = (layer.features.codes[touch.zone.feature] for touch, layer in self._features(Use.UNITS))
        return frozenset(code for code in touched if code is not None)

    def unit_hits(self) -> Iterator[UnitHit]:
        for touch, layer in self._features(Use.UNITS):
            place, features = touch.zone.feature, layer.features
            code, name, unit_class = features.codes[place], features.names[place] or "", features.unit_classes[place]
            yield UnitHit(layer.id, code, name, unit_class, touch.certain, *self._sizes(touch))

    def area_hits(self) -> Iterator[AreaHit]:
        for touch, layer in self._features(Use.AREA, Use.ADMIN):
            name = layer.features.names[touch.zone.feature] or ""
            yield AreaHit(layer.kind, layer.id, name, touch.certain, *self._sizes(touch))

    def _features(self, *uses: Use) -> Iterator[tuple[Touch, Layer]]:
        for touch in self.touches:
            layer = self.index.layers[touch.zone.layer]
            if layer.card.use in uses and touch.zone.feature >= 0:
                yield touch, layer

    def _sizes(self, touch: Touch) -> tuple[Interval, Interval]:
        least, most = share(self.site, [touch], touch.part)
        return area_interval(touch.part.inside_lo, touch.part.inside_hi), ratio_interval(least, most)

    def distance_hits(self) -> Iterator[DistanceHit]:
        for number, found in self.nearest.items():
            layer, bounds = self.index.layers[number], self._layer_distance(number)
            if bounds is not None and layer.card.use is not Use.EXTENT:
                name = layer.features.names[found.feature] or ""
                yield DistanceHit(layer.kind, layer.id, name, length_interval(*bounds), found.longitude, found.latitude)

    def warnings(self) -> Iterator[Remark]:
        for number, why in self.plan.unusable:
            if why.reason is not Reason.SUPERSEDED:
                words = why.words
                yield Remark(self.index.layers[number].id, f"未采用该图层：{words.zh}", f"not used: {words.en}")
        for number in self.plan.present:
            layer = self.index.layers[number]
            if layer.unread:
                yield Remark(
                    layer.id,
                    f"有 {layer.unread} 个要素无法读取，未显示之处不能视为不存在",
                    f"{layer.unread} features could not be read; what it does not show may still be there",
                )
            elif layer.card.use is not Use.EXTENT and not self.coverage.complete((number,)):
                yield Remark(
                    layer.id,
                    "用地未完全处于该图层的完整覆盖范围内，未显示之处不能视为不存在",
                    "the site is not wholly inside the area this layer completely covers",
                )
