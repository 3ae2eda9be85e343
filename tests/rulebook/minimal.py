"""The smallest rulebook in which everything a rule may say can be said, for tests to bend in one place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from screening.errors import RulebookError
from screening.rulebook.model import Rule
from screening.rulebook.reader import Rulebook

FACTS = """\
facts:
  project.works:
    type: choice
    supplied_by: applicant
    label: {zh: 建设性质, en: kind of works}
    choices:
      new_build: {zh: 新建, en: new build}
      expansion: {zh: 扩建, en: expansion}
      alteration: {zh: 改建, en: alteration}
    aliases: {改扩建: expansion}
  project.sector: {type: sector, supplied_by: applicant, choices_from: sectors.csv, label: {zh: 行业, en: sector}}
  project.capacity: {type: number, unit: t/a, supplied_by: applicant, label: {zh: 产能, en: capacity}}
  project.ratio: {type: number, supplied_by: applicant, label: {zh: 置换比例, en: replacement ratio}}
  project.change: {type: number, unit: t/a, min: none, supplied_by: applicant, label: {zh: 增减量, en: change}}
  project.started: {type: date, supplied_by: applicant, label: {zh: 开工日, en: start of works}}
  project.in_park: {type: flag, supplied_by: applicant, label: {zh: 在园区内, en: in a park}}
  project.fuels:
    type: set
    supplied_by: applicant
    label: {zh: 燃料, en: fuels}
    choices: {coal: {zh: 煤, en: coal}, coke: {zh: 焦炭, en: coke}, gas: {zh: 天然气, en: natural gas}}
  project.plants: {type: set, supplied_by: applicant, label: {zh: 生产线, en: lines}}
  site.jurisdictions: {type: set, supplied_by: atlas, label: {zh: 所在辖区, en: jurisdictions}}
  class.two_high: {type: flag, supplied_by: classification, label: {zh: 两高项目, en: two-high project}}
  class.big: {type: flag, supplied_by: classification, label: {zh: 大型, en: big}}
families:
  site.distance:
    type: number
    unit: m
    supplied_by: atlas
    label: {zh: "到{zh}的距离", en: "distance to {en}"}
    members_from: kinds.csv
    where: {geometry: line|area}
  site.overlaps:
    type: flag
    supplied_by: atlas
    label: {zh: "涉及{zh}", en: "overlaps {en}"}
    members_from: kinds.csv
    where: {geometry: area}
groups:
  new_works: {of: project.works, label: {zh: 新扩建, en: new works}, members: [new_build, expansion]}
  chemicals: {of: project.sector, label: {zh: 化工, en: chemical industry}, members: ["26"]}
  solid_fuels: {of: project.fuels, label: {zh: 固体燃料, en: solid fuels}, members: [coal, coke]}
"""
SECTORS = """\
key,zh,en
2611,无机酸制造,
2614,有机化学原料制造,organic chemicals
3011,水泥制造,cement
3012,石灰和石膏制造,
"""
KINDS = """\
key,geometry,zh,en
shoreline,line,岸线,the shoreline
redline,area,生态保护红线,the ecological redline
mast,point,测点,a mast
"""
INSTRUMENTS = """\
eco-code: {name: {zh: 生态环境法典, en: Ecological Code}, issuer: 全国人大, in_force: {from: 2026-08-15}}
water-law: {name: {zh: 水法, en: Water Law}, issuer: 全国人大, in_force: {from: 2008-06-01, until: 2026-08-15}, repealed_by: eco-code}
river-law: {name: {zh: 长江保护法, en: River Law}, number: 第65号, issuer: 全国人大, in_force: {from: 2021-03-01}}
"""
RULE = {
    "id": "the-rule",
    "title": "{zh: 题目, en: title}",
    "jurisdiction": "CN",
    "effective": "{from: 2021-03-01}",
    "basis": "[{instrument: river-law, clause: 第26条}]",
    "when": "{project.works: {in: new_works}}",
    "outcome": "reject",
    "message": "{zh: 不行, en: no}",
    "checked": "{level: text, on: 2026-11-22}",
}
"""A rule that loads, a key a line: `when` stands on line 6."""


def rule_text(**changes: str | None) -> str:
    """The rule with some keys changed, added or (None) left out; every key stays on its line while none is left out."""
    keys = {**RULE, **changes}
    return "".join(f"{key}: {value}\n" for key, value in keys.items() if value is not None)


def write_book(folder: Path, files: Mapping[str, str] | None = None) -> Path:
    """A rulebook folder `rules` that loads, and these files over or beside its own."""
    own = {
        "vocabulary/facts.yaml": FACTS,
        "vocabulary/sectors.csv": SECTORS,
        "vocabulary/kinds.csv": KINDS,
        "instruments.yaml": INSTRUMENTS,
    }
    for name, text in {**own, **(files or {})}.items():
        path = folder / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "rules"


def load(folder: Path, *rules: str, files: Mapping[str, str] | None = None) -> Rulebook:
    """A rulebook of these rule texts, `rule1.yaml` and on, and of other files."""
    named = {f"rule{number}.yaml": text for number, text in enumerate(rules, 1)}
    return Rulebook.load(write_book(folder, {**named, **(files or {})}))


def load_rule(folder: Path, **changes: str | None) -> Rule:
    """The one rule, changed so."""
    return load(folder, rule_text(**changes)).rules[0]


def problems(folder: Path, *rules: str, files: Mapping[str, str] | None = None) -> list[str]:
    """What is wrong with a rulebook of these rules (and files), a line each; it must not load."""
    named = {f"rule{number}.yaml": text for number, text in enumerate(rules, 1)}
    with pytest.raises(RulebookError) as caught:
        Rulebook.load(write_book(folder, {**named, **(files or {})}))
    return [problem.text().replace(f"{folder}/", "") for problem in caught.value.problems]


def rule_problems(folder: Path, **changes: str | None) -> list[str]:
    """What is wrong with the one rule, changed so."""
    return problems(folder, rule_text(**changes))
