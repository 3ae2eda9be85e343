"""The commands of those who keep the map."""

from __future__ import annotations

from pathlib import Path

import click

from screening.atlas import read_atlas
from screening.cli.common import clear_errors, lang_option, settings_of, zones_option


@click.command()
@lang_option
@zones_option
@clear_errors
def zones(lang: str, zones: Path | None) -> None:
    """The layers of a zone set, with tolerance, dates and what was repaired."""
    atlas = read_atlas(settings_of(None, zones).zones)
    click.echo(f"{atlas.title.get(lang)}: {atlas.note.get(lang)}")
    for layer in atlas.layers:
        card = layer.card
        click.echo(
            f"{layer.id:28} {card.kind:24} {card.as_of} ± {float(card.tolerance):g} m  {len(layer.features)}  {card.title.get(lang)}"
        )
