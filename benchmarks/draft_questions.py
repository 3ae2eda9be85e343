"""How many clauses of a published list are left to an officer for 20 typical projects, before and after drafting.

    python -m benchmarks.draft_questions LIST.csv [--rules FOLDER]

Before: every clause of the unit that binds. After: those whose proposed condition, nobody having accepted any, is not
certainly false for the project. Each project is asked three ways: on a site in none of the zones the vocabulary knows, on
one of which no zone is known (no layer loaded), and on one in all of them. Figures are over the units of the list.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path
from statistics import mean, median
from typing import Any, Final

from screening.engine.truth import Truth, truth
from screening.facts import Value
from screening.rulebook.drafting.draftfile import flow
from screening.rulebook.drafting.lexicon import read_lexicon
from screening.rulebook.drafting.proposals import draft, list_of_file
from screening.rulebook.lists.structure import StructureReader
from screening.rulebook.reading import Reading
from screening.rulebook.terms import Type
from screening.rulebook.values import read_value
from screening.rulebook.vocabulary import Vocabulary
from screening.rulebook.words import read_vocabulary

AIR: Final = ["air_pollutants"]
SEWER: Final = ["wastewater_sewer", "industrial_noise"]
NOT_INDUSTRY: Final = {"processes": ["none_of_these"], "products": ["other"]}
CLEAN: Final = {"two_high": "no", "high_energy": "no", "capacity_capped": "no"}
HIGH: Final = {"two_high": "yes", "high_energy": "yes", "capacity_capped": "no"}

PROJECTS: Final[dict[str, tuple[dict[str, Any], dict[str, str]]]] = {
    "3071 ceramic tiles": ({"sector": "3071", "processes": ["ceramic_firing"], "products": ["ceramic_tile_02"], "releases": [*AIR, *SEWER], "fuels": ["natural_gas", "electricity"], "energy.total": "30000 tce/a"}, HIGH),
    "3011 cement": ({"sector": "3011", "processes": ["clinker_burning"], "products": ["clinker"], "releases": [*AIR, *SEWER], "fuels": ["coal"], "energy.total": "200000 tce/a"}, HIGH),
    "3042 special glass": ({"sector": "3042", "processes": ["glass_melting"], "products": ["other"], "releases": [*AIR, *SEWER], "fuels": ["natural_gas"], "energy.total": "9000 tce/a"}, CLEAN | {"high_energy": "yes"}),
    "2614 organic chemicals": ({"sector": "2614", "processes": ["chemical_reaction"], "products": ["organic_chemical"], "releases": [*AIR, "vocs", "toxic_air", *SEWER, "soil_pollutants"], "fuels": ["natural_gas"], "energy.total": "20000 tce/a"}, HIGH),
    "2641 paint": ({"sector": "2641", "processes": ["physical_mixing_only"], "products": ["coating"], "releases": [*AIR, "vocs", *SEWER], "high_voc_materials": "yes", "fuels": ["electricity"], "energy.total": "800 tce/a"}, CLEAN | {"high_energy": "yes"}),
    "3252 aluminium profiles": ({"sector": "3252", "processes": ["rolling", "surface_coating"], "products": ["other"], "releases": [*AIR, "vocs", *SEWER], "fuels": ["natural_gas"], "energy.total": "6000 tce/a"}, CLEAN | {"high_energy": "yes"}),
    "3360 electroplating": ({"sector": "3360", "processes": ["electroplating"], "products": ["other"], "releases": [*AIR, "heavy_metals", "toxic_air", "soil_pollutants", *SEWER], "fuels": ["electricity"], "energy.total": "900 tce/a"}, CLEAN),
    "3982 printed circuits": ({"sector": "3982", "processes": ["electroplating"], "products": ["electronics"], "releases": [*AIR, "vocs", "heavy_metals", *SEWER], "fuels": ["electricity"], "energy.total": "4000 tce/a"}, CLEAN),
    "3912 computer parts": ({"sector": "3912", "processes": ["machining_assembly"], "products": ["electronics"], "releases": SEWER, "fuels": ["electricity"], "energy.total": "500 tce/a"}, CLEAN),
    "3429 machine tools": ({"sector": "3429", "processes": ["machining_assembly"], "products": ["machinery"], "releases": SEWER, "fuels": ["electricity"], "energy.total": "300 tce/a"}, CLEAN),
    "3391 iron castings": ({"sector": "3391", "processes": ["casting"], "products": ["other"], "releases": [*AIR, "vocs", *SEWER], "fuels": ["electricity"], "energy.total": "3000 tce/a"}, CLEAN),
    "2110 wooden furniture": ({"sector": "2110", "processes": ["surface_coating"], "products": ["other"], "releases": [*AIR, "vocs", *SEWER], "high_voc_materials": "no", "fuels": ["electricity"], "energy.total": "200 tce/a"}, CLEAN),
    "1713 cotton dyeing": ({"sector": "1713", "processes": ["printing_dyeing"], "products": ["textile"], "releases": [*AIR, "vocs", *SEWER], "fuels": ["natural_gas"], "energy.total": "8000 tce/a"}, CLEAN),
    "2927 plastic ware": ({"sector": "2927", "processes": ["none_of_these"], "products": ["other"], "releases": ["vocs", *SEWER], "fuels": ["electricity"], "energy.total": "600 tce/a"}, CLEAN),
    "1432 frozen food": ({"sector": "1432", "processes": ["none_of_these"], "products": ["food"], "releases": SEWER, "fuels": ["electricity"], "energy.total": "700 tce/a"}, CLEAN),
    "4411 coal power": ({"sector": "4411", "processes": ["none_of_these"], "products": ["coal_power"], "releases": [*AIR, "heavy_metals", "toxic_air", *SEWER], "fuels": ["coal"], "energy.total": "900000 tce/a"}, HIGH),
    "4620 sewage works": ({"sector": "4620", **NOT_INDUSTRY, "releases": ["wastewater_new_outfall", "air_pollutants", "industrial_noise"], "fuels": ["electricity"], "energy.total": "900 tce/a"}, CLEAN),
    "5990 warehouse": ({"sector": "5990", **NOT_INDUSTRY, "releases": ["wastewater_sewer"], "fuels": ["electricity"], "energy.total": "50 tce/a"}, CLEAN),
    "0313 pig farm": ({"sector": "0313", **NOT_INDUSTRY, "releases": ["wastewater_sewer", "air_pollutants"], "fuels": ["electricity"], "energy.total": "60 tce/a"}, CLEAN),
    "7010 housing": ({"sector": "7010", **NOT_INDUSTRY, "releases": ["wastewater_sewer"], "fuels": ["electricity"], "energy.total": "100 tce/a"}, CLEAN),
}  # fmt: skip
EVERYWHERE: Final = {
    "works": "new_build",
    "activity": ["none_of_these"],
    "equipment": ["none_of_these"],
    "near_other_tributary": "no",
}


def facts_of(claims: dict[str, Any], classes: dict[str, str], vocabulary: Vocabulary) -> dict[str, Value]:
    """What is known of a typical project, without its site. A project that does not say otherwise uses no high-VOC material."""
    stated = {**EVERYWHERE, "high_voc_materials": "no", **claims}
    found = {fact.key: fact.value for fact in vocabulary.read_claims(stated).values()}
    found |= {f"class.{key}": read_value(vocabulary[f"class.{key}"], value) for key, value in classes.items()}
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("list", type=Path)
    parser.add_argument("--rules", type=Path, default=Path("rules"))
    asked = parser.parse_args()
    reading = Reading()
    vocabulary = read_vocabulary(asked.rules / "vocabulary", reading, "vocabulary")
    source = list_of_file(asked.list, vocabulary)
    structures = StructureReader(vocabulary)
    made = draft(source, read_lexicon(asked.rules, vocabulary))
    before: dict[str, int] = dict.fromkeys(source.units, 0)
    for proposal in made.proposals:
        for clause in proposal.clauses:
            before[clause.unit] += 1
    zones = [key for key, term in vocabulary.items() if key.startswith("site.overlaps.") and term.type is Type.FLAG]
    sites = {
        "no zone": {key: read_value(vocabulary[key], "no") for key in zones},
        "no layer": {},
        "every zone": {key: read_value(vocabulary[key], "yes") for key in zones},
    }
    print(f"{made.binding} binding clauses, {made.narrowed} narrowed; {len(before)} units")
    print(f"| project | before | {' | '.join(sites)} |\n|---|---|{'---|' * len(sites)}")
    totals: dict[str, list[int]] = defaultdict(list)
    for name, (claims, classes) in PROJECTS.items():
        cells = []
        for site, places in sites.items():
            values = facts_of(claims, classes, vocabulary) | places
            left = dict.fromkeys(before, 0)
            for proposal in made.proposals:
                when = proposal.reading.when
                condition = None if when is None else structures.read({"when": flow(when)})[0].when
                if condition is not None and truth(condition, vocabulary, values) is Truth.FALSE:
                    continue
                for clause in proposal.clauses:
                    left[clause.unit] += 1
            totals[site].extend(left.values())
            cells.append(_figures(list(left.values())))
        print(f"| {name} | {_figures(list(before.values()))} | {' | '.join(cells)} |")
    print(f"| all | {_figures(list(before.values()))} | {' | '.join(_figures(one) for one in totals.values())} |")
    for site, counts in totals.items():
        print(f"{site}: {sum(count == 0 for count in counts) / len(counts):.1%} of project × unit ask nothing")
    return 0


def _figures(counts: list[int]) -> str:
    return f"{mean(counts):.2f} / {median(counts):g}"


if __name__ == "__main__":
    raise SystemExit(main())
