"""The commands of those who keep the map: import a file, check, list and show layers, make search structures."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from screening.atlas import Atlas, Layer, read_atlas
from screening.atlas.checking import check_layer
from screening.atlas.snapshot import ISSUES, keep_prepared
from screening.atlas.versions import select_versions
from screening.cli.common import clear_errors, day_option, lang_option, settings_of, zones_option
from screening.cli.zones_import import import_file, tell_issues
from screening.cli.zones_place import place
from screening.errors import InputError, Problem, suggest
from screening.text import Text


@click.group(invoke_without_command=True)
@lang_option
@zones_option
@click.pass_context
@clear_errors
def zones(ctx: click.Context, lang: str, zones: Path | None) -> None:
    """The map: import, check, list, show, place, prepare. Alone, it lists the layers."""
    if ctx.invoked_subcommand is None:
        _list(read_atlas(settings_of(None, zones).zones), None, lang)


@zones.command(name="list")
@day_option
@lang_option
@zones_option
@clear_errors
def list_layers(as_of: date | None, lang: str, zones: Path | None) -> None:
    """The layers of a zone set: kind, date, tolerance, features. With --as-of, which versions hold on that day."""
    _list(read_atlas(settings_of(None, zones).zones), as_of, lang)


def _list(atlas: Atlas, as_of: date | None, lang: str) -> None:
    click.echo(f"{atlas.title.get(lang)}: {atlas.note.get(lang)}")
    reasons = select_versions(atlas.layers, as_of) if as_of else (None,) * len(atlas.layers)
    for layer, why in zip(atlas.layers, reasons, strict=True):
        card = layer.card
        ending = f"  [{why.words.get(lang)}]" if why else ""
        click.echo(
            f"{layer.id:28} {card.kind:24} {card.as_of} ± {float(layer.tolerance):g} m  {len(layer.features)}  "
            f"{card.title.get(lang)}{ending}"
        )


@zones.command()
@click.argument("layer")
@day_option
@lang_option
@zones_option
@clear_errors
def show(layer: str, as_of: date | None, lang: str, zones: Path | None) -> None:
    """Everything that is said of LAYER, every version of it, and which one holds on a day."""
    atlas = read_atlas(settings_of(None, zones).zones)
    reasons = select_versions(atlas.layers, as_of or date.today())
    found = [(one, why) for one, why in zip(atlas.layers, reasons, strict=True) if one.id == layer]
    if not found:
        known = [one.id for one in atlas.layers]
        raise InputError(Problem(layer, "is no layer of this zone set", suggest(layer, known) or f"known: {known}"))
    for one, why in found:
        click.echo("\n".join(_said(one, why.words if why else Text("采用", "holds"), as_of or date.today(), lang)))


def _said(layer: Layer, state: Text, day: date, lang: str) -> Iterator[str]:
    card, zh = layer.card, lang == "zh"
    came = card.transformed
    parts = [f"{float(card.tolerance):g}"] + ([f"{float(came.error):g} ({came.source})"] if came and came.error else [])
    ending = card.stale_after or card.never_stale.get(lang)
    force = f"{card.in_force_from or '…'} – {card.in_force_until or '…'}"
    rows = [
        ("标题" if zh else "title", card.title.get(lang)),
        ("种类" if zh else "kind", f"{card.kind} ({card.use})"),
        (str(day), state.get(lang)),
        ("来源" if zh else "source", card.source.get(lang)),
        ("数据日期" if zh else "as of", str(card.as_of)),
        ("入库" if zh else "recorded", str(card.recorded)),
        ("有效期" if zh else "in force", force),
        ("过期" if zh else "stale after", str(ending)),
        ("许可" if zh else "licence", card.licence),
        ("容差" if zh else "tolerance", f"{float(layer.tolerance):g} m = {' + '.join(parts)}"),
        ("完整范围" if zh else "complete within", card.complete_within or "-"),
        ("要素" if zh else "features", str(len(layer.features))),
        ("字段" if zh else "attributes", ", ".join(f"{key}={name}" for key, name in (card.attributes or {}).items())),
        ("原文件" if zh else "original", ", ".join(f"{key} {text}" for key, text in (card.original or {}).items())),
        ("计数" if zh else "counts", "; ".join(words.get(lang) for words in layer.counts.words())),
        ("说明" if zh else "note", card.note.get(lang)),
        ("sha256", layer.sha256),
    ]
    yield f"{layer.id}"
    yield from (f"  {name}: {text}" for name, text in rows if text)


@zones.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@lang_option
@zones_option
@clear_errors
def check(folder: Path | None, lang: str, zones: Path | None) -> None:
    """Read a zone set whole: files against their cards, shapes, codes, overlaps and gaps. Ends with 1 on errors."""
    atlas = read_atlas(folder or settings_of(None, zones).zones)
    failed = False
    for layer in atlas.layers:
        found = check_layer(layer)
        failed = failed or bool(found.errors)
        click.echo(f"{layer.id} {layer.card.recorded}: {'; '.join(words.get(lang) for words in found.counts.words())}")
        tell_issues(found.issues, lang, str(layer.folder / ISSUES) if layer.folder else "")
        for error in found.errors:
            click.echo(f"  {'错误' if lang == 'zh' else 'error'}: {error.text(lang)}")
    zh = f"{len(atlas.layers)} 个图层：{'有错误' if failed else '没有错误'}"
    click.echo(zh if lang == "zh" else f"{len(atlas.layers)} layers: {'errors' if failed else 'no errors'}")
    sys.exit(1 if failed else 0)


@zones.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@lang_option
@zones_option
@clear_errors
def prepare(folder: Path | None, lang: str, zones: Path | None) -> None:
    """Make the search structures of every snapshot anew. They are kept beside its data and follow from it."""
    for layer in read_atlas(folder or settings_of(None, zones).zones).layers:
        if layer.folder is not None:
            keep_prepared(layer.folder, layer.card)
            click.echo(f"{layer.id} {layer.card.recorded}")


zones.add_command(import_file)
zones.add_command(place)
