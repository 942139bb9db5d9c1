"""News sentiment: Alpaca's headlines, scored by FinBERT, a row per symbol and New York day."""

import datetime as dt
import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pandas as pd

from sac.errors import DataError
from sac.files import replace_file
from sac.market.fetching import Pause, Watch

__all__ = ["FINBERT", "Keys", "Scores", "finbert", "refresh_news"]

FINBERT = "ProsusAI/finbert@4556d13015211d73dccd3fdd39d39232506f3e43"  # what it is may not change silently
_ADDRESS = "https://data.alpaca.markets"
_FIRST_DAY = dt.date(2015, 1, 1)  # the archive begins there
_STRETCH = 30  # days that are fetched, scored and written together
_AGAIN = 3  # days before the last one that are fetched again: articles come late
_TRIES, _FIRST_PAUSE = 4, 5.0  # of a refused request; seconds, doubled each time
_COLUMNS = ["date", "symbol", "sentiment_score", "article_count", "avg_confidence", "p_pos_avg", "p_neg_avg"]

Scores = Callable[[list[str]], list[dict[str, float]]]  # texts -> probability by label, one dict per text


@dataclass(frozen=True)
class Keys:
    """Of an Alpaca account."""

    name: str
    secret: str


def finbert(model: str = FINBERT) -> Scores:
    """A classifier of financial texts into positive, negative and neutral; the first use downloads it.

    model: a folder, or a name on the Hugging Face Hub, with `@` and the revision where one is meant.
    """
    from transformers import pipeline

    name, revision = (model, "") if Path(model).exists() else model.partition("@")[::2]
    try:
        classify = pipeline(
            "text-classification", model=name, revision=revision or None, top_k=None, truncation=True
        )
    except (OSError, ValueError) as error:
        raise DataError(f"The sentiment model {model} cannot be loaded: {error}") from None

    def scores(texts: list[str]) -> list[dict[str, float]]:
        answers: Any = classify(texts)
        return [{one["label"].lower(): one["score"] for one in each} for each in answers]

    return scores


def refresh_news(
    path: Path,
    symbols: Sequence[str],
    start: dt.date,
    end: dt.date,
    keys: Keys,
    scores: Scores,
    watch: Watch = lambda done, count, symbol: None,
    *,
    address: str = _ADDRESS,
    pause: Pause = time.sleep,
) -> int:
    """Bring the news file up to `end`; the number of articles that were scored.

    Works in stretches of 30 days and writes each, so that a stopped refresh goes on where it was. A day
    without an article gets a row with article_count 0. Raises DataError where Alpaca refuses.
    """
    table = pd.read_parquet(path) if path.exists() else pd.DataFrame(columns=_COLUMNS)
    first = _resume(table, symbols, max(start, _FIRST_DAY))
    stretches = list(pd.date_range(first, end, freq=f"{_STRETCH}D")) if first <= end else []
    articles = 0
    headers = {"APCA-API-KEY-ID": keys.name, "APCA-API-SECRET-KEY": keys.secret}
    with httpx.Client(base_url=address, timeout=30.0, headers=headers) as client:
        for done, begin in enumerate(stretches, start=1):
            last = min(begin.date() + dt.timedelta(days=_STRETCH - 1), end)
            found = list(_articles(client, symbols, begin.date(), last, pause))
            articles += len(found)
            fresh = _daily(found, scores, symbols, begin.date(), last)
            table = pd.concat([table, fresh]) if len(table) else fresh
            table = table.drop_duplicates(["date", "symbol"], keep="last")
            sink = io.BytesIO()
            table.sort_values(["symbol", "date"]).to_parquet(sink, index=False)
            replace_file(path, sink.getvalue())
            watch(done, len(stretches), last.isoformat())
    return articles


def _resume(table: pd.DataFrame, symbols: Sequence[str], start: dt.date) -> dt.date:
    """The first day to fetch: a little before the last one that every symbol has."""
    ends = [table.loc[table["symbol"] == symbol, "date"].max() for symbol in symbols]
    if any(pd.isna(last) for last in ends):
        return start
    oldest = min(pd.Timestamp(last).date() for last in ends)
    return max(start, oldest - dt.timedelta(days=_AGAIN))


def _articles(
    client: httpx.Client, symbols: Sequence[str], first: dt.date, last: dt.date, pause: Pause
) -> Iterator[dict[str, Any]]:
    """Every article about the symbols on those New York days."""
    zone = "America/New_York"
    query = {
        "symbols": ",".join(symbols),
        "start": pd.Timestamp(first, tz=zone).isoformat(),
        "end": (pd.Timestamp(last, tz=zone) + pd.Timedelta(days=1)).isoformat(),
        "limit": "50",
        "sort": "asc",
    }
    while True:
        page = _page(client, query, pause)
        yield from page.get("news", [])
        if not page.get("next_page_token"):
            return
        query["page_token"] = page["next_page_token"]


def _page(client: httpx.Client, query: dict[str, str], pause: Pause) -> dict[str, Any]:
    for attempt in range(_TRIES):
        if attempt:
            pause(_FIRST_PAUSE * 2.0 ** (attempt - 1))
        try:
            answer = client.get("/v1beta1/news", params=query)
        except httpx.HTTPError as error:
            problem = f"cannot be reached ({type(error).__name__})"
            continue
        if answer.status_code in (401, 403):
            raise DataError("Alpaca refuses the keys: check ALPACA_API_KEY and ALPACA_SECRET_KEY.")
        if answer.is_success:
            body = answer.json()
            return body if isinstance(body, dict) else {}
        problem = f"answers {answer.status_code}"
    raise DataError(f"Alpaca {problem}. Refresh again later: what was fetched is kept.")


def _daily(
    articles: list[dict[str, Any]], scores: Scores, symbols: Sequence[str], first: dt.date, last: dt.date
) -> pd.DataFrame:
    """One row per symbol and day, in the documented columns."""
    texts = [str(article.get("headline", "")) for article in articles]
    rows = []
    for article, each in zip(articles, scores(texts) if texts else [], strict=True):
        day = pd.Timestamp(article["created_at"]).tz_convert("America/New_York").date()
        good, bad = each.get("positive", 0.0), each.get("negative", 0.0)
        named = set(article.get("symbols", [])) & set(symbols)
        rows += [(day, symbol, good - bad, max(each.values()), good, bad) for symbol in named]
    names = ["date", "symbol", "sentiment_score", "avg_confidence", "p_pos_avg", "p_neg_avg"]
    found = pd.DataFrame(rows, columns=names).groupby(["date", "symbol"])
    days = pd.date_range(first, last).date
    every = pd.MultiIndex.from_product([days, list(symbols)], names=["date", "symbol"])
    daily = found.mean().reindex(every)
    daily["article_count"] = found.size().reindex(every, fill_value=0).astype("int32")
    daily["sentiment_score"] = daily["sentiment_score"].fillna(0.0).clip(-1.0, 1.0).astype("float32")
    return daily.reset_index()[_COLUMNS]
