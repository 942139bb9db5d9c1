"""The HTTP interface on the pages' own port: routes, their guard, their errors and their documentation."""

from collections.abc import Sequence
from importlib.resources import files

from fastapi import Depends, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.security import HTTPBearer
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from app.api import errors, health, holdings, jobs, models, track, trainings, weeks, weights
from app.api.addresses import SECTIONS, Pages
from app.api.front_page import FrontPage
from app.api.guard import Guard
from app.api.request_log import RequestLog
from app.api.security_headers import SecurityHeaders
from app.api.uploads import Uploads
from app.settings import Network

__all__ = ["install"]

DESCRIPTION = """Train, fine-tune and ask for target weights. Figures are net of costs, money is in dollars,
weights are shares of wealth. Every error is `{"error": {"code", "message", "field"}}`."""


def install(app: FastAPI, pages: ASGIApp, hosts: Sequence[str], network: Network) -> None:
    """Give an application the interface, its guard, and the pages at all other addresses."""
    app.description = DESCRIPTION
    app.router.redirect_slashes = False

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=f"{app.title} HTTP interface",
            swagger_js_url="/docs/assets/swagger-ui-bundle.js",
            swagger_css_url="/docs/assets/swagger-ui.css",
            swagger_favicon_url="/docs/assets/favicon.png",
            swagger_ui_parameters={"validatorUrl": None},
        )

    # FastAPI's own page fetches these from the internet.
    app.mount("/docs/assets", StaticFiles(directory=str(files("fastapi_offline") / "static")))
    # Checked by the guard; here only for the description, so that /docs has a field for the token.
    guarded = network.token or network.viewer_token
    described = [Depends(HTTPBearer(auto_error=False))] if guarded else []
    app.include_router(health.router)
    for routes in (trainings, jobs, holdings, weights, weeks, models, track):
        app.include_router(routes.router, dependencies=described)
    app.router.routes.append(Pages("/", FrontPage(pages)))
    errors.install(app)
    app.add_middleware(Uploads)
    app.add_middleware(Guard, hosts=hosts, sections=SECTIONS, network=network)
    app.add_middleware(RequestLog, sections=SECTIONS)  # around the guard: it also logs what that refuses
    app.add_middleware(SecurityHeaders)
