"""Which addresses belong to the HTTP interface, and which to the pages."""

from starlette.routing import Match, Mount
from starlette.types import Scope

SECTIONS = frozenset(
    [
        "train",
        "inference",
        "holdings",
        "jobs",
        "models",
        "week",
        "weeks",
        "track",
        "decisions",
        "health",
        "docs",
        "openapi.json",
    ]
)


class Pages(Mount):
    """The pages, at every address that is not the interface's: there a wrong method is named."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if section(scope) in SECTIONS:
            return Match.NONE, {}
        return super().matches(scope)


def section(scope: Scope) -> str:
    """The first part of the path: "train" of /train/sac_lstm/full."""
    return str(scope["path"]).split("/")[1] if "/" in scope["path"] else ""


def metrics(scope: Scope) -> bool:
    """Whether Streamlit's counters are asked for: memory and visitors, for programs that watch a server."""
    return str(scope["path"]).rstrip("/").endswith("/_stcore/metrics")
