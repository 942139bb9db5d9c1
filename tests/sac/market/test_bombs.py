"""Small files of prices and news that stand for very much are refused before they are decoded."""

import pytest

from sac.errors import DataError
from sac.market.news.sentiment import read_sentiment
from sac.market.prices.tables import read_price_file
from tests.support.bombs import BOMBS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("read", [read_price_file, read_sentiment])
def test_a_bomb_is_refused_by_its_name(tmp_path, bomb, read):
    path = tmp_path / "AAPL.parquet"
    path.write_bytes(BOMBS[bomb]())
    with pytest.raises(DataError, match=r"AAPL\.parquet (decodes to|has|holds|is)"):
        read(path)
