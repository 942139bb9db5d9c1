"""Markets made for tests: prices that we know the truth about."""

from pathlib import Path

import numpy as np
import pandas as pd

from sac.market import MarketPanel, build_panel, exchange_sessions

THEN = np.datetime64("2019-01-02")  # a day on which prices that end with 2018 are fresh


def random_closes(
    stocks: int = 4, first: str = "2015-01-02", last: str = "2019-12-31", seed: int = 0
) -> pd.DataFrame:
    """Geometric random walks over true exchange sessions, 1.2 % a day: sessions × symbols."""
    sessions = exchange_sessions(np.datetime64(first), np.datetime64(last))
    steps = np.random.default_rng(seed).normal(0.0003, 0.012, (len(sessions), stocks))
    symbols = [f"S{i:02d}" for i in range(stocks)]
    return pd.DataFrame(
        100.0 * np.exp(steps.cumsum(axis=0)), index=pd.DatetimeIndex(sessions), columns=symbols
    )


def panel_of(closes: pd.DataFrame) -> MarketPanel:
    """A panel of those closes."""
    return build_panel({"close": closes}, source="test", note="")


def random_panel(
    stocks: int = 4, first: str = "2015-01-02", last: str = "2019-12-31", seed: int = 0
) -> MarketPanel:
    """A panel of random walks."""
    return panel_of(random_closes(stocks, first, last, seed))


def with_planted_forecast(panel: MarketPanel, correlation: float, seed: int = 0) -> MarketPanel:
    """Forecasts whose cross-section correlates with next week's returns, plus noise."""
    returns = np.nan_to_num(panel.returns)
    rng = np.random.default_rng(seed)
    z = (returns - returns.mean(axis=1, keepdims=True)) / returns.std(axis=1, keepdims=True).clip(1e-9)
    noise = rng.normal(size=z.shape)
    return panel.with_forecasts(0.01 * (correlation * z + np.sqrt(1 - correlation**2) * noise))


def perturbed(closes: pd.DataFrame, after: np.datetime64, seed: int = 1) -> pd.DataFrame:
    """The same closes up to a session, every later one multiplied by noise."""
    changed = closes.copy()
    late = closes.index.to_numpy() > after
    noise = np.random.default_rng(seed).normal(0.0, 0.1, (int(late.sum()), closes.shape[1]))
    changed.iloc[np.flatnonzero(late)] *= np.exp(noise.clip(-0.2, 0.2))
    return changed


def write_prices(folder: Path, closes: pd.DataFrame, **others: pd.DataFrame) -> None:
    """One CSV per symbol as a user would keep them: date, close and the other fields given."""
    folder.mkdir(parents=True, exist_ok=True)
    for symbol in closes.columns:
        columns = {"close": closes[symbol], **{name: frame[symbol] for name, frame in others.items()}}
        pd.DataFrame(columns).rename_axis("date").to_csv(folder / f"{symbol}.csv", date_format="%Y-%m-%d")


def write_scores(data: Path, rows: list[tuple[str, str, float, int]]) -> None:
    """The news file, from (date, symbol, score, articles)."""
    frame = pd.DataFrame(rows, columns=["date", "symbol", "sentiment_score", "article_count"])
    (data / "output").mkdir(parents=True, exist_ok=True)
    frame.to_parquet(data / "output" / "daily_sentiment.parquet", index=False)
