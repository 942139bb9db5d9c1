"""The Track record page: what it says of live weeks, of late ones, and of what somebody changed."""

import io
import math
import re
import sqlite3
from contextlib import closing

import numpy as np
import pandas as pd
import pytest

from app.formats import signed
from app.queries import market, track
from app.settings import Settings
from app.ui.track.charts import lead_in_cone
from app.ui.track.sections import html
from app.ui.track.tables import log_csv, scores_csv, weeks_table
from sac.promotion.deciding import decide
from sac.track import record as records
from sac.track.record import reigns, track_record
from tests.support.desk_pages import links, opened, said
from tests.support.small_versions import VARIANT, small_artifacts

pytestmark = pytest.mark.slow

BREACH = ":orange[SAC + LSTM is below the 90 % band]"


@pytest.fixture
def record(tracked):
    [reign] = reigns(tracked.registry, VARIANT)
    return track_record(tracked.registry, tracked.track_log, market.panel(), reign)


def tampered(tracked: Settings, *statements):
    with closing(sqlite3.connect(tracked.track_log.path)) as db, db:
        for trigger in ("weeks_stay", "weeks_stand"):
            db.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            db.execute(statement)


def test_the_first_sentence_is_what_the_live_weeks_came_to(tracked, record):
    text = said(opened("track")).replace("\N{NO-BREAK SPACE}", " ")
    results = record.scored
    assert f"{len(results.leads)} weeks live, to {results.champion.ends[-1]}" in text
    assert f"{100 * (results.champion.wealth[-1] - 1):.1f} %" in text
    assert {"inside": "Inside", "below": "Below", "above": "Above"}[record.standing.word] in text


def test_every_week_has_a_line_and_late_ones_are_hollow_and_not_scored(record):
    table = weeks_table(record, market.panel())
    assert list(table["Decision"]) == sorted(table["Decision"], reverse=True)
    assert table["Kind"].value_counts().to_dict() == {"● live": 23, "○ late": 2, "◇ restated": 1}
    late = table[table["Kind"] == "○ late"]
    assert list(late["Lead"]) == ["", ""]
    assert late["Note"].str.contains("Sealed after the close").all()
    scored = table[table["Lead"] != ""]
    leads = [round(100 * math.expm1(lead), 2) + 0.0 for lead in record.scored.leads[::-1]]
    assert list(scored["Lead"]) == [signed(lead / 100, 2) for lead in leads]


def test_a_restated_row_says_what_changed_and_what_moved(record):
    table = weeks_table(record, market.panel())
    again = table[table["Kind"] == "◇ restated"].iloc[0]
    assert re.fullmatch(
        r"Against row 25: \d+\.\d\d % of wealth elsewhere, closes S02 \+3.00 %\.", again["Note"]
    )
    first = table[table["No."] == "25"].iloc[0]
    assert first["Restated"] == "S02 +3.00 %"
    assert again["Restated"] == ""
    assert first["Note"] == "Waits for its prices."


def test_late_weeks_are_hollow_in_the_chart_and_move_nothing(record):
    figure, alt = lead_in_cone(record, market.panel())
    traces = {trace.name: trace for trace in figure.data if trace.name}
    assert traces["sealed late"].marker.symbol == "circle-open"
    assert [str(day)[:10] for day in traces["sealed late"].x] == ["2019-02-19", "2019-02-25"]
    assert len(traces["live weeks"].y) == len(record.scored.leads) + 1
    assert traces["live weeks"].y[-1] == pytest.approx(math.expm1(record.scored.leads.sum()))
    assert f"{len(record.scored.leads)} live weeks" in alt


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE weeks SET weights = '{\"CASH\": 1.0}' WHERE seq = 3", "Sealed week 3 was changed"),
        ("DELETE FROM weeks WHERE seq = 5", "Before sealed week 6 a row was changed, added or removed"),
        ("DELETE FROM weeks WHERE seq = 26", "The log ends with sealed week 25, but 26 were written"),
        (
            "UPDATE weeks SET seq = 27 WHERE seq = 4",
            "Before sealed week 5 a row was changed, added or removed",
        ),
    ],
)
def test_rows_that_somebody_changed_are_named_here_and_on_the_overview(tracked, statement, problem):
    tampered(tracked, statement)
    assert problem in said(opened("track"))
    assert ":red[Sealed decisions failed their integrity check]" in links(opened("overview"))


def test_a_breach_puts_a_line_on_the_overview_and_a_record_inside_none(tracked, monkeypatch):
    assert BREACH not in links(opened("overview"))
    monkeypatch.setattr(records, "promised_leads", lambda version: np.tile([0.01, 0.012], 52))
    track._record.clear()
    at = opened("overview")
    assert BREACH in links(at)
    assert at.table[0].value["Status"]["SAC + LSTM"].endswith("live weeks below the 90 % band")
    track._record.clear()


def test_a_champion_that_was_replaced_keeps_its_record(tracked, small_version):
    other = tracked.registry.save(small_artifacts())
    decide(tracked.registry, other, "approve", actor="ada", reason="r", champion=small_version.name)
    assert "No live week yet" in said(opened("track"))
    text = said(opened("track", variant=VARIANT, version=small_version.name))
    assert "weeks live, to" in text


def test_the_report_is_one_file_with_the_same_figures(record):
    document = html(record, market.panel())
    assert "weeks live, to" in document
    assert "◇ restated" in document
    outside = re.sub(r"<script>.*?</script>", "", document, flags=re.DOTALL)
    assert not re.search(r"(src|href)=", outside)


def test_the_files_hold_the_scores_and_the_whole_log(tracked, record):
    scores = pd.read_csv(io.StringIO(scores_csv(record)))
    assert list(scores["log_lead"]) == pytest.approx(list(record.scored.leads))
    log = pd.read_csv(io.StringIO(log_csv(track.rows())), dtype=str)
    assert list(log["hash"][:-1]) == list(log["previous"][1:])
    assert len(log) == 26


def test_a_desk_without_a_champion_says_so(empty):
    assert "no champion yet" in said(opened("track"))
