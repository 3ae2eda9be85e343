"""How a request came, before anyone asks who sent it: the host it names, the page that sent it, the machine it came from.

A page of another site can make a browser send requests to this machine. Reading the answers is forbidden to it (no CORS),
but it may cause changes (refused by `Origin`), and by giving its own name the address 127.0.0.1 it becomes the same site
(DNS rebinding; refused by `Host`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from screening.access.refusals import CrossSiteError, MisdirectedError
from screening.errors import Problem

Network = IPv4Network | IPv6Network
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PROXY_HEADERS: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
_HOST: Final = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::([0-9]{1,5}))?")
_ORIGIN: Final = re.compile(r"(https?)://(.{1,300})")
_PORTS: Final = {"http": "80", "https": "443"}
_NAMED: Final = 200


@dataclass(frozen=True, slots=True)
class Arrival:
    """What counts of a request's line and headers. Headers that may be sent several times are all here, in their order."""

    method: str
    path: str
    hosts: tuple[str, ...]
    peer: str | None
    origins: tuple[str, ...] = ()
    fetch_site: str | None = None
    forwarded_for: tuple[str, ...] = ()
    proxied: bool = False
    authorization: tuple[str, ...] = ()
    api_keys: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether it asks for more than to be shown something."""
        return self.method not in SAFE_METHODS


def host_name(host: str) -> tuple[str, str | None] | None:
    """The name and port of a Host header, the name in lower case without its last dot; None where it is none."""
    match = _HOST.fullmatch(host.strip().lower())
    return (match[1].removesuffix("."), match[2]) if match else None


def check_host(arrival: Arrival, allowed: frozenset[str]) -> None:
    """Raises MisdirectedError unless the request names one host, and one of the allowed (any, where none are named)."""
    found = host_name(arrival.hosts[0]) if len(arrival.hosts) == 1 else None
    if found is not None and (not allowed or found[0] in allowed):
        return
    shown = ", ".join(arrival.hosts)[:_NAMED] or "none"
    raise MisdirectedError(
        Problem(
            "host",
            f"the request names the host {shown!r}",
            "ask by the name the service was set up for, or add it to SCREENING_AUTH_HOSTS",
            "请求的主机名不是本服务的主机名",
        ),
        "host",
    )


def check_loopback(arrival: Arrival) -> None:
    """Raises MisdirectedError unless the request comes from this machine and no proxy says that it passed it on.

    Without accounts whoever reaches the service may do everything: it must be nobody but the user of this machine.
    """
    if is_loopback(arrival.peer) and not arrival.proxied:
        return
    what = "a proxy passed the request on" if arrival.proxied else "the request comes from another machine"
    raise MisdirectedError(
        Problem(
            "",
            f"{what}, and the service has no accounts",
            "configure authentication (docs/access.md)",
            "本服务未配置身份认证，只接受本机直接访问",
        ),
        "proxy" if arrival.proxied else "peer",
    )


def check_origin(arrival: Arrival, allowed: frozenset[str]) -> None:
    """Raises CrossSiteError for a change that a page of another origin asks for.

    Programs send neither `Origin` nor `Sec-Fetch-Site` and are let through. `allowed` names origins beyond the service's
    own, for a proxy that changes the Host.
    """
    if not arrival.changes:
        return
    if not arrival.origins:
        fine = arrival.fetch_site in (None, "same-origin", "none")
    else:
        fine = len(arrival.origins) == 1 and (
            arrival.origins[0] in allowed or _same_host(arrival.origins[0], arrival.hosts[0] if arrival.hosts else "")
        )
    if not fine:
        shown = ", ".join(arrival.origins)[:_NAMED] or arrival.fetch_site
        raise CrossSiteError(
            Problem(
                "origin", f"the request comes from a page of {shown!r}", "use the service's own page", "跨站请求被拒绝"
            ),
            "origin",
        )


def _same_host(origin: str, host: str) -> bool:
    match = _ORIGIN.fullmatch(origin)
    there, here = host_name(match[2]) if match else None, host_name(host)
    if match is None or there is None or here is None:
        return False
    port = _PORTS[match[1]]
    # A proxy that ends TLS passes the Host on without a port: then the scheme's own is meant, whichever that is.
    return there[0] == here[0] and (there[1] or port) == (here[1] or port)


def is_loopback(address: str | None) -> bool:
    """Whether an address is of this machine itself; a name is none, and neither is what is missing."""
    found = _address(address or "")
    return found is not None and found.is_loopback


def counted_address(arrival: Arrival, trusted: Sequence[Network]) -> str:
    """The address a request is counted by: the nearest one that is not a trusted proxy's; of IPv6 its network of 64 bits.

    `X-Forwarded-For` is read from its end, and only as far as trusted proxies wrote it: what stands before is a claim.
    """
    if arrival.peer is None:
        return "unknown"
    found = _address(arrival.peer)
    if found is None:
        return arrival.peer[:_NAMED]
    for part in reversed(",".join(arrival.forwarded_for).split(",")):
        if not any(found in network for network in trusted):
            break
        before = _address(part.strip())
        if before is None:
            break
        found = before
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False))
    return str(found)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
