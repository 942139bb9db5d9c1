"""Which version's weights, as of which decision."""

from collections.abc import Mapping

import streamlit as st

from app.queries import weights
from app.queries.versions import Shelf
from app.ui.shared.labels import label, short_name
from app.ui.shared.links import linked
from sac.registry import Version

__all__ = ["chosen"]


def chosen(shelves: Mapping[str, Shelf]) -> tuple[Version, str]:
    """Version and decision that the URL or the user names: the first champion and the newest, else."""
    stocked = [variant for variant, shelf in shelves.items() if shelf.versions]
    stocked.sort(key=lambda variant: shelves[variant].champion is None)
    variants, versions, dates = st.columns(3, vertical_alignment="bottom")
    with variants:
        shelf = shelves[linked("Variant", "variant", {variant: label(variant) for variant in stocked})]
    champion = shelf.champion
    known = {"champion": champion} if champion else {}
    known |= {
        version.name: version for version in shelf.versions if not champion or version.name != champion.name
    }
    texts = {name: "Champion" if name == "champion" else short_name(known[name]) for name in known}
    with versions:
        name = linked("Version", "version", texts)
    newest, *earlier = weights.dates(known[name])
    with dates:  # "newest" moves on with the data, a date stays
        date = linked("Decision", "date", {"newest": f"{newest} (newest)"} | {day: day for day in earlier})
    if name != "champion":
        st.warning(
            "This version is not the champion: it is not approved for trading.", icon=":material/warning:"
        )
    return known[name], newest if date == "newest" else date
