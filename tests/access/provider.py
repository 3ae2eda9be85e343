"""An identity provider to test with: real keys, real signatures, its JWKS served over HTTP on this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
AUDIENCE = "screening"


class Clock:
    """A clock that moves when it is told to: as a moment, and as seconds that never go back."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return (self.now - NOW).total_seconds() + 1000.0

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@cache
def rsa_key(number: int = 0, bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def ed_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def jwk(key: Any, kid: str | None, **more: Any) -> dict[str, Any]:
    """The public part of a key as a provider publishes it."""
    kinds: dict[type, Any] = {
        rsa.RSAPrivateKey: RSAAlgorithm,
        ec.EllipticCurvePrivateKey: ECAlgorithm,
        ed25519.Ed25519PrivateKey: OKPAlgorithm,
    }
    algorithm = next(found for kind, found in kinds.items() if isinstance(key, kind))
    public = algorithm.to_jwk(key.public_key(), as_dict=True)
    public.pop("key_ops", None)
    return {**public, **({"kid": kid} if kid is not None else {}), "use": "sig", **more}


def public_pem(key: Any) -> bytes:
    pem: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem


def parts(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    return ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def hmac_token(secret: bytes, claims: Mapping[str, Any], **header: Any) -> str:
    """A token signed with a shared secret, made by hand: libraries refuse to sign with a public key."""
    signed = parts({"alg": "HS256", "typ": "JWT", **header}, claims)
    return f"{signed}.{encoded(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


class Provider:
    """Signs tokens and publishes keys. `asked` counts how often the keys were fetched; `status` other than 200 fails."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = [jwk(rsa_key(), "one")]
        self.asked, self.status = 0, 200
        self.body: bytes | None = None
        self.location: str | None = None
        self.described: dict[str, Any] | None = None
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.endswith("/.well-known/openid-configuration"):
                    default = {"issuer": provider.issuer, "jwks_uri": provider.jwks_url}
                    status, body = 200, json.dumps(provider.described or default).encode()
                else:
                    provider.asked += 1
                    status = provider.status
                    body = provider.body or json.dumps({"keys": provider.keys}).encode()
                self.send_response(status)
                if provider.location is not None:
                    self.send_header("Location", provider.location)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def issuer(self) -> str:
        return f"{self.address}/realm"

    @property
    def jwks_url(self) -> str:
        return f"{self.address}/realm/keys"

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Claims that hold; a claim given as None is left out."""
        usual = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "zhang",
            "name": "张三",
            "iat": int(NOW.timestamp()),
            "exp": int((NOW + timedelta(minutes=10)).timestamp()),
            "roles": ["officer"],
        }
        return {name: value for name, value in {**usual, **changed}.items() if value is not None}

    def token(
        self, key: Any = None, algorithm: str = "RS256", kid: str | None = "one", headers: Any = None, **claims: Any
    ) -> str:
        """A signed token."""
        header = {**({"kid": kid} if kid is not None else {}), **(headers or {})}
        return jwt.encode(self.claims(**claims), key or rsa_key(), algorithm=algorithm, headers=header)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
