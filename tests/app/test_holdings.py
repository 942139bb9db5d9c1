from io import BytesIO

import pytest

from app.holdings import from_csv, from_table, split
from sac.errors import DeskError


def test_a_csv_becomes_cash_and_positions():
    file = BytesIO("\ufeffSymbol, Value\naapl, 1500.50\n\nCASH,$200\nMSFT,0\n".encode())
    assert split(from_csv(file)) == (200.0, {"AAPL": 1500.5})


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "symbol,value"),
        (b"AAPL,100\n", "symbol,value"),
        (b"symbol,value\nAAPL\n", "Line 2"),
        (b"symbol,value\nAAPL,1\nMSFT,many\n", "Line 3"),
        (b"symbol,value\nAAPL,1\naapl,2\n", "AAPL stands twice"),
        (b"\xff\xfe\x00\x01", "no text"),
        (b"x" * 1_000_001, "1 MB"),
    ],
)
def test_a_wrong_csv_is_refused_with_its_reason(content, complaint):
    with pytest.raises(DeskError, match=complaint):
        from_csv(BytesIO(content))


def test_rows_left_empty_are_no_positions():
    assert from_table([("CASH", 100.0), ("AAPL", None), ("KO", float("nan"))]) == (("CASH", 100.0),)
