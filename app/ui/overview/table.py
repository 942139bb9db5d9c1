"""The champions as a table: what each holds today, and how sure its lead over equal weight is."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from app.decisions.track import WORDS
from app.formats import UNKNOWN, percent
from app.queries import book as books
from app.queries import promotion, track, versions
from app.ui.overview.standing import Standing, holds
from app.ui.shared.evidence import verdict, with_intervals
from sac.book import BOOK, BookDecider, subject_label
from sac.errors import DeskError
from sac.evidence import Difference, Metrics
from sac.text import plain

__all__ = ["champions_table"]

_LEAD = "Lead over equal weight, a year"
_COLUMNS = (
    "Holds today",
    "Conviction",
    "CAGR, net",
    _LEAD,
    "low",
    "high",
    "Verdict",
    "Max drawdown",
    "Since",
    "Status",
)


def champions_table(
    standings: Sequence[Standing],
    book: BookDecider | None,
    pending: Mapping[str, Sequence[str]],
    newest: np.datetime64,
) -> None:
    """A row a champion, the book above them where it is a blend.

    pending: challengers pending review, by variant; newest: decision of the data.
    """
    rows = {
        one.name: _row(one) | {"Status": _status(one, len(pending[one.shelf.variant]), newest)}
        for one in standings
    }
    if book and len(book.parts) > 1:
        try:
            known = {one.version.variant: one.version for one in standings}
            found, lead = books.figures(book.book, known)
            rows = {subject_label(BOOK): _figures(found, lead) | _of_book(book)} | rows
        except DeskError as refusal:
            st.warning(plain(str(refusal)), icon=":material/broken_image:")
    equal = versions.figures(standings[0].version)[1]
    rows["Equal weight"] = {
        "CAGR, net": equal.cagr,
        _LEAD: float("nan"),
        "Max drawdown": equal.max_drawdown,
        "Holds today": "equal weight",
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    styled = with_intervals(table.reindex(columns=_COLUMNS), _LEAD, "low", "high")
    styled = styled.format(_percent, subset=["CAGR, net", "Max drawdown"])
    styled = styled.format(partial(_percent, digits=0), subset=["Conviction"])
    styled = styled.format(na_rep="", subset=["Verdict", "Since", "Status"])
    styled = styled.set_properties(subset=["Since", "Verdict"], **{"white-space": "nowrap"})
    st.table(styled, border="horizontal", alt="Champions, what they hold, and their leads over equal weight")
    st.caption("Leads in log growth; the bar is the 95 % interval, its line zero.")
    for one in standings:
        if one.problem:
            st.error(plain(one.problem), icon=":material/error:")


def _percent(share: Any, digits: int = 1) -> str:  # pandas styles cells of any type
    return "" if pd.isna(share) else percent(share, digits).replace(" ", "\u00a0")


def _row(one: Standing) -> dict[str, Any]:
    champion, _, lead = versions.figures(one.version)
    return _figures(champion, lead) | {
        "Holds today": holds(one.conviction),
        "Conviction": one.version.metadata.production.conviction if one.version.metadata.production else 1.0,
        "Since": promotion.champion_since(one.shelf) or UNKNOWN,
    }


def _figures(found: Metrics, lead: Difference) -> dict[str, Any]:
    bounds = (float("nan"),) * 2 if lead.none else (lead.low, lead.high)
    return {
        "CAGR, net": found.cagr,
        _LEAD: lead.mean,
        "low": bounds[0],
        "high": bounds[1],
        "Verdict": verdict(lead),
        "Max drawdown": found.max_drawdown,
    }


def _of_book(book: BookDecider) -> dict[str, Any]:
    followed = sum(share * book.convictions[name] for name, share in book.shares.items())
    return {
        "Holds today": holds(followed),
        "Since": book.chosen_at[:10],
        "Status": _record(BOOK, book.name),
    }


def _status(one: Standing, pending: int, newest: np.datetime64) -> str:
    """What a person should know of it, the nearest to a decision first."""
    version, variant = one.version, one.shelf.variant
    parts = [
        f"{pending} challenger{'s' * (pending > 1)}" if pending else "",
        "ageing" if version.ageing(newest) else "",
        _record(variant, version.name),
    ]
    return ", ".join(filter(None, parts)) or "in service"


def _record(subject: str, name: str) -> str:
    """Where its live weeks stand in what was promised; empty without one."""
    stands = track.standing(subject, name)
    return f"{stands.weeks} live weeks {WORDS[stands.word]}" if stands else ""
