"""The champions of all variants side by side."""

from collections.abc import Mapping

import streamlit as st

from app.formats import percent
from app.holdings.portfolio import Portfolio
from app.queries import weights
from app.queries.versions import Shelf
from app.ui.shared.labels import label
from app.ui.weights import tables
from sac.config import FollowChoice
from sac.errors import DeskError
from sac.promotion.following import FOLLOWS
from sac.text import said

__all__ = ["all_champions"]


def all_champions(shelves: Mapping[str, Shelf], portfolio: Portfolio, date: str) -> None:
    """What each champion wants at the same date, for the same holdings."""
    with st.expander(
        "Targets of all champions",
        key="champions",
        icon=":material/compare_arrows:",
        on_change="rerun",
        bind="query-params",
    ) as panel:
        if not panel.open:
            return
        plans, refusals = {}, []
        for variant, shelf in shelves.items():
            if shelf.champion:
                try:
                    plans[variant] = weights.plan(shelf.champion, portfolio, date)
                except DeskError as refusal:
                    refusals.append(f"{label(variant)}: {refusal}")
        for line in refusals:
            st.warning(said(line), icon=":material/warning:")
        if plans:
            table = tables.side_by_side(plans)
            columns = {name: st.column_config.NumberColumn(format="%.1f %%") for name in table.columns}
            st.dataframe(
                table, height="content", column_config=columns, alt="Target weights of all champions"
            )
            turnovers = "; ".join(
                f"{label(variant)} {percent(plan.advice.turnover)} (`{plan.advice.model_version}`, "
                f"conviction {percent(plan.advice.conviction, 0)}{_by_choice(plan.advice.follow)})"
                for variant, plan in plans.items()
            )
            st.caption(f"Turnover to get there: {turnovers}.")


def _by_choice(follow: FollowChoice) -> str:
    return "" if follow == "as trained" else f", follows {FOLLOWS[follow]} by choice"
