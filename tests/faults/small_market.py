"""A data root whose market is so small that a true training takes seconds."""

import json
from pathlib import Path

from tests.support.synthetic import random_closes, write_prices

__all__ = ["AS_OF", "small_market"]

AS_OF = "2018-06-15"  # a decision that is history: the newest ones are too old to trade on


def small_market(data: Path) -> None:
    """Three stocks over seven years, as files of one's own."""
    closes = random_closes(stocks=3, first="2012-01-03", last="2018-12-31")
    write_prices(data / "raw" / "prices", closes)
    symbols = json.dumps(list(closes.columns))
    choice = f'source = "files"\nsymbols = {symbols}\nstart = 2012-01-03\n'
    (data / "market.toml").write_text(choice, encoding="utf-8")
