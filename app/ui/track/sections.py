"""The parts of the Track record page, and its report."""

import math
from datetime import UTC, datetime

import streamlit as st

from app.decisions.track import standing_line, state_line
from app.formats import moment, percent, signed, unbroken
from app.queries import track
from app.ui.shared import report
from app.ui.shared.charts.growth import equity
from app.ui.shared.downloads import csv_button
from app.ui.shared.figures import figure
from app.ui.shared.labels import label
from app.ui.shared.links import linked
from app.ui.track.charts import lead_in_cone
from app.ui.track.tables import COLUMNS, log_csv, scores_csv, weeks_table
from sac.market import MarketPanel
from sac.text import plain, said
from sac.track.record import Reign, TrackRecord

__all__ = ["chosen", "downloads", "figures", "html", "sealed_weeks", "state"]

_VERDICTS = {"inside": st.success, "below": st.error, "above": st.warning}
_ICONS = {"inside": ":material/check_circle:", "below": ":material/south_east:"} | {
    "above": ":material/north_east:"
}


def chosen(known: dict[str, list[Reign]]) -> Reign:
    """The reign that the URL or the user names: the first variant's champion, else."""
    variants, versions = st.columns(2)
    with variants:
        reigns = known[linked("Variant", "variant", {variant: label(variant) for variant in known})]
    texts = {one.version: _reign(one) for one in reigns}
    with versions:
        name = linked("Champion", "version", texts)
    return next(one for one in reigns if one.version == name)


def _reign(one: Reign) -> str:
    since = one.since[:10] if one.since else "unknown"
    return f"{one.version} ({since} to {'now' if one.champion else (one.until or 'unknown')[:10]})"


def state(record: TrackRecord, panel: MarketPanel) -> None:
    """One sentence of what its live weeks came to, and where they stand in the cone."""
    st.markdown(f"**{unbroken(plain(state_line(record, panel)))}**")
    stands = record.standing
    if stands:
        _VERDICTS[stands.word](unbroken(plain(standing_line(stands))), icon=_ICONS[stands.word])
    if record.cone and record.cone.flat:
        st.info(
            "Its back-test promises no lead: it held equal weight in every week.", icon=":material/balance:"
        )
    for problem in record.problems:
        st.warning(said(problem), icon=":material/broken_image:")


def figures(record: TrackRecord) -> None:
    """Growth, lead, turnover and cost of the scored weeks."""
    results = record.scored
    if results is None:
        return
    grown, equal = results.champion.wealth[-1] - 1.0, results.equal.wealth[-1] - 1.0
    grid = st.grid(4, min_column_width=200)
    figure(grid, "Growth, net", percent(grown), f"equal weight {percent(equal)}")
    figure(
        grid,
        "Against equal weight",
        signed(math.expm1(results.leads.sum())),
        f"{(results.leads > 0).sum()} of {len(results.leads)} weeks ahead",
    )
    figure(grid, "Weekly turnover", percent(results.champion.turnover.mean()), "of wealth, on average")
    figure(grid, "Cost", percent(results.costs.sum(), 2), "of wealth, in all")


def sealed_weeks(record: TrackRecord, panel: MarketPanel) -> None:
    """Every sealed week, newest first, with what changed since."""
    st.subheader("Sealed weeks")
    if not record.rows and not record.unsealed:
        st.caption("Nothing is sealed yet: the next look at the weights seals the week.")
        return
    st.dataframe(
        weeks_table(record, panel),
        hide_index=True,
        alt="Sealed weeks, newest first: when they were sealed, and what they led",
        column_config=COLUMNS,
    )
    st.caption(
        "● counted, ○ sealed late and never counted, ◇ asked again on other data. Restated: how far the data "
        "of now moved sealed closes."
    )


def downloads(record: TrackRecord, panel: MarketPanel) -> None:
    """The report, the scores, and the log with its hashes."""
    name = f"{record.reign.variant}_{record.reign.version}"
    with st.container(horizontal=True):
        st.download_button(
            "Report (HTML)",
            lambda: html(record, panel),
            f"track_{name}.html",
            "text/html",
            on_click="ignore",
            icon=":material/description:",
            help="Charts and table in one file that opens without a network.",
        )
        csv_button("Scored weeks", lambda: scores_csv(record), f"scored_{name}.csv")
        csv_button("Sealed decisions", lambda: log_csv(track.rows()), "sealed.csv")


def html(record: TrackRecord, panel: MarketPanel) -> str:
    """The page as one file."""
    reign = record.reign
    body = [
        "<h1>Track record</h1>",
        f"<p>{report.text(label(reign.variant))}, {report.text(_reign(reign))}</p>",
        f'<p class="small">Written {moment(datetime.now(UTC))} by SAC Desk.</p>',
        f"<p><strong>{report.text(state_line(record, panel))}</strong></p>",
    ]
    if record.standing:
        body.append(f"<p>{report.text(standing_line(record.standing))}</p>")
    body += [f'<p class="remark">{report.text(one)}</p>' for one in (*track.problems(), *record.problems)]
    body.append(report.chart(lead_in_cone(record, panel)))
    if record.scored:
        body.append(report.chart(equity([record.scored.champion, record.scored.equal])))
    body.append(report.cells(weeks_table(record, panel).set_index("No."), "Sealed weeks, newest first"))
    return report.document(f"Track record, {reign.version}", "\n".join(body))
