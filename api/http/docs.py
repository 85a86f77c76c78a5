"""The document at `/openapi.json`, and its page at `/docs`, which loads no other sites' files."""

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse, JSONResponse, Response

from api.operations import does

DOCUMENT: Final = "/openapi.json"
PAGE: Final = "/docs"

ASSETS: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}
"""The files that the page loads. Nothing else of the package fastapi-offline is used."""

KEEP_ASSETS: Final = "public, max-age=3600"

router = APIRouter(include_in_schema=False)


@router.get(DOCUMENT)
@does("read")
async def document(request: Request) -> JSONResponse:
    """Return the OpenAPI document. Below a prefix (`root_path`), that is its server."""
    described = request.app.openapi()
    prefix = request.scope.get("root_path", "").rstrip("/")
    if prefix:
        described = {**described, "servers": [{"url": prefix}]}
    return JSONResponse(described)


@router.get(PAGE)
@does("read")
async def page(request: Request) -> HTMLResponse:
    """Show the document: Swagger UI."""
    prefix = request.scope.get("root_path", "").rstrip("/")
    shown = get_swagger_ui_html(
        title=request.app.title,
        openapi_url=f"{prefix}{DOCUMENT}",
        swagger_js_url=f"{prefix}{PAGE}/swagger-ui-bundle.js",
        swagger_css_url=f"{prefix}{PAGE}/swagger-ui.css",
        swagger_favicon_url=f"{prefix}{PAGE}/favicon.png",
    )
    shown.headers["Content-Security-Policy"] = page_policy(bytes(shown.body).decode())
    return shown


def serve_asset(name: str, media_type: str) -> None:
    """Serve one of the files that the page loads."""
    content = (files("fastapi_offline") / "static" / name).read_bytes()

    @router.get(f"{PAGE}/{name}", name=name)
    @does("read")
    async def asset() -> Response:
        return Response(content, headers={"Cache-Control": KEEP_ASSETS}, media_type=media_type)


for asset_name, asset_type in ASSETS.items():
    serve_asset(asset_name, asset_type)


def page_policy(page: str) -> str:
    """Return the page's content security policy: files of this site, and the page's inline script.

    Swagger UI sets styles from its scripts, so inline styles are allowed.
    """
    scripts = [
        f"'sha256-{b64encode(sha256(it.encode()).digest()).decode()}'"
        for it in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    ]
    return "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src 'self'", *scripts]),
            "style-src 'self' 'unsafe-inline'",
            "font-src data:",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )
