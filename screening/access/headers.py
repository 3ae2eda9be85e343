"""What every answer tells a browser: run nothing but the service's own scripts, be framed by nobody, guess no types."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Final

TIANDITU: Final = "https://*.tianditu.gov.cn"
"""Where the tiles of 天地图 come from, where a key for them is configured."""
DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
"""For what is no page: nothing in it may run or load anything."""
REPORT_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
"""For the opinion as HTML: it carries its style and pictures, and has no script."""
_INLINE: Final = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_SECONDS_OF_A_YEAR: Final = 31_536_000


def page_policy(tianditu: bool = False) -> str:
    """The policy of our own page: its scripts and styles are files of ours; no inline script, no eval."""
    tiles = f" {TIANDITU}" if tianditu else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob:{tiles}",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def documentation_policy(page: bytes) -> str:
    """The policy of a generated documentation page: of inline scripts only those that stand in it, by their hashes.

    Only for pages in which nothing of a request stands: what a request could write into one would be allowed with it.
    """
    scripts = _INLINE.findall(page.decode("utf-8", "replace"))
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(("'self'", *(f"'sha256-{one}'" for one in hashes)))
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self' data:; connect-src 'self'; worker-src blob:; base-uri 'none'; frame-ancestors 'none'"
    )


def security_headers(media_type: str, *, https: bool = False, tianditu: bool = False) -> Mapping[str, str]:
    """The headers of an answer of a media type. Those that a route sets itself stand."""
    kind = media_type.partition(";")[0].strip().lower()
    policy = page_policy(tianditu) if kind == "text/html" else DATA_POLICY
    # Browsers show PDF in a page of their own, which a policy without sources would forbid.
    policy = "frame-ancestors 'none'" if kind == "application/pdf" else policy
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # 天地图 checks by the referrer where its key may be used from.
        "Referrer-Policy": "strict-origin-when-cross-origin" if tianditu else "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        **({"Strict-Transport-Security": f"max-age={_SECONDS_OF_A_YEAR}"} if https else {}),
    }
