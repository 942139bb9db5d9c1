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
import pyarrow as pa
import pyarrow.parquet as pq

from sac.errors import DataError
from sac.files import replace_file
from sac.market.fetching import Pause, Watch
from sac.market.news.sentiment import read_scored_table
from sac.market.symbols import spelled, symbol_key, written
from sac.text import lost

__all__ = ["FINBERT", "Keys", "Scores", "finbert", "refresh_news"]

FINBERT = "ProsusAI/finbert@4556d13015211d73dccd3fdd39d39232506f3e43"  # what it is may not change silently
_ADDRESS = "https://data.alpaca.markets"
_FIRST_DAY = dt.date(2015, 1, 1)  # the archive begins there
_STRETCH = 30  # days that are fetched, scored and written together
_AGAIN = 3  # days before the last one that are fetched again: articles come late
_TRIES, _FIRST_PAUSE = 4, 5.0  # of a refused request; seconds, doubled each time
_SPELLING, _VENDOR = b"asked_in", b"spelling of Alpaca"  # in the file's metadata
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
    without an article gets a row with article_count 0. A share class is asked for as Alpaca writes it. Raises
    DataError where Alpaca refuses, or what is there cannot be read.
    """
    table = _stored(path)
    since = {symbol: _resume(table, symbol, max(start, _FIRST_DAY)) for symbol in symbols}
    first = min(since.values())
    stretches = list(pd.date_range(first, end, freq=f"{_STRETCH}D")) if first <= end else []
    articles = 0
    headers = {"APCA-API-KEY-ID": keys.name, "APCA-API-SECRET-KEY": keys.secret}
    with httpx.Client(base_url=address, timeout=30.0, headers=headers) as client:
        for done, begin in enumerate(stretches, start=1):
            last = min(begin.date() + dt.timedelta(days=_STRETCH - 1), end)
            due = [symbol for symbol in symbols if since[symbol] <= last]
            found = list(_articles(client, due, begin.date(), last, pause))
            articles += len(found)
            fresh = _daily(found, scores, due, begin.date(), last)
            table = pd.concat([table, fresh]) if len(table) else fresh
            table = table.drop_duplicates(["date", "symbol"], keep="last")
            _store(path, table)
            watch(done, len(stretches), last.isoformat())
    return articles


def _stored(path: Path) -> pd.DataFrame:
    """The rows that are there, their symbols as keys; without those that were asked for in vain.

    Files of before said "no article" of every share class: Alpaca knows BRK.B and not BRK-B.
    """
    if not path.exists():
        return pd.DataFrame(columns=_COLUMNS)
    arrow, scored = read_scored_table(path)
    table: pd.DataFrame = arrow.to_pandas(ignore_metadata=True)
    table["date"], table["symbol"] = scored["date"].dt.date, scored["symbol"]
    table["article_count"] = scored["articles"].astype("int32")
    if table["sentiment_score"].dtype.kind != "f":
        table["sentiment_score"] = scored["score"]
    if (arrow.schema.metadata or {}).get(_SPELLING) == _VENDOR:
        return table
    heard = table.groupby("symbol")["article_count"].transform("sum") > 0
    return table[heard | (table["symbol"].map(_asked) == table["symbol"])]


def _store(path: Path, table: pd.DataFrame) -> None:
    arrow = pa.Table.from_pandas(table.sort_values(["symbol", "date"]), preserve_index=False)
    sink = io.BytesIO()
    pq.write_table(arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), _SPELLING: _VENDOR}), sink)
    replace_file(path, sink.getvalue())


def _asked(symbol: str) -> str:
    """A symbol as Alpaca writes it."""
    return spelled(written(symbol), ".")


def _resume(table: pd.DataFrame, symbol: str, start: dt.date) -> dt.date:
    """The first day to fetch of a symbol: a little before the last one that it has."""
    days = table.loc[table["symbol"] == symbol_key(symbol), "date"]
    return max(start, days.max() - dt.timedelta(days=_AGAIN)) if len(days) else start


def _articles(
    client: httpx.Client, symbols: Sequence[str], first: dt.date, last: dt.date, pause: Pause
) -> Iterator[dict[str, Any]]:
    """Every article about the symbols on those New York days."""
    zone = "America/New_York"
    query = {
        "symbols": ",".join(map(_asked, symbols)),
        "start": pd.Timestamp(first, tz=zone).isoformat(),
        "end": (pd.Timestamp(last, tz=zone) + pd.Timedelta(days=1)).isoformat(),
        "limit": "50",
        "sort": "asc",
    }
    while True:
        page = _page(client, query, pause)
        yield from page["news"]
        if not page.get("next_page_token"):
            return
        query["page_token"] = str(page["next_page_token"])


def _page(client: httpx.Client, query: dict[str, str], pause: Pause) -> dict[str, Any]:
    for attempt in range(_TRIES):
        if attempt:
            pause(_FIRST_PAUSE * 2.0 ** (attempt - 1))
        try:
            answer = client.get("/v1beta1/news", params=query)
        except httpx.HTTPError as error:
            problem = f"cannot be reached ({lost(error)})"
            continue
        if answer.status_code in (401, 403):
            raise DataError("Alpaca refuses the keys: check ALPACA_API_KEY and ALPACA_SECRET_KEY.")
        problem = f"answers {answer.status_code}"
        if answer.is_success:
            page = _news(answer)
            if page is not None:
                return page
            problem = "sends something else than news"
        elif answer.is_client_error and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
            raise DataError(f"Alpaca answers {answer.status_code}: {' '.join(answer.text.split())[:200]}")
    raise DataError(f"Alpaca {problem}. Refresh again later: what was fetched is kept.")


def _news(answer: httpx.Response) -> dict[str, Any] | None:
    """A page of articles; None for any other answer, which must not pass for "no article"."""
    try:
        page = answer.json()
        usable = all(
            pd.Timestamp(one["created_at"]).tz and isinstance(one["symbols"], list) for one in page["news"]
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return page if usable and isinstance(page["news"], list) else None


def _daily(
    articles: list[dict[str, Any]], scores: Scores, symbols: Sequence[str], first: dt.date, last: dt.date
) -> pd.DataFrame:
    """One row per symbol (its key) and day, in the documented columns."""
    keys = [symbol_key(symbol) for symbol in symbols]
    texts = [str(article.get("headline", "")) for article in articles]
    rows = []
    for article, each in zip(articles, scores(texts) if texts else [], strict=True):
        day = pd.Timestamp(article["created_at"]).tz_convert("America/New_York").date()
        good, bad = each.get("positive", 0.0), each.get("negative", 0.0)
        named = {symbol_key(str(symbol)) for symbol in article["symbols"]} & set(keys)
        rows += [(day, symbol, good - bad, max(each.values()), good, bad) for symbol in named]
    names = ["date", "symbol", "sentiment_score", "avg_confidence", "p_pos_avg", "p_neg_avg"]
    found = pd.DataFrame(rows, columns=names).groupby(["date", "symbol"])
    days = pd.date_range(first, last).date
    every = pd.MultiIndex.from_product([days, keys], names=["date", "symbol"])
    daily = found.mean().reindex(every)
    daily["article_count"] = found.size().reindex(every, fill_value=0).astype("int32")
    daily["sentiment_score"] = daily["sentiment_score"].fillna(0.0).clip(-1.0, 1.0).astype("float32")
    return daily.reset_index()[_COLUMNS]
