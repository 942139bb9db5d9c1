"""What champions decided before prices existed, and what became of it."""

import streamlit as st

from app.queries import market, track
from app.ui.shared.charts.figure import show
from app.ui.shared.charts.growth import equity
from app.ui.shared.navigation import go_to
from app.ui.shared.notes import provenance_line
from app.ui.track.charts import lead_in_cone
from app.ui.track.held import held
from app.ui.track.sections import chosen, downloads, figures, sealed_weeks, state
from sac.text import said

st.title(
    "Track record",
    help="Each complete week's decision is sealed before the prices that judge it exist. The bands are "
    "resampled from the back-test as it was known at the promotion; each is pointwise: after every number "
    "of weeks 90 % of the promised histories lie inside.",
)
for problem in track.problems():
    st.error(
        said(problem), title="The sealed decisions failed their integrity check", icon=":material/gpp_bad:"
    )
panel, known = market.panel(), track.all_reigns()
if not known:
    st.info("There is no champion yet: train a model first.", icon=":material/info:")
    go_to("training")
    provenance_line(panel.provenance)
    st.stop()

record = track.record(chosen(known))
state(record, panel)
show(lead_in_cone(record, panel), "cone")
figures(record)
if record.scored:
    st.subheader("Growth")
    show(equity([record.scored.champion, record.scored.equal]), "growth")
held(record.reign.variant, panel)
sealed_weeks(record, panel)
downloads(record, panel)
provenance_line(panel.provenance)
