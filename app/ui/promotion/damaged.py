"""Versions that cannot be read: they wait for somebody who deletes or restores them."""

from collections.abc import Mapping

import streamlit as st

from app.queries.promotion import Docket
from app.queries.versions import Shelf
from app.settings import settings
from app.ui.promotion.forms import ANSWER
from app.ui.shared.action import action
from app.ui.shared.labels import label
from sac.promotion.retention import remove
from sac.registry.names import is_version

__all__ = ["deletion"]


def deletion(shelves: Mapping[str, Shelf], dockets: Mapping[str, Docket]) -> None:
    """Delete one of them; champions and former champions stay, for a rollback may need them."""
    doomed = [
        (variant, name)
        for variant, shelf in shelves.items()
        for name in shelf.damaged
        if is_version(name) and name not in (dockets[variant].pointer, *dockets[variant].earlier)
    ]
    if not doomed:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        variant, name = st.selectbox(
            "Version that cannot be read",
            doomed,
            format_func=lambda one: f"{label(one[0])}, {one[1]}",
            key="damaged",
            width=420,
        )
        sure = st.checkbox("Delete it for good", key=f"sure-{variant}-{name}")

        def delete(actor: str) -> str:
            remove(settings().registry, variant, name)
            return f"{name} is deleted."

        action(
            "Delete",
            delete,
            key="delete-damaged",
            said_at=ANSWER,
            blocked=not sure,
            help="Needs the tick beside it. To keep it, restore its folder from a copy.",
            icon=":material/delete:",
        )
