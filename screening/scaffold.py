"""A new rule with its cases, ready to be filled in: what `screening rules new` writes."""

from __future__ import annotations

from pathlib import Path

from screening.errors import Problem, RulebookError
from screening.rulebook.rulefile import RULE_ID

_RULE = """\
id: {id}
title: {{zh: 题目, en: title}}
jurisdiction: CN
effective: {{from: 2026-08-15}}

basis:
  - {{instrument: eco-code, clause: 第○条}}

when:
  project.works: {{in: [new_build, expansion]}}

outcome: review
message:
  zh: 写给申请人看的一句话。
  en: One sentence for the applicant.
remedy:
  zh: 怎样改就符合。
  en: What would make it comply.
checked: {{level: memory}}
readings:
  - 我们怎样理解这一条。
not_encoded:
  - 哪些内容没有写进条件。
"""
_CASES = """\
rule: {id}
base: {{as_of: 2026-11-22, project.works: new_build}}
cases:
  - {{name: 成立, expect: review}}
  - {{name: 不成立, with: {{project.works: alteration}}, expect: pass}}
  - {{name: 缺事实, without: [project.works], expect: review, needs: [project.works]}}
  - {{name: 施行前一日, with: {{as_of: 2026-08-14}}, expect: pass}}
"""


def new_rule(folder: Path, place: str) -> tuple[Path, Path]:
    """Write `place` (`national/space/my-rule`) and its cases under a rulebook folder; existing files are never touched."""
    target = (folder / f"{place.removesuffix('.yaml')}.yaml").resolve()
    if not target.is_relative_to(folder.resolve()):
        raise RulebookError(
            Problem(place, "lies outside the rulebook", "name a place inside it, such as national/space/my-rule")
        )
    if not RULE_ID.fullmatch(target.stem) or target.stem.endswith(".cases"):
        raise RulebookError(
            Problem(place, f'"{target.stem}" is not a rule id', "use letters, digits, - and ., at least three of them")
        )
    cases = target.with_name(f"{target.stem}.cases.yaml")
    for path in (target, cases):
        if path.exists():
            raise RulebookError(Problem(str(path), "is there already", "choose another name"))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(_RULE.format(id=target.stem), encoding="utf-8")
    cases.write_text(_CASES.format(id=target.stem), encoding="utf-8")
    return target, cases
