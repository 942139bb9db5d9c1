"""Why the target is what it is: in a sentence, and stock by stock where the agents had a say."""

import streamlit as st

from app.decisions.book import book_line, parts_line
from app.decisions.following import conviction_line
from app.formats import UNKNOWN, moment, percent
from app.holdings.portfolio import Portfolio
from app.queries import weights
from app.settings import settings
from app.ui.shared.figures import table_height
from app.ui.weights import tables
from sac.book import BookDecider
from sac.promotion import Decision
from sac.promotion.following import follow_in
from sac.registry import Version
from sac.text import plain

__all__ = ["book_reasons", "reasons", "sentence"]


def reasons(version: Version, portfolio: Portfolio, date: str, choice: Decision | None) -> None:
    """The sentence, its evidence behind a "?", and what the agents knew of each stock where that counts.

    choice: the newest decision on what the version follows.
    """
    st.markdown(plain(sentence(version, choice)), help=plain(conviction_line(version, choice)))
    if version.followed(follow_in(choice)) == 0.0:
        return
    with st.expander(
        "What agents saw",
        key="why",
        on_change="rerun",
        bind="query-params",
    ) as opened:
        if opened.open:
            _stock_by_stock(version, portfolio, date)


def book_reasons(book: BookDecider) -> None:
    """What the book is made of, and who chose it behind a "?"."""
    st.markdown(
        f"The target is the champions' by their parts: {plain(parts_line(book))}",
        help=plain(book_line(settings(), book)),
    )


def sentence(version: Version, choice: Decision | None) -> str:
    """How far the target goes from equal weight to the agents' own weights, and by whose word."""
    follow = follow_in(choice)
    if choice is not None and follow != "as trained":
        word = f"as {choice.actor} chose on {moment(choice.at)}: {choice.reason.rstrip('.')}."
        if follow == "agents":
            return f"The target is what the agents want, {word}"
        return f"The target is equal weight, {word} Forecasts and agents change nothing."
    conviction, judged = version.conviction, version.metadata.production
    if conviction == 0.0:
        return "The target is equal weight: conviction is 0 %, so forecasts and agents change nothing."
    if conviction < 1.0:
        part = percent(conviction, 0) if conviction >= 0.005 else "less than 1 %"
        return f"The target goes {part} of the way from equal weight to the agents' own weights."
    if judged is None:
        return "The target is what the agents want: no validation weeks measured them."
    if version.settings.follow == "agents":
        measured = percent(judged.conviction, 0)
        return f"The target is what the agents want, as its training asked; conviction would be {measured}."
    return "The target is what the agents want: conviction is 100 %."


def _stock_by_stock(version: Version, portfolio: Portfolio, date: str) -> None:
    explanation = weights.explanation(version, portfolio, date)
    st.dataframe(
        tables.why(explanation),
        hide_index=True,
        height=table_height(len(explanation.stocks)),
        placeholder=UNKNOWN,
        alt="Forecast, signals, current weight and sensitivity of each stock",
        column_config=tables.why_columns(len(explanation.stocks)),
    )
    known = tables.signals_known(explanation)
    unknown = [name.replace("_", " ") for name, there in known.items() if not there]
    st.caption(
        "*Weight moves by*: change of the target weight if the stock's alpha rose by "
        f"{percent(explanation.alpha_step, 2)}."
        + (f" Unknown for every stock: {', '.join(unknown)}." if unknown else "")
    )
