"""Which encoding a file's text is in: what it declares first, then UTF-8, then GB18030, strictly and for all of it.

GB18030 stands for GB2312 and GBK too, which it contains. A declared Latin-1 or Windows-1252 says nothing: any byte is a
character there, and writers put it down when they were told nothing. What was assumed is always said.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from screening.atlas.formats.source import refuse
from screening.text import Text

_CHUNK: Final = 1 << 20
_CJK: Final = re.compile("[\u2e80-\ua4cf\uf900-\ufaff\ufe30-\uffef\U00020000-\U0003ffff]")
_SILENT: Final = frozenset({"iso8859-1", "cp1252", "ascii", "latin-1", "iso8859-15"})
_PAGES: Final = {"936": "gb18030", "54936": "gb18030", "65001": "utf-8", "950": "big5", "88591": "latin-1"}
_GB: Final = frozenset({"gb2312", "gbk", "gb18030", "hz"})


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec, how it is named in reports, and what had to be assumed to choose it."""

    codec: str
    remarks: tuple[Text, ...] = ()

    @property
    def name(self) -> str:
        return {"utf-8": "UTF-8", "gb18030": "GB18030"}.get(self.codec, self.codec.upper())


def codec_of(words: str | None) -> str | None:
    """The codec that words such as "GBK", "ANSI_936", "65001" or "UTF8" name; None for none that says anything."""
    name = (words or "").strip().strip("\ufeff").casefold()
    digits = re.fullmatch(r"(?:ansi|oem|cp|windows)?[ _-]?(\d{3,5})", name)
    if digits:
        name = _PAGES.get(digits.group(1), f"cp{digits.group(1)}")
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except (LookupError, ValueError):
        return None
    if found in _SILENT:
        return None
    return "gb18030" if found in _GB else found


def demanded_codec(words: str, where: str) -> str:
    """The codec a caller asks for by name. Raises SourceError when there is none of that name."""
    found = codec_of(words)
    if found is None:
        refuse(where, f'"{words[:40]}" is not a known encoding', "UTF-8 or GB18030", f"不认识的编码“{words[:40]}”")
    return found


def choose(reads: Callable[[str], str | None], declared: Sequence[str | None], demanded: str | None) -> Encoding | None:
    """The first encoding that reads everything; None where none does.

    `reads(codec)` is None when some text is not in that codec, else "cjk", "other" or "ascii" for what came out.
    Where nothing is declared and UTF-8 gives no Chinese but GB18030 does, it is GB18030: short Chinese words in it are
    now and then also Cyrillic or Arabic in UTF-8.
    """
    if demanded:
        return Encoding(demanded) if reads(demanded) else None
    named = [codec for codec in declared if codec]
    plain = reads("utf-8")
    if plain == "ascii" and not any(codec.startswith("utf-16") for codec in named):
        return Encoding("utf-8")
    for codec in named:
        kind = plain if codec == "utf-8" else reads(codec)
        if kind:
            doubtful = codec != "utf-8" and plain == "cjk"
            return Encoding(codec, (_also_utf8(codec),) if doubtful else ())
    found = "utf-8" if plain else None
    if plain != "cjk":
        kind = reads("gb18030")
        if kind and (plain is None or kind == "cjk"):
            found = "gb18030"
    return Encoding(found, (_assumed(found, named),)) if found else None


def _assumed(codec: str, named: Sequence[str]) -> Text:
    name = Encoding(codec).name
    if named:
        said = "、".join(Encoding(one).name for one in named)
        return Text(
            f"文件声明的文字编码 {said} 与内容不符，已按 {name} 读取",
            f"the text is not in {said} as the file declares; it was read as {name}",
        )
    return Text(f"文件未声明文字编码，已按 {name} 读取", f"no encoding is declared; the text was read as {name}")


def _also_utf8(codec: str) -> Text:
    name = Encoding(codec).name
    return Text(
        f"文字按文件声明的 {name} 读取，但也可能是 UTF-8；如有乱码请指明编码",
        f"the text was read as {name} as declared, but is also whole as UTF-8; name the encoding if it looks wrong",
    )


def kind_of_text(text: str) -> str:
    """What text is made of: "ascii", "cjk" where any Chinese is in it, or "other"."""
    if text.isascii():
        return "ascii"
    return "cjk" if _CJK.search(text) else "other"


def decode_cut(value: bytes, codec: str, width: int) -> tuple[str, bool] | None:
    """A value as text, and whether half a character was cut off its end; None when it is not in `codec`.

    Only a value that fills its column of `width` bytes may have been cut there.
    """
    try:
        return value.decode(codec), False
    except (UnicodeDecodeError, UnicodeError):
        pass
    if len(value) >= width:
        for half in range(1, min(4, len(value) + 1)):
            try:
                return value[:-half].decode(codec), True
            except (UnicodeDecodeError, UnicodeError):
                continue
    return None


def _marked(head: bytes) -> tuple[str, int] | None:
    """The codec a byte order mark says, and the mark's length."""
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return codec, len(mark)
    return None


def _decoded(path: Path, codec: str, skip: int) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)(errors="strict")
    with path.open("rb") as file:
        file.seek(skip)
        while chunk := file.read(_CHUNK):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)


def encoding_of_file(
    path: Path, where: str, declared: Iterable[str | None] = (), demanded: str | None = None
) -> tuple[Encoding, int]:
    """The encoding of a whole text file, and the length of its byte order mark. Raises SourceError when it has none."""
    with path.open("rb") as file:
        marked = _marked(file.read(4))
    if marked and not demanded:
        declared, skip = [marked[0]], marked[1]
    else:
        skip = marked[1] if marked and demanded == marked[0] else 0

    def reads(codec: str) -> str | None:
        kind = "ascii"
        try:
            for text in _decoded(path, codec, skip):
                if kind != "cjk" and not text.isascii():
                    kind = kind_of_text(text)
        except (UnicodeDecodeError, UnicodeError):
            return None
        return kind

    found = choose(reads, list(declared), demanded)
    if found is None:
        refuse(where, *_not_text(path, skip))
    return found, skip


def _not_text(path: Path, skip: int) -> tuple[str, str, str]:
    line = 1
    with path.open("rb") as file:
        file.seek(skip)
        for number, row in enumerate(file, 1):
            try:
                row[: 1 << 20].decode("gb18030")
            except UnicodeDecodeError:
                line = number
                break
    return (
        f"line {line} is neither UTF-8 nor GB18030 text",
        "save the file as UTF-8, or name its encoding",
        f"第 {line} 行既不是 UTF-8 也不是 GB18030 文字，请另存为 UTF-8 或指明编码",
    )


def read_words(path: Path, where: str, demanded: str | None = None) -> tuple[str, Encoding]:
    """All of a text file. Raises SourceError when it is text in no encoding known here."""
    found, skip = encoding_of_file(path, where, (), demanded)
    return "".join(_decoded(path, found.codec, skip)), found


def as_utf8(path: Path, found: Encoding, skip: int, copy: Path, edit: Callable[[str], str] | None = None) -> Path:
    """The file itself where it is plain UTF-8, else its copy in UTF-8 without a mark. `edit` changes its beginning."""
    if found.codec == "utf-8" and not skip and not edit:
        return path
    with copy.open("w", encoding="utf-8", newline="") as out:
        for number, text in enumerate(_decoded(path, found.codec, skip)):
            out.write(edit(text) if edit and not number else text)
    return copy
