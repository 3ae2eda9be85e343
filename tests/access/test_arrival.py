"""How a request came: hosts, origins, proxies, and the address it is counted by."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest

from screening.access import Arrival, CrossSiteError, MisdirectedError
from screening.access.arrival import (
    LOOPBACK_NAMES,
    check_host,
    check_loopback,
    check_origin,
    counted_address,
    is_loopback,
)

GET = Arrival("GET", "/v1/rules", ("127.0.0.1:8000",), "127.0.0.1")
POST = replace(GET, method="POST", path="/v1/screenings")


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000", "localhost.:8000", "127.0.0.1"]
)
def test_a_request_by_a_name_of_this_machine_is_meant_for_us(host: str) -> None:
    check_host(replace(GET, hosts=(host,)), LOOPBACK_NAMES)


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example:8000",
        "localhost.attacker.example",
        "127.0.0.1.attacker.example",
        "attacker.example#localhost",
        "localhost@attacker.example",
        "127.0.0.1:8000:80",
        "127.0.0.1:x",
        "0.0.0.0:8000",
        "127.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "::1",
        "",
        " ",
        "localhost, attacker.example",
        "localhost\nattacker.example",
        "ｌocalhost",
    ],
)
def test_a_request_by_another_name_is_turned_away_as_dns_rebinding_would_be(host: str) -> None:
    with pytest.raises(MisdirectedError):
        check_host(replace(GET, hosts=(host,)), LOOPBACK_NAMES)


@pytest.mark.parametrize("hosts", [(), ("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "attacker.example")])
def test_a_request_names_exactly_one_host(hosts: tuple[str, ...]) -> None:
    with pytest.raises(MisdirectedError):
        check_host(replace(GET, hosts=hosts), frozenset())
    with pytest.raises(MisdirectedError):
        check_host(replace(GET, hosts=hosts), LOOPBACK_NAMES)


def test_with_accounts_and_no_names_any_well_formed_host_is_meant_for_us() -> None:
    check_host(replace(GET, hosts=("zoning.example.gov.cn",)), frozenset())


@pytest.mark.parametrize("peer", ["10.0.0.7", "fe80::1", "::ffff:10.0.0.7", "testclient", "", None, "0.0.0.0"])
def test_without_accounts_no_other_machine_is_served(peer: str | None) -> None:
    with pytest.raises(MisdirectedError):
        check_loopback(replace(GET, peer=peer))


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_without_accounts_this_machine_is_served_unless_a_proxy_passed_the_request_on(peer: str) -> None:
    check_loopback(replace(GET, peer=peer))
    with pytest.raises(MisdirectedError, match="proxy"):
        check_loopback(replace(GET, peer=peer, proxied=True))


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("zoning.example.gov.cn", "https://zoning.example.gov.cn"),
        ("zoning.example.gov.cn:443", "https://zoning.example.gov.cn"),
        ("zoning.example.gov.cn", "https://zoning.example.gov.cn:443"),
        ("[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_services_own_page_may_change_things(host: str, origin: str) -> None:
    check_origin(replace(POST, hosts=(host,), origins=(origin,)), frozenset())


@pytest.mark.parametrize(
    "origin",
    [
        "https://attacker.example",
        "null",
        "",
        "http://127.0.0.1:9000",
        "http://127.0.0.1",
        "http://localhost:8000",
        "http://127.0.0.1:8000.attacker.example",
        "http://127.0.0.1:8000@attacker.example",
        "file://127.0.0.1:8000",
        "chrome-extension://127.0.0.1:8000",
        "http://127.0.0.1:8000/",
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "post", "PROPFIND"])
def test_the_page_of_another_origin_may_change_nothing(method: str, origin: str) -> None:
    with pytest.raises(CrossSiteError):
        check_origin(replace(POST, method=method, origins=(origin,)), frozenset())


def test_another_origin_may_be_allowed_by_its_whole_name() -> None:
    allowed = frozenset({"https://portal.example.gov.cn"})
    check_origin(replace(POST, origins=("https://portal.example.gov.cn",)), allowed)
    with pytest.raises(CrossSiteError):
        check_origin(replace(POST, origins=("https://portal.example.gov.cn.attacker.example",)), allowed)
    with pytest.raises(CrossSiteError):
        check_origin(replace(POST, origins=("https://portal.example.gov.cn", "https://a.example")), allowed)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "other"])
def test_a_browser_that_hides_the_origin_still_says_that_it_is_another_site(site: str) -> None:
    with pytest.raises(CrossSiteError):
        check_origin(replace(POST, fetch_site=site), frozenset())


@pytest.mark.parametrize("site", [None, "none", "same-origin"])
def test_a_program_that_sends_no_origin_is_served(site: str | None) -> None:
    check_origin(replace(POST, fetch_site=site), frozenset())


def test_reading_is_not_refused_by_origin_for_browsers_keep_the_answer_from_the_page() -> None:
    check_origin(replace(GET, origins=("https://attacker.example",), fetch_site="cross-site"), frozenset())


PROXIES = (ip_network("10.0.0.0/24"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),
        ("10.0.0.2", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.2", ("1.1.1.1, 198.51.100.1, 10.0.0.3",), "198.51.100.1"),
        ("10.0.0.2", ("1.1.1.1", "198.51.100.1"), "198.51.100.1"),
        ("10.0.0.2", ("garbage",), "10.0.0.2"),
        ("10.0.0.2", ("198.51.100.1, garbage",), "10.0.0.2"),
        ("10.0.0.2", (), "10.0.0.2"),
        ("::ffff:203.0.113.9", (), "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", (), "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", (), "2001:db8:1:2::/64"),
        ("fd00::1", ("2001:db8::1",), "2001:db8::/64"),
        (None, (), "unknown"),
        ("testclient", (), "testclient"),
    ],
)
def test_a_request_is_counted_by_the_nearest_address_that_is_no_trusted_proxy(
    peer: str | None, forwarded: tuple[str, ...], counted: str
) -> None:
    assert counted_address(replace(GET, peer=peer, forwarded_for=forwarded), PROXIES) == counted


@pytest.mark.parametrize("address", ["localhost", "", None, "127.0.0.1.example", "0.0.0.0", "10.0.0.1", "::"])
def test_only_loopback_addresses_are_of_this_machine(address: str | None) -> None:
    assert not is_loopback(address)
