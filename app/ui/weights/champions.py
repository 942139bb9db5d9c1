"""The champions of all variants side by side."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from app.formats import percent, weight_digits
from app.holdings.portfolio import Portfolio
from app.queries import weights
from app.queries.versions import Shelf
from app.ui.shared.figures import table_height
from app.ui.shared.labels import label
from app.ui.weights import tables
from sac.config import FollowChoice
from sac.errors import DeskError
from sac.promotion.following import FOLLOWS
from sac.recorded import RecordedWeek
from sac.registry import Version
from sac.text import said

if TYPE_CHECKING:
    from sac.inference import Recommendation

__all__ = ["all_champions"]


def all_champions(shelves: Mapping[str, Shelf], portfolio: Portfolio | None, date: str) -> None:
    """What each champion wants at a date for the same holdings; without them, what its record held then."""
    with st.expander(
        "All champions",
        key="champions",
        on_change="rerun",
        bind="query-params",
    ) as panel:
        if not panel.open:
            return
        found: dict[str, Recommendation | RecordedWeek] = {}
        for variant, shelf in shelves.items():
            if shelf.champion:
                try:
                    found[variant] = _of(shelf.champion, portfolio, date)
                except DeskError as refusal:
                    st.warning(said(f"{label(variant)}: {refusal}"), icon=":material/warning:")
        if found:
            _table(found)
            turnovers = "; ".join(f"{label(variant)} {_described(one)}" for variant, one in found.items())
            st.caption(f"One-sided turnover to get there: {turnovers}.")


def _of(champion: Version, portfolio: Portfolio | None, date: str) -> "Recommendation | RecordedWeek":
    week = weights.recorded(champion, date)
    if week:
        return week
    if portfolio is None:
        raise DeskError(f"the record of {champion.name} has no decision of {date}.")
    return weights.plan(weights.decider(champion), portfolio, date).advice


def _table(found: "Mapping[str, Recommendation | RecordedWeek]") -> None:
    advised = [one for one in found.values() if not isinstance(one, RecordedWeek)]
    now = None  # each record came from its own weights
    if len(advised) == len(found):
        now = {change.symbol: change.current_weight for change in advised[0].weight_changes}
    table = tables.side_by_side({variant: one.target_weights for variant, one in found.items()}, now)
    share = f"%.{weight_digits(len(table) - 1)}f %%"
    columns = {name: st.column_config.NumberColumn(format=share) for name in table.columns}
    st.dataframe(
        table,
        height=table_height(len(table)),
        column_config=columns,
        alt="Target weights of all champions",
    )


def _described(one: "Recommendation | RecordedWeek") -> str:
    turnover, conviction = percent(one.turnover / 2), percent(one.conviction, 0)
    if isinstance(one, RecordedWeek):
        return f"{turnover} (from the record, conviction {conviction})"
    return f"{turnover} (`{one.model_version}`, conviction {conviction}{_by_choice(one.follow)})"


def _by_choice(follow: FollowChoice) -> str:
    return "" if follow == "as trained" else f", follows {FOLLOWS[follow]} by choice"
