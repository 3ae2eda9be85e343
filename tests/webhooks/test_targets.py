"""Which URLs may be sent to: the public net by https, and of the office's own only what is allowed."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from screening.store import DeliveryState, Store
from screening.webhooks import TargetError, WebhookSettingsError, read_target, read_webhook_settings
from screening.webhooks.targets import Allowed, is_public, require_allowed
from tests.store.records import recording
from tests.webhooks.conftest import MakeSender, Subscribe
from tests.webhooks.subscriber import subscribing

NOTHING = Allowed()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "ftp://hooks.example/",
        "http://hooks.example/",
        "file:///etc/passwd",
        "https:///path",
        "https://user@hooks.example/",
        "https://user:word@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nHost: other",
        "https://hooks.example/路径",
        "https://[::1/",
        "https://" + "a" * 70 + ".example/",
        "https://hooks.example/" + "a" * 2000,
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
    ],
)
def test_what_is_no_url_to_send_to_is_refused_with_the_reason(url: str) -> None:
    with pytest.raises(TargetError) as caught:
        read_target(url, NOTHING)
    (problem,) = caught.value.problems
    assert problem.where == "/url" and problem.what and problem.remedy and problem.zh


def test_a_url_is_read_in_its_parts() -> None:
    target = read_target("https://Hooks.EXAMPLE.:8443/a/b?c=d", NOTHING)
    assert (target.scheme, target.host, target.port, target.path) == ("https", "hooks.example", 8443, "/a/b?c=d")
    assert target.host_header == "hooks.example:8443"
    assert read_target("https://hooks.example", NOTHING).host_header == "hooks.example"
    assert read_target("https://环评.example/", NOTHING).host.startswith("xn--")
    assert read_target("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/", NOTHING).host_header.startswith("[2606:")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("::ffff:93.184.215.14", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.0.2.1", False),
        ("192.168.1.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::7f00:1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::", False),
        ("fc00::1", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
    ],
)
def test_an_address_of_the_public_net_is_told_from_all_others(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


def test_every_address_of_a_name_must_be_allowed() -> None:
    target = read_target("https://hooks.example/", NOTHING)
    require_allowed(target, ["93.184.215.14"], NOTHING)
    for addresses in ([], ["10.0.0.1"], ["93.184.215.14", "10.0.0.1"]):
        with pytest.raises(TargetError):
            require_allowed(target, addresses, NOTHING)


def test_what_the_settings_allow_may_be_sent_to_by_http_and_nothing_else() -> None:
    allowed = read_webhook_settings({"SCREENING_WEBHOOK_ALLOW": "10.1.0.0/16, fd00::/8, Flow.internal"}).allowed
    own, other = (read_target(f"http://{host}/", allowed) for host in ("flow.internal", "other.internal"))
    require_allowed(own, ["192.168.1.1"], allowed)
    require_allowed(other, ["10.1.2.3", "fd00::1"], allowed)
    for addresses in (["10.2.0.1"], ["10.1.0.1", "93.184.215.14"], ["93.184.215.14"]):
        with pytest.raises(TargetError):
            require_allowed(other, addresses, allowed)


@pytest.mark.parametrize(
    "environment",
    [
        {"SCREENING_WEBHOOK_ALOW": "10.0.0.0/8"},
        {"SCREENING_WEBHOOK_ALLOW": "10.0.0.0/33"},
        {"SCREENING_WEBHOOK_ALLOW": "10.0.0.1/8"},
        {"SCREENING_WEBHOOK_ALLOW": "10.0.0"},
        {"SCREENING_WEBHOOK_SOURCE": "zoning"},
        {"SCREENING_WEBHOOK_CA": "/nowhere.pem"},
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(WebhookSettingsError) as caught:
        read_webhook_settings(environment)
    assert len(caught.value.problems) == 1


def certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate of a name, signed by itself, and a server's context with it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path, secret = folder / f"{name}.pem", folder / f"{name}.key"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, secret)
    return path, context


@pytest.mark.parametrize(("host", "arrives"), [("hooks.example", True), ("other.example", False)])
def test_by_https_the_certificate_must_be_the_names_though_the_connection_is_to_an_address(
    host: str, arrives: bool, tmp_path: Path, store: Store, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    path, context = certificate(tmp_path, "hooks.example")
    environment = {"SCREENING_WEBHOOK_ALLOW": "127.0.0.0/8", "SCREENING_WEBHOOK_CA": str(path)}

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with subscribing(context) as subscriber:
        hook = subscribe(subscriber.url("/ok", host=host, scheme="https"))
        store.decisions.record(recording())
        asyncio.run(make_sender(read_webhook_settings(environment), resolve=resolve).round())
    (found,) = store.deliveries.page(hook.id).items
    assert (found.state is DeliveryState.DELIVERED) is arrives and bool(subscriber.told) is arrives
    assert arrives or "certificate does not hold" in found.problem
