"""Versions and baselines side by side: the same weeks, out of sample, net of costs."""

import pandas as pd
import streamlit as st

from app import charts, queries, tables
from app.components import (
    damaged_versions,
    label,
    page_path,
    provenance_line,
    selectable,
    short_name,
    show,
    version_notes,
)
from app.formats import bps, moment, percent, points
from app.queries import evaluation
from sac.evidence import cagr
from sac.evidence.comparison import baselines, common_weeks, on_weeks, weekly_returns, weekly_weights
from sac.registry import Version


def pick(versions: list[Version], champions: list[str]) -> list[Version]:
    """The table that versions are picked in; the champions are picked at first."""
    table = pd.DataFrame(
        {
            "Version": [version.name for version in versions],
            "Variant": [label(version.variant) for version in versions],
            "Preset": [version.metadata.preset for version in versions],
            "Role": ["champion" if version.name in champions else "" for version in versions],
            "CAGR, net": [percent(version.metadata.metrics.get("eval_cagr")) for version in versions],
            "Evaluated": [f"{v.metadata.evaluation_start} to {v.metadata.evaluation_end}" for v in versions],
            "Members": [version.settings.members for version in versions],
            "Updates": [version.settings.agent.updates for version in versions],
            "Seed": [version.settings.seed for version in versions],
            "Trained": [moment(version.metadata.created_at) for version in versions],
        }
    )
    names = [version.name for version in versions]
    chosen = selectable(
        table,
        names,
        "version",
        "Versions to compare",
        preselected=champions or names[:1],
        columns={"CAGR, net": st.column_config.TextColumn(alignment="right")},
    )
    return [version for version in versions if version.name in chosen]


st.title("Compare")
on_shelves = queries.shelves()
for shelf in on_shelves.values():
    damaged_versions(shelf)
versions = [version for shelf in on_shelves.values() for version in shelf.versions]
if not versions:
    market = queries.panel().provenance
    st.info("There is nothing to compare yet: train a model first.", icon=":material/info:")
    st.page_link(page_path("training"), label="Go to Training", icon=":material/model_training:")
    provenance_line(market, market.window_end)
    st.stop()

champions = [shelf.champion.name for shelf in on_shelves.values() if shelf.champion]
chosen = pick(versions, champions)
if not chosen:
    st.info("Select at least one version in the table above.", icon=":material/info:")
    st.stop()

records = {short_name(version): evaluation(version) for version in chosen}
rows = common_weeks(records)
first = chosen[0]
constraints = first.settings.constraints
if not len(rows[short_name(first)]):
    st.error("These versions were evaluated on different weeks and share none: select others.")
    st.stop()
models = [
    on_weeks(name, records[name], rows[name], version.settings.constraints)
    for version, name in zip(chosen, records, strict=True)
]
walks = [
    *models,
    *baselines(records[short_name(first)], rows[short_name(first)], constraints, first.baselines()),
]
st.markdown(
    f"**{len(walks[0].net)} common weeks**, {walks[0].dates[0]} to {walks[0].dates[-1]} "
    f"(closes at which trades are filled). Out of sample, net of {bps(constraints.cost_rate)} on every "
    "dollar traded in stocks; everybody starts in cash."
)
equal = cagr(walks[len(models)].net)
for walk in models:
    st.markdown(
        f"**{walk.name}**: {percent(cagr(walk.net))} a year, "
        f"{points(cagr(walk.net) - equal)} against equal weight."
    )
st.markdown(
    "\n".join(
        f"- {tables.difference_verdict(walk, walks[len(models)])}" for walk in models if len(walk.net) > 1
    )
)
for version in chosen:
    provenance_line(version.metadata.provenance, version.metadata.last_decision, version)
version_notes(*chosen)
if len({version.symbols for version in chosen}) > 1:
    st.caption(f":material/info: The universes differ; the baselines hold the one of {short_name(first)}.")

held_out = tables.held_out({short_name(version): version.metadata.validations for version in chosen})

st.subheader("Equity")
show(charts.equity(walks), "equity")
st.subheader("Figures")
st.table(tables.figures(walks, constraints), border="horizontal", alt="Metrics of every strategy")
st.subheader("Drawdown")
show(charts.drawdowns(walks), "drawdown")
st.subheader("Calendar years")
st.table(tables.years(walks), border="horizontal", alt="Net return per calendar year")
st.caption("Net return over the weeks that end in the year. With less than 52 weeks it is not a full year.")

st.subheader("Weights over time")
shown = st.segmented_control(
    "Strategy",
    [walk.name for walk in walks],
    default=walks[0].name,
    required=True,
    key="strategy",
    label_visibility="collapsed",
)
show(charts.allocation(next(walk for walk in walks if walk.name == shown)), "allocation")
st.subheader("Turnover")
show(charts.turnover(walks), "turnover")
st.caption("Without the first purchase out of cash, which is the same for everybody.")

if not held_out.empty:
    st.subheader("Who earned its trades")
    st.caption(
        "Before a committee may trade, it must beat equal weight by one standard error, net of costs, on the "
        "last weeks of its training window, which its agents had not seen until then."
    )
    st.table(held_out, border="horizontal", alt="Verdict on the held-out weeks of every committee")
st.subheader("Spread over members")
st.caption(
    "Each member walked alone (dots), whether trusted to trade or not, beside its committee (diamond): "
    "how much is luck of the seed."
)
show(charts.member_spread(models), "members")
st.subheader("Forecaster skill, out of sample")
for version in chosen:
    years_forecast = version.metadata.forecast_skill
    st.markdown(f"**{short_name(version)}.** {tables.skill_verdict(years_forecast)}")
    with st.expander("Year by year"):
        st.table(tables.skill(years_forecast), border="horizontal", alt="Rank IC per year")

with st.container(horizontal=True):
    span = f"{walks[0].dates[0]}_{walks[0].dates[-1]}"
    st.download_button(
        "Weekly returns (CSV)",
        lambda: weekly_returns(walks).to_csv(index=False),
        f"returns_{span}.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
    st.download_button(
        "Weekly weights (CSV)",
        lambda: weekly_weights(walks).to_csv(),
        f"weights_{span}.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
