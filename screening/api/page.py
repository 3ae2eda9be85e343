"""The page over HTTP: its document at "/", its script and styles under "/assets", which a browser may keep for good."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from screening.web import DIST

_KEY: Final = '<meta name="tianditu" content="'
_MISSING: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>screening</title></head>
<body><h1>页面尚未构建 The page is not built yet</h1>
<p>运行 <code>python -m screening.web.build</code> 后重新启动服务。 Run it and start the service again.</p>
<p><a href="/docs">接口文档 API</a></p></body></html>
"""


class _Kept(StaticFiles):
    """Files whose names carry their digest: they never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        if answer.status_code == 200:
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def mount_page(app: FastAPI, *, tianditu: str = "", dist: Path = DIST) -> None:
    """Serve the built page. `tianditu` is the office's key for the tiles of 天地图; without one nothing is asked of it.

    Where the page was not built, "/" says so. The document is read once: a new build needs a new start.
    """
    built = dist / "index.html"
    document = built.read_text(encoding="utf-8") if built.is_file() else _MISSING
    if tianditu:
        document = document.replace(_KEY, _KEY + html.escape(tianditu, quote=True), 1)

    @app.get("/", include_in_schema=False)
    def page() -> HTMLResponse:
        return HTMLResponse(document, headers={"Cache-Control": "no-cache"})

    if (dist / "assets").is_dir():
        app.mount("/assets", _Kept(directory=dist / "assets"), name="assets")
