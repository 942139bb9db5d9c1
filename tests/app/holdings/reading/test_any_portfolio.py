"""Any table of positions, in any layout and country's numbers, reads back exactly or is refused."""

from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.holdings.reading import Answers, HoldingsError, from_file
from tests.support.broker_writers import CONVENTIONS, LAYOUTS, Convention

pytestmark = pytest.mark.slow

SYMBOLS = st.from_regex(r"[A-V][A-V0-9]{0,4}(-[AC-Z])?", fullmatch=True)
AMOUNTS = st.decimals("0.0001", "9999999", places=4) | st.integers(1, 10**7).map(Decimal)
DOLLARS = st.decimals("0.01", "9999999", places=2)
POSITIONS = st.lists(
    st.tuples(SYMBOLS.filter(lambda text: text != "TOTAL"), AMOUNTS, DOLLARS),
    min_size=1,
    max_size=6,
    unique_by=lambda position: position[0],
)
EXAMPLES = 40 * settings().max_examples // 100  # ten times as many with --hypothesis-profile=many
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]
LINE_ENDS = ["\n", "\r\n", "\r"]


def outcome(content, answers=Answers()):  # noqa: B008 - frozen
    """Shares and dollars by symbol, and cash; None where the file is refused."""
    try:
        read = from_file(BytesIO(content), answers)
    except HoldingsError:
        return None
    assert not read.aside
    return {one.symbol: (one.shares, one.value) for one in read.entries}, read.cash


def expected(layout, positions, cash):
    held = {
        symbol: (float(shares), float(value) if layout.values else None)
        for symbol, shares, value in positions
    }
    return held, float(cash)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@settings(max_examples=EXAMPLES)
@given(
    positions=POSITIONS,
    cash=DOLLARS,
    convention=st.sampled_from(CONVENTIONS),
    encoding=st.sampled_from(ENCODINGS),
    line_end=st.sampled_from(LINE_ENDS),
)
def test_it_reads_back_exactly_or_is_refused(layout, positions, cash, convention, encoding, line_end):
    text = layout.write(positions, cash, convention).replace("\n", line_end)
    assert outcome(text.encode(encoding)) in (None, expected(layout, positions, cash))


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@settings(max_examples=EXAMPLES)
@given(positions=POSITIONS, cash=DOLLARS, convention=st.sampled_from(CONVENTIONS))
def test_with_the_decimal_mark_said_nothing_is_refused(layout, positions, cash, convention):
    content = layout.write(positions, cash, convention).encode()
    said = Answers(decimal=convention.decimal)
    assert outcome(content, said) == expected(layout, positions, cash)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("decimal", [".", ","])
def test_numbers_with_cents_need_no_word(layout, decimal):
    positions = [("AAPL", Decimal("1234567.5"), Decimal("1234.25")), ("KO", Decimal(40), Decimal(1234))]
    convention = Convention({".": ",", ",": "."}[decimal], decimal, 2)
    content = layout.write(positions, Decimal("12500.75"), convention).encode()
    assert outcome(content) == expected(layout, positions, Decimal("12500.75"))
