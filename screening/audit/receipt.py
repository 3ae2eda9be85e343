"""A receipt: one file by which a decision can be made again offline, and its place in the audit chain proved.

Canonical JSON (RFC 8785) with a line end. It holds the application as it was sent, the day, and the whole decision, which
names every rule and layer it was made from by digest; the rulebook and the zones themselves it does not carry, since they
are published and may be large. Where the decision was recorded, it also holds what the chain vouches for.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from screening.audit.chain import Entry, Head
from screening.audit.digests import Algorithm, digest
from screening.audit.proof import verify_proof
from screening.decision import canonical_json
from screening.errors import Problem, ScreeningError
from screening.text import Text

FORM: Final = "screening-receipt/1"
MOST_BYTES: Final = 100_000_000
_KEYS: Final = ("application", "as_of", "audit", "decision", "encoding", "receipt")


class ReceiptError(ScreeningError):
    """A file that is not a receipt."""

    kind = "invalid-receipt"
    heading = "this is not a receipt"


class State(StrEnum):
    """What came of looking at one part of a receipt."""

    HELD = "held"
    FAILED = "failed"
    NOT_HELD = "not_held"
    """Neither: what is needed to look at it is not there."""


@dataclass(frozen=True, slots=True)
class Check:
    """One part of a receipt that was looked at, and what was found."""

    part: str
    state: State
    words: Text

    def plain(self) -> dict[str, Any]:
        return {"part": self.part, "state": self.state.value, "words": self.words.plain()}


@dataclass(frozen=True, slots=True)
class Vouched:
    """The chain's part: the entry of the decision, what it was entered with, and the way to it from a head."""

    algorithm: Algorithm
    entry: Entry
    payload: Mapping[str, Any]
    head: Head
    proof: tuple[Entry, ...]

    def plain(self) -> dict[str, Any]:
        return {
            "algorithm": self.algorithm.value,
            "entry": self.entry.plain(),
            "payload": dict(self.payload),
            "head": str(self.head),
            "proof": [entry.plain() for entry in self.proof],
        }


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt file holds. `application` are the bytes of the request; `decision` is plain data, its id among it."""

    application: bytes
    as_of: date
    decision: Mapping[str, Any]
    audit: Vouched | None = None

    @property
    def decision_bytes(self) -> bytes:
        """The decision's canonical bytes."""
        return canonical_json(self.decision)

    def canonical(self) -> bytes:
        """The file."""
        try:
            application, encoding = self.application.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            application, encoding = base64.b64encode(self.application).decode("ascii"), "base64"
        plain = {
            "receipt": FORM,
            "as_of": self.as_of.isoformat(),
            "encoding": encoding,
            "application": application,
            "decision": dict(self.decision),
            "audit": self.audit.plain() if self.audit is not None else None,
        }
        return canonical_json(plain) + b"\n"

    @classmethod
    def of(cls, application: bytes, decision: bytes, audit: Vouched | None = None) -> Receipt:
        """The receipt of a decision's canonical bytes. Raises ReceiptError where they are not a decision's."""
        plain = _json(decision, "decision")
        _check_decision(plain, "decision")
        return cls(application, _day(plain["receipt"].get("as_of"), "decision/receipt/as_of"), plain, audit)

    @classmethod
    def read(cls, content: bytes, where: str = "") -> Receipt:
        """The receipt in a file's bytes. Raises ReceiptError, which says where it is not one."""
        if len(content) > MOST_BYTES:
            raise _refused(where, f"is over {MOST_BYTES:,} bytes", f"超过 {MOST_BYTES:,} 字节")
        plain = _json(content, where)
        if not isinstance(plain, dict) or plain.get("receipt") != FORM:
            raise _refused(where, f'does not say "receipt": "{FORM}"', f"未标明 {FORM}")
        if tuple(sorted(plain)) != _KEYS:
            raise _refused(where, f"holds other keys than {', '.join(_KEYS)}", f"应只含 {'、'.join(_KEYS)}")
        application, decision = plain["application"], plain["decision"]
        if not isinstance(application, str):
            raise _refused(f"{where}/application", "is not text", "应为文本")
        _check_decision(decision, f"{where}/decision")
        try:
            held = (
                base64.b64decode(application, validate=True)
                if plain["encoding"] == "base64"
                else application.encode("utf-8")
            )
        except (binascii.Error, ValueError):
            raise _refused(f"{where}/application", "is not what its encoding says", "与其编码不符") from None
        found = cls(held, _day(plain["as_of"], f"{where}/as_of"), decision, _vouched(plain["audit"], f"{where}/audit"))
        try:
            same = found.canonical() == content.rstrip(b"\r\n") + b"\n"
        except (UnicodeEncodeError, ValueError):
            same = False
        if not same:
            raise _refused(where, "is not in canonical form: it was written anew or edited", "不是规范形式，已被改写")
        return found

    def integrity(self, stated: Head | None = None) -> tuple[Check, ...]:
        """Whether the parts of the receipt agree with each other, and with a head of the chain kept elsewhere if given."""
        return (*self._of_decision(), *(self._of_audit(self.audit, stated) if self.audit else _unrecorded(stated)))

    def _of_decision(self) -> Sequence[Check]:
        body = {key: value for key, value in self.decision.items() if key != "id"}
        own = hashlib.sha256(canonical_json(body)).hexdigest()
        inner = self.decision.get("receipt")
        day = inner.get("as_of") if isinstance(inner, Mapping) else None
        return (
            _check(
                "decision", own == self.decision.get("id"), "内容与其编号（SHA-256）", "content and its id (SHA-256)"
            ),
            _check("as_of", day == self.as_of.isoformat(), "所标日期与结论的日期", "day stated and the decision's"),
        )

    def _of_audit(self, audit: Vouched, stated: Head | None) -> Sequence[Check]:
        algorithm, entry, payload = audit.algorithm, audit.entry, audit.payload
        entered = digest(algorithm, canonical_json(payload)) == entry.digest
        why = verify_proof(algorithm, audit.head, entry.seq, audit.proof)
        if not why and audit.proof[-1] != entry:
            why = f"the proof ends at another entry {entry.seq}"
        checks = [
            _check(
                "application",
                digest(algorithm, self.application) == payload.get("request"),
                "申请内容与审计记录",
                "application and the audit entry",
            ),
            _check(
                "decision bytes",
                digest(algorithm, self.decision_bytes) == payload.get("decision"),
                "结论内容与审计记录",
                "decision and the audit entry",
            ),
            _check("audit payload", entered, "审计记录的内容与其摘要", "what was entered and the entry's digest of it"),
            Check("audit proof", State.FAILED, Text(f"不能由链首证明：{why}", why))
            if why
            else _check("audit proof", True, "审计记录与链尾", "entry and the head of the chain"),
        ]
        if stated is not None:
            checks.append(_stated(audit, stated))
        return checks


