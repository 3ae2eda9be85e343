"""Signatures after Standard Webhooks (v1: HMAC-SHA256), by which a subscriber knows that it is us who tells it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
_BYTES: Final = 32


def new_secret() -> str:
    """A secret that sender and subscriber share: `whsec_` and 32 random bytes in base64."""
    return PREFIX + b64encode(secrets.token_bytes(_BYTES)).decode()


def signature(secret: str, message: str, at: datetime, body: bytes) -> str:
    """The value of `webhook-signature`: over the message's id, the second it is sent at and its body."""
    key = b64decode(secret.removeprefix(PREFIX))
    signed = b".".join((message.encode(), str(int(at.timestamp())).encode(), body))
    return "v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_headers(secret: str, message: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of the standard. `message` is the same whenever a message is sent again."""
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(secret, message, at, body),
    }
