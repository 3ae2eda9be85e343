"""Complete applications for the demo district, drawn from the kinds of project that come before an approval office.

Invented, with a seed: the same number gives the same application. Complete means that every figure which a rule may ask of
such a project is stated. Figures are drawn about the thresholds of the rules, so that both sides occur; of what good
practice settles (a plan in the park's assessment, no banned substance) most applicants answer well.
"""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from screening.facts import Supplier
from screening.rulebook.model import Test, tests_of
from screening.rulebook.reader import Rulebook
from screening.rulebook.terms import Term, Type

KINDS: Final = Path(__file__).with_name("kinds.csv")
_EARTH: Final = Geod(ellps="GRS80")
WORKS: Final = {"new_build": 60, "expansion": 20, "technical_upgrade": 10, "alteration": 6, "relocation": 4}
YES: Final = {
    "project.park_planning_eia": 0.95,
    "project.high_voc_materials": 0.15,
    "project.discharge_increase": 0.3,
    "project.near_other_tributary": 0.05,
    "project.in_national_plan": 0.6,
    "project.captive_coal_permitted": 0.3,
    "project.coal_boiler.exception": 0.2,
    "project.upgrade_purpose": 0.3,
    "project.new_main_equipment": 0.5,
    "project.replacement.from_key_region": 0.8,
    "project.coke_dry_quenching": 0.9,
}
"""How often a question of yes and no is answered yes; half the time where it does not stand here."""
HEAVY: Final = frozenset({"coal", "coke", "by_product_gas"})
IN_PARK: Final = 0.55
"""How many industrial projects choose a park, as offices ask them to."""
FITTING_PARK: Final = 0.9
"""How many of these choose the park of their trade: a chemical park for chemicals, an industrial one for the rest."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of project: how common it is, and what such a project states of itself."""

    weight: int
    words: Mapping[str, tuple[str, ...]]

    @property
    def chemical(self) -> bool:
        return self.words["sectors"][0][:2] in ("25", "26", "27")

    @property
    def industrial(self) -> bool:
        return "06" <= self.words["sectors"][0][:2] <= "44"


def read_kinds() -> tuple[Kind, ...]:
    """The kinds of `kinds.csv`."""
    with KINDS.open(encoding="utf-8", newline="") as file:
        return tuple(
            Kind(int(row.pop("weight")), {key: tuple(words.split()) for key, words in row.items()})
            for row in csv.DictReader(file)
        )


class Drawer:
    """Draws applications for a rulebook and a district: its outline, its chemical and its other parks, in degrees."""

    def __init__(
        self, rulebook: Rulebook, district: BaseGeometry, chemical: BaseGeometry, industrial: BaseGeometry
    ) -> None:
        self.kinds = read_kinds()
        self.district, self.parks = district, {True: chemical, False: industrial}
        self.terms = [
            term
            for _, term in sorted(rulebook.vocabulary.items())
            if term.supplier is Supplier.APPLICANT and not term.key.startswith("project.energy_intensity.")
        ]
        self.intensities = {key for key in rulebook.vocabulary if key.startswith("project.energy_intensity.")}
        self.thresholds: dict[str, list[Any]] = {}
        for rule in rulebook.rules:
            for test in (*tests_of(rule.when), *tests_of(rule.unless)):
                if isinstance(test, Test) and test.value is not None and not isinstance(test.value, frozenset):
                    self.thresholds.setdefault(test.fact, []).append(test.value)
        self.units = {key: term.unit for key, term in rulebook.vocabulary.items()}

    def application(self, number: int) -> dict[str, Any]:
        """The application of that number, as read from a file."""
        dice = random.Random(f"decisive {number}")
        kind = dice.choices(self.kinds, [one.weight for one in self.kinds])[0]
        claims: dict[str, Any] = {
            "sector": dice.choice(kind.words["sectors"]),
            **{name: list(words) for name, words in kind.words.items() if name != "sectors"},
            "works": dice.choices(list(WORKS), list(WORKS.values()))[0],
        }
        for term in self.terms:
            name = term.key.removeprefix("project.")
            if name not in claims:
                claims[name] = self._answer(term, kind, claims, dice)
        for product in (*kind.words["products"], *kind.words["processes"]):
            key = f"project.energy_intensity.{product}"
            if key in self.intensities:
                claims[key.removeprefix("project.")] = self._about(key, dice, 0.9, 1.06)
        return {"id": f"drawn-{number}", "project": claims, "site": {"geometry": self._footprint(kind, dice)}}

    def _answer(self, term: Term, kind: Kind, claims: Mapping[str, Any], dice: random.Random) -> Any:
        heavy = not HEAVY.isdisjoint(claims["fuels"]) or "smelting" in claims["processes"]
        match term.type:
            case Type.FLAG:
                return "yes" if dice.random() < YES.get(term.key, 0.5) else "no"
            case Type.CHOICE:
                return dice.choice(list(term.choices))
            case Type.SET:
                return ["closure"] if term.key == "project.coal_replacement.means" else [next(iter(term.choices))]
            case Type.DATE:
                return f"202{dice.randrange(2, 6)}-0{dice.randrange(1, 10)}-15"
            case _:
                pass
        if term.key == "project.energy.coal":
            return f"{round(math.exp(dice.gauss(10.5, 1)))} t/a" if "coal" in claims["fuels"] else "0 t/a"
        if term.key == "project.energy.total":
            return f"{round(math.exp(dice.gauss(10.5 if heavy else 6.5, 1.2)))} tce/a"
        if term.key == "project.energy.electricity":
            return f"{round(math.exp(dice.gauss(17 if heavy else 14.5, 1.2)))} kWh/a"
        if term.key.startswith("project.capacity_increase.") and dice.random() < 0.8:
            return f"0 {term.unit}"
        if term.key.endswith(".ratio"):
            return dice.choice(["1", "1.05", "1.25", "1.5", "2", "2"])
        return self._about(term.key, dice, 0.6, 2.0)

    def _about(self, key: str, dice: random.Random, least: float, most: float) -> str:
        """A figure about one of the thresholds the rules compare it with."""
        threshold = float(dice.choice(self.thresholds.get(key, [1000])))
        return f"{threshold * dice.uniform(least, most):.4g} {self.units[key]}".strip()

    def _footprint(self, kind: Kind, dice: random.Random) -> dict[str, Any]:
        """A rectangle of 60 to 400 m a side within a park or anywhere in the district."""
        where = self.district
        if kind.industrial and dice.random() < IN_PARK:
            where = self.parks[kind.chemical == (dice.random() < FITTING_PARK)]
        west, south, east, north = where.bounds
        while True:
            lon, lat = dice.uniform(west, east), dice.uniform(south, north)
            width, height = dice.uniform(60, 400), dice.uniform(60, 400)
            far_lon, _, _ = _EARTH.fwd(lon, lat, 90, width)
            _, far_lat, _ = _EARTH.fwd(lon, lat, 0, height)
            box = shapely.box(lon, lat, far_lon, far_lat)
            if where.covers(box):
                ring = [[round(x, 7), round(y, 7)] for x, y in box.exterior.coords]
                return {"type": "Polygon", "coordinates": [ring]}


def draw_many(drawer: Drawer, first: int, count: int) -> Iterator[dict[str, Any]]:
    """Applications `first`, `first` + 1, ..."""
    for number in range(first, first + count):
        yield drawer.application(number)
