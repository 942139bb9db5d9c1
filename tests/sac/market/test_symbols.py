import pytest

from sac.errors import DataError
from sac.market.symbols import by_key, spelled, symbol_key, written

SPELLINGS = ["BRK.B", "BRK B", "BRK/B", "BRK-B", "brk.b", " $BRK.B ", "BRK\u00a0B", "BRK  B"]


@pytest.mark.parametrize("text", SPELLINGS)
def test_every_spelling_of_a_share_class_has_one_key(text):
    assert symbol_key(text) == "BRK-B"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("aapl", "AAPL"),
        ("$AAPL", "AAPL"),
        ("SAP.DE", "SAP.DE"),
        ("BTC-USD", "BTC-USD"),
        ("^GSPC", "^GSPC"),
        ("ES=F", "ES=F"),
        ("BRKB", "BRKB"),
        ("\u017fPY", "\u017fPY"),  # a long s: upper case would make another symbol of it
        ("", ""),
    ],
)
def test_what_is_no_share_class_keeps_its_marks(text, key):
    assert symbol_key(text) == key


@pytest.mark.parametrize(
    ("symbol", "mark", "vendor"),
    [
        ("BRK-B", ".", "BRK.B"),
        ("BRK.B", "-", "BRK-B"),
        ("BRK/B", "-", "BRK-B"),
        ("BF B", ".", "BF.B"),
        ("VOD.L", "-", "VOD.L"),
        ("MKC-V", ".", "MKC.V"),
        ("SHOP.TO", "-", "SHOP.TO"),
        ("AAPL", ".", "AAPL"),
    ],
)
def test_a_vendor_is_asked_in_its_own_spelling(symbol, mark, vendor):
    assert spelled(symbol, mark) == vendor
    assert symbol_key(vendor) == symbol_key(symbol), "and its answer is found again"


@pytest.mark.parametrize(
    ("text", "kept"),
    [("brk/b", "BRK-B"), ("BRK B", "BRK-B"), ("BRK.B", "BRK.B"), ("$aapl", "AAPL"), ("../x", "../X")],
)
def test_a_universe_keeps_what_can_name_a_file(text, kept):
    assert written(text) == kept


def test_symbols_are_found_by_key_and_one_share_in_two_spellings_is_refused():
    assert by_key(["AAPL", "BRK.B"]) == {"AAPL": "AAPL", "BRK-B": "BRK.B"}
    with pytest.raises(DataError, match=r"BRK\.B and BRK-B are the same share"):
        by_key(["BRK.B", "AAPL", "BRK-B"])
