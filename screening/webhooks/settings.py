"""The webhook settings, read once from the environment. Every problem is told at once, a misspelt name among them."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import urlsplit

from screening.errors import Problem, ScreeningError, suggest
from screening.webhooks.targets import Allowed, Network

PREFIX: Final = "SCREENING_WEBHOOK_"
NAMES: Final = ("SCREENING_WEBHOOK_ALLOW", "SCREENING_WEBHOOK_SOURCE", "SCREENING_WEBHOOK_CA")


class WebhookSettingsError(ScreeningError):
    """Settings that cannot be meant."""

    kind: ClassVar[str] = "webhook-settings"
    heading: ClassVar[str] = "the webhook settings have errors"


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """What may be sent to beside the public net, what the service is called in events, and whose certificates hold.

    `ca` is a file of certificates (PEM) that are believed beside the usual ones.
    """

    allowed: Allowed = field(default_factory=Allowed)
    source: str = "urn:screening"
    ca: Path | None = None

    def context(self) -> ssl.SSLContext:
        """How certificates are checked."""
        made = ssl.create_default_context()
        if self.ca is not None:
            made.load_verify_locations(self.ca)
        return made


def read_webhook_settings(environment: Mapping[str, str] | None = None) -> WebhookSettings:
    """Settings from SCREENING_WEBHOOK_ALLOW (networks and hosts, by commas), _SOURCE (a URI) and _CA (a file).

    Raises WebhookSettingsError.
    """
    found = os.environ if environment is None else environment
    problems = [
        Problem(name, "is no setting", suggest(name, NAMES) or f"known: {', '.join(NAMES)}", "没有此设置")
        for name in sorted(found)
        if name.startswith(PREFIX) and name not in NAMES
    ]
    networks: list[Network] = []
    hosts: set[str] = set()
    for one in found.get(NAMES[0], "").split(","):
        text = one.strip()
        try:
            networks.extend([ip_network(text)] if text else [])
        except ValueError:
            if "/" in text or ":" in text or text.replace(".", "").isdigit():
                # A network written wrong must not be taken for a host's name.
                problems.append(Problem(NAMES[0], f'"{text[:80]}" is no network', "write 10.1.0.0/16", "网段有误"))
            else:
                hosts.add(text.lower().rstrip("."))
    source = found.get(NAMES[1], "").strip() or "urn:screening"
    if not urlsplit(source).scheme or not source.isascii() or " " in source:
        problems.append(Problem(NAMES[1], "is no URI", "write https://zoning.example.gov.cn", "应为 URI"))
    ca = Path(found[NAMES[2]]) if found.get(NAMES[2]) else None
    if ca is not None:
        try:
            ssl.create_default_context().load_verify_locations(ca)
        except OSError as error:
            problems.append(
                Problem(NAMES[2], f"cannot be read: {error}", "name a file of certificates", "证书文件有误")
            )
    if problems:
        raise WebhookSettingsError(problems)
    return WebhookSettings(Allowed(tuple(networks), frozenset(hosts)), source, ca)
