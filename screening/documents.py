"""YAML and JSON in, with the line of every value, every scalar as text.

Scalars stay text so that `2614` keeps its digits, `0.1` is exactly a tenth and `yes` is a word; whoever knows the type
of a place reads the text as that type. Aliases, custom tags, duplicate keys and deep nesting are refused: a document
of ours needs none of them, and a hostile one uses them to grow.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import yaml

from screening.errors import Problem, ScreeningError

MAX_DEPTH: Final = 60
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DocumentError(ScreeningError):
    """A file that is not readable YAML or JSON."""

    kind = "unreadable-document"
    heading = "the file cannot be read"


@dataclass(frozen=True, slots=True)
class Node:
    """A value with the place it stands at. `value` is text, None (empty), a list of nodes or a dict of nodes."""

    value: str | list[Node] | dict[str, Node] | None
    line: int
    source: str
    quoted: bool = False

    @property
    def where(self) -> str:
        return f"{self.source}:{self.line}" if self.line else self.source

    @property
    def text(self) -> str | None:
        return self.value if isinstance(self.value, str) else None

    @property
    def mapping(self) -> dict[str, Node] | None:
        return self.value if isinstance(self.value, dict) else None

    @property
    def items(self) -> list[Node] | None:
        return self.value if isinstance(self.value, list) else None

    def plain(self) -> Any:
        """The value without places: text, None, lists and dicts."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def kind(self) -> str:
        """What stands here, in a word for error texts."""
        if isinstance(self.value, dict):
            return "a mapping"
        if isinstance(self.value, list):
            return "a list"
        return "nothing" if self.value is None else f'"{self.value[:60]}"'


def read_text(path: Path, limit: int) -> str:
    """A file as UTF-8 text. Raises DocumentError when missing, too large (`limit` bytes), empty or not UTF-8."""
    where = str(path)
    try:
        if path.is_dir():
            raise DocumentError(Problem(where, "is a directory", "name a file", zh="这是目录，请指定文件"))
        size = path.stat().st_size
        if size > limit:
            what = f"is {size:,} bytes; at most {limit:,} are read"
            raise DocumentError(
                Problem(where, what, "send a smaller file", zh=f"文件 {size:,} 字节，超过上限 {limit:,} 字节")
            )
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(
            Problem(
                where,
                f"cannot be opened ({error.strerror})",
                "check the path",
                zh=f"无法打开（{error.strerror}），请检查路径",
            )
        ) from None
    return decode(data, where)


def decode(data: bytes, where: str) -> str:
    """Bytes as UTF-8 text, a byte-order mark dropped. Raises DocumentError naming the first wrong byte."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            Problem(
                f"{where}:{line}",
                f"is not UTF-8 (byte {error.start + 1})",
                "save the file as UTF-8",
                zh=f"不是 UTF-8 编码（第 {error.start + 1} 字节），请另存为 UTF-8",
            )
        ) from None
    if not text.strip():
        raise DocumentError(Problem(where, "is empty", "write the document first", zh="文件是空的"))
    return text


def parse_yaml(text: str, source: str) -> Node:
    """YAML (or JSON, which it includes) text as nodes. Raises DocumentError with file and line."""
    try:
        events = yaml.parse(text, Loader=_LOADER)
        return _document(events, source)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise DocumentError(
            Problem(
                f"{source}:{line}",
                f"is not YAML: {error.problem or error.context}",
                "check indentation, colons and quotes",
                zh="不是合法的 YAML，请检查缩进、冒号和引号",
            )
        ) from None
    except UnicodeEncodeError:
        raise DocumentError(
            Problem(source, "holds half a character (a lone surrogate)", "remove it", zh="含有不完整的字符，请删除")
        ) from None
    except yaml.YAMLError as error:
        what = str(error).splitlines()[0]
        raise DocumentError(
            Problem(source, f"is not YAML: {what}", "remove the character", zh="含有 YAML 不允许的字符")
        ) from None


def _document(events: Iterator[Any], source: str) -> Node:
    root: Node | None = None
    # Each open collection: (node, pending key and its line); a loop, not recursion, so depth is bounded by MAX_DEPTH alone.
    stack: list[tuple[Node, list[tuple[str, int]]]] = []

    def refuse(event: Any, what: str, remedy: str, zh: str) -> DocumentError:
        return DocumentError(Problem(f"{source}:{event.start_mark.line + 1}", what, remedy, zh))

    def place(event: Any, node: Node) -> None:
        nonlocal root
        if not stack:
            root = node
            return
        parent, pending = stack[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif isinstance(parent.value, dict):
            if not pending:
                if node.text is None:
                    raise refuse(event, f"{node.kind()} as a key", "use a plain word as the key", "键应为普通文字")
                if node.text in parent.value:
                    raise refuse(
                        event,
                        f'the key "{node.text[:60]}" stands twice',
                        "keep one of them",
                        f"键“{node.text[:60]}”重复，请保留一个",
                    )
                pending.append((node.text, node.line))
            else:
                # A value stands where its key does: an author looks for `titel:`, not for the line below it.
                key, line = pending.pop()
                parent.value[key] = Node(node.value, line, node.source, node.quoted)

    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise refuse(event, "a second document in one file", "keep one document a file", "一个文件只应含一份文档")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise refuse(event, "an anchor or alias", "write the value out", "不支持锚点和引用，请写出其值")
        if getattr(event, "tag", None) is not None:
            raise refuse(event, "a type tag", "leave the tag out", "不支持类型标签，请删去")
        if isinstance(event, yaml.ScalarEvent):
            quoted = event.style in ('"', "'", "|", ">")
            empty = not quoted and event.value in ("", "~", "null")
            place(event, Node(None if empty else event.value, line, source, quoted))
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(stack) >= MAX_DEPTH:
                raise refuse(
                    event, f"nesting deeper than {MAX_DEPTH}", "flatten the document", f"嵌套超过 {MAX_DEPTH} 层"
                )
            node = Node({} if isinstance(event, yaml.MappingStartEvent) else [], line, source)
            place(event, node)
            stack.append((node, []))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            stack.pop()
    if root is None:
        raise DocumentError(Problem(source, "is empty", "write the document first", zh="文件是空的"))
    return root


def parse_json(text: str, source: str) -> Any:
    """JSON text as plain Python values, every number an exact `Decimal`. NaN and Infinity are refused."""

    def not_a_number(word: str) -> Any:
        raise DocumentError(
            Problem(
                source,
                f"{word} is not a number",
                "leave the value out when it is not known",
                zh=f"{word} 不是数；未知请留空",
            )
        )

    def one_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            seen: set[str] = set()
            double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            raise DocumentError(
                Problem(
                    source, f'the key "{double[:60]}" stands twice', "keep one of them", zh=f"键“{double[:60]}”重复"
                )
            )
        return found

    try:
        return json.loads(
            text, parse_constant=not_a_number, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=one_of_each
        )
    except json.JSONDecodeError as error:
        raise DocumentError(
            Problem(
                f"{source}:{error.lineno}",
                f"is not JSON: {error.msg}",
                "check commas, quotes and brackets",
                zh="不是合法的 JSON，请检查逗号、引号和括号",
            )
        ) from None
    except RecursionError:
        raise DocumentError(Problem(source, "is nested too deeply", "flatten the document", zh="嵌套过深")) from None
    except (ValueError, InvalidOperation) as error:
        raise DocumentError(
            Problem(
                source, f"holds a number that cannot be read: {error}", "use at most 40 digits", zh="含有无法读取的数"
            )
        ) from None
