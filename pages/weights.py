"""This week's target weights against what is held, and the trades to get there."""

from collections.abc import Mapping

import streamlit as st

from app import advice, charts, holdings_panel, queries
from app.components import (
    damaged_versions,
    freshness,
    label,
    linked,
    page_path,
    provenance_line,
    short_name,
    show,
    trust_note,
    version_notes,
)
from app.queries import Shelf
from app.weights_sections import comparison, headline, reasons, trade_list
from sac.errors import ExpiredForecaster, StaleData
from sac.registry import Version


def chosen(shelves: Mapping[str, Shelf]) -> tuple[Version, str]:
    """Version and decision that the URL or the user names: the first champion and the newest, else."""
    stocked = [variant for variant, shelf in shelves.items() if shelf.versions]
    stocked.sort(key=lambda variant: shelves[variant].champion is None)
    variants, versions, dates = st.columns(3)
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
    newest, *earlier = advice.dates(known[name])
    with dates:  # "newest" moves on with the data, a date stays
        date = linked(
            "As of the close of", "date", {"newest": f"{newest} (newest)"} | {day: day for day in earlier}
        )
    if name != "champion":
        st.warning("This version is not the champion: nobody has approved it for trading.")
    return known[name], newest if date == "newest" else date


st.title("Weights")
banner = st.container()
market, shelves = queries.panel(), queries.shelves()
for shelf in shelves.values():
    damaged_versions(shelf)
if not any(shelf.versions for shelf in shelves.values()):
    freshness(market.provenance)
    st.info("There is no model yet: train one first.", icon=":material/info:")
    st.page_link(page_path("training"), label="Go to Training", icon=":material/model_training:")
    provenance_line(market.provenance, market.provenance.window_end)
    st.stop()

version, date = chosen(shelves)
portfolio = holdings_panel.holdings(version.symbols)
holdings_panel.outside_choice(portfolio, version.symbols)
try:
    plan = advice.plan(version, portfolio, date)
except (StaleData, ExpiredForecaster) as refusal:
    remedy = "data" if isinstance(refusal, StaleData) else "training"
    banner.error(str(refusal), title="Weights, trades and downloads are blocked", icon=":material/block:")
    banner.page_link(page_path(remedy), label=f"Go to {remedy.capitalize()}", icon=":material/arrow_forward:")
    st.stop()
with banner:
    freshness(market.provenance)
headline(plan, version)
version_notes(version)
trust_note(version)
now = {change.symbol: change.current_weight for change in plan.advice.weight_changes}
show(
    charts.before_after(now, {name: plan.advice.target_weights.get(name, 0.0) for name in now}),
    "before-after",
)
trade_list(plan, portfolio, version)
reasons(version, portfolio, date)
comparison(shelves, portfolio, date)