def _stated(audit: Vouched, stated: Head) -> Check:
    if stated.seq != audit.head.seq:
        words = Text(
            f"收据的链尾为第 {audit.head.seq} 条，所给为第 {stated.seq} 条，无从比较",
            f"the receipt's head is entry {audit.head.seq}, the one given {stated.seq}: they cannot be compared",
        )
        return Check("audit head", State.NOT_HELD, words)
    return _check("audit head", stated == audit.head, "收据的链尾与所给的", "receipt's head and the one given")


def _unrecorded(stated: Head | None) -> Sequence[Check]:
    if stated is None:
        return ()
    words = Text("收据没有审计记录", "the receipt holds no audit entry")
    return (Check("audit head", State.NOT_HELD, words),)


def _check(part: str, held: bool, zh: str, en: str) -> Check:
    words = Text(f"{zh}{'一致' if held else '不一致'}", f"the {en} {'agree' if held else 'do not agree'}")
    return Check(part, State.HELD if held else State.FAILED, words)


def _check_decision(plain: Any, where: str) -> None:
    """Raises ReceiptError unless plain data names what a decision was made from."""
    inner = plain.get("receipt") if isinstance(plain, Mapping) else None
    if (
        not isinstance(inner, Mapping)
        or not all(isinstance(inner.get(key), str) for key in ("as_of", "engine", "rulebook"))
        or not all(_digests(inner.get(key)) for key in ("rules", "layers"))
    ):
        raise _refused(where, "is not a decision that names its rules and layers", "不是列明规则与图层的筛查结论")


def _digests(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(one, str) for one in value.values())


def _vouched(plain: Any, where: str) -> Vouched | None:
    if plain is None:
        return None
    try:
        return Vouched(
            Algorithm(plain["algorithm"]),
            Entry.of(plain["entry"]),
            dict(plain["payload"]),
            Head.parse(plain["head"]),
            tuple(Entry.of(one) for one in plain["proof"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _refused(where, f"is not an entry with its proof ({str(error)[:80]})", "审计部分不完整") from None


def _json(content: bytes, where: str) -> Any:
    def no_floats(text: str) -> Any:
        raise ValueError(f"holds {text[:20]}, and a receipt holds no fractions")

    try:
        return json.loads(content, parse_float=no_floats, parse_constant=no_floats)
    except (ValueError, RecursionError) as error:
        raise _refused(where, f"is not JSON ({str(error)[:120]})", "不是 JSON") from None


def _day(text: Any, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        raise _refused(where, "is not a day", "不是日期") from None


def _refused(where: str, what: str, zh: str) -> ReceiptError:
    return ReceiptError(Problem(where, what, "use the file as it was handed out", f"{zh}，请使用原始收据文件"))
