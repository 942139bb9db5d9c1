"""A data folder whose news know the week ahead: does a training find it, and not when they are late?

python -m benchmarks.signals FOLDER [--late]
SAC_DESK_DATA=FOLDER sac-desk train sac_lstm --preset desk
Prices are the sample's, as files; the score of two days before a decision predicts the week that is traded
then, with a rank correlation of .3. With --late the scores come a week after they were worth something.
"""

import argparse
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from sac.market import (
    DEMO_UNIVERSE,
    MarketChoice,
    MarketPanel,
    price_folder,
    sample_closes,
    sample_panel,
    write_choice,
)
from sac.market.news.sentiment import sentiment_file

CORRELATION = 0.336  # linear; a rank correlation of .30 on these fat-tailed returns


def scores(panel: MarketPanel, seed: int = 0) -> np.ndarray:
    """Scores in [-1, 1], (T, n), that correlate with the cross-section of each step's return."""
    returns = np.nan_to_num(panel.returns)
    z = (returns - returns.mean(1, keepdims=True)) / returns.std(1, keepdims=True).clip(1e-9)
    noise = np.random.default_rng(seed).normal(size=z.shape)
    mixed: np.ndarray = CORRELATION * z + np.sqrt(1.0 - CORRELATION**2) * noise
    return (mixed / 4.0).clip(-1.0, 1.0)


def main() -> None:
    """Write prices, scores and market.toml."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--late", action="store_true")
    asked = parser.parse_args()
    panel, closes = sample_panel(), sample_closes()
    prices = price_folder(asked.folder)
    prices.mkdir(parents=True, exist_ok=True)
    for symbol in DEMO_UNIVERSE:
        closes[[symbol]].rename(columns={symbol: "close"}).rename_axis("date").to_csv(
            prices / f"{symbol}.csv", date_format="%Y-%m-%d"
        )
    score = scores(panel)
    ranked = [
        pd.Series(one).rank().corr(pd.Series(other).rank())
        for one, other in zip(score, panel.returns, strict=True)
        if np.isfinite(other).all()
    ]
    days = panel.decisions - np.timedelta64(2, "D") + np.timedelta64(7 * asked.late, "D")
    rows = pd.DataFrame(score, index=pd.Index(days, name="date"), columns=list(panel.symbols))
    news = rows.melt(ignore_index=False, var_name="symbol", value_name="sentiment_score").reset_index()
    news = news.sort_values(["date", "symbol"], ignore_index=True)
    news = news.assign(sentiment_score=news["sentiment_score"].astype("float32"), article_count=np.int32(1))
    path = sentiment_file(asked.folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    news.to_parquet(path, index=False)
    write_choice(asked.folder, MarketChoice("files", DEMO_UNIVERSE, dt.date(2005, 1, 3)))
    print(f"{len(news):,} scores, mean rank correlation with the week ahead {np.mean(ranked):.3f}")


if __name__ == "__main__":
    main()
