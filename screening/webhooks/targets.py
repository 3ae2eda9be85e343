"""Where events may be sent: to public addresses by https, and to those of the office's own net that the settings allow.

A subscriber's URL makes this service send a request from inside the office's net. So a host's addresses are looked up
once, all of them must be allowed, the connection is made to one that was looked at, and no redirect is followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from screening.errors import InputError, Problem

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

LONGEST: Final = 2000
_PORTS: Final = {"http": 80, "https": 443}
_CARRIERS: Final = tuple(
    # What is written in these reaches an IPv4 address that need not be public: NAT64, 6to4, Teredo, IPv4-compatible.
    ip_network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10")
)


class TargetError(InputError):
    """A URL that nothing may be sent to."""

    kind = "webhook-target"
    heading = "nothing can be sent there"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What beside public addresses may be sent to, by http too: networks, and hosts by their names."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    @property
    def any(self) -> bool:
        return bool(self.networks or self.hosts)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL in its parts. `host` is a name in lower case (IDNA) or an address; `path` has the query with it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def address(self) -> Address | None:
        """The address that the URL names itself."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def read_target(url: str, allowed: Allowed) -> Target:
    """A subscriber's URL. Raises TargetError for what is no URL to send to, as far as can be said without looking it up."""
    if len(url) > LONGEST or not all(0x20 < ord(one) != 0x7F for one in url):
        raise _refused(f"is over {LONGEST} characters or holds blanks", "write an https URL", "网址过长或含空白")
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        host = host if ":" in host else host.encode("idna").decode("ascii").lower()
        port = parts.port
    except ValueError:
        raise _refused("is no URL", "write an https URL", "网址格式不对") from None
    if parts.scheme not in _PORTS or not host or port == 0:
        raise _refused("is no https URL", "write https://host/path", "应为 https 网址")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused("names a user or a fragment", "leave them out", "网址不得含用户名或片段")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise _refused("holds characters that a URL does not", "percent-encode them", "网址含未编码字符")
    target = Target(parts.scheme, host, port or _PORTS[parts.scheme], path)
    if target.address is not None:
        require_allowed(target, (target.host,), allowed)
    elif target.scheme == "http" and not allowed.any:
        raise _refused("is not https", "write an https URL", "应使用 https")
    return target


def require_allowed(target: Target, addresses: Sequence[str], allowed: Allowed) -> None:
    """Raises TargetError unless all of a host's addresses may be sent to."""
    if not addresses:
        raise _refused("has no address", "check the name", "该主机名无地址")
    own = target.host in allowed.hosts or all(_within(ip_address(one), allowed.networks) for one in addresses)
    if own:
        return
    for one in addresses:
        found = ip_address(one)
        if not (is_public(found) or _within(found, allowed.networks)):
            raise _refused(
                "leads into a net that is not public",
                "have an administrator allow it (SCREENING_WEBHOOK_ALLOW)",
                "指向非公网地址，须由管理员在设置中允许",
            )
    if target.scheme != "https":
        raise _refused("is not https", "write an https URL", "应使用 https")


def is_public(address: Address) -> bool:
    """Whether an address is one of the public net, and does not carry another that is not."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return False
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if _within(address, _CARRIERS):
            return False
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_loopback
        or address.is_link_local
    )


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _refused(what: str, remedy: str, zh: str) -> TargetError:
    return TargetError(Problem("/url", what, remedy, zh))
