import datetime as dt

import pytest

from sac.errors import DataError
from sac.market import (
    DEMO_UNIVERSE,
    MOST_SYMBOLS,
    Accepted,
    MarketChoice,
    load_panel,
    read_choice,
    write_choice,
)


def test_without_a_file_the_desk_works_on_the_sample(tmp_path):
    assert read_choice(tmp_path) == MarketChoice("sample", DEMO_UNIVERSE, dt.date(2005, 1, 3))
    assert load_panel(tmp_path).provenance.source == "sample"


@pytest.mark.parametrize(
    "choice",
    [
        MarketChoice(),
        MarketChoice("files", ("AAPL", "BRK-B", "^GSPC"), dt.date(2010, 2, 1)),
        MarketChoice(accepted=(Accepted("2025-01-09", "mourning", "Ada"),)),
        MarketChoice(
            "yahoo",
            ("AAPL", "MSFT"),
            accepted=(
                Accepted("2016-01-04", 'said "real" \\ Ünal', "ada@desk.test", "BRK-B"),
                Accepted("2025-01-09", "mourning", "Ada"),
            ),
        ),
    ],
)
def test_what_was_written_is_read(tmp_path, choice):
    write_choice(tmp_path / "new", choice)
    assert read_choice(tmp_path / "new") == choice
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["market.toml"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("source = yahoo", "not valid TOML"),
        ('source = "bloomberg"', "choose one of sample, yahoo, files"),
        ('universe = ["A"]', "has a key 'universe'"),
        ('source = "files"\nsymbols = "AAPL"', r'must look like symbols = \["AAPL"'),
        ('source = "files"\nsymbols = ["AAPL", "AAPL"]', "AAPL stands twice"),
        ('source = "files"\nsymbols = ["BRK.B", "BRK-B"]', "BRK.B and BRK-B are the same share"),
        ('source = "files"\nsymbols = ["AAPL"]', "has 2 to 600 symbols, this one 1"),
        ('source = "files"\nsymbols = ["../x", "AAPL"]', "not a valid symbol: write it as AAPL"),
        ('source = "files"\nsymbols = ["CASH", "AAPL"]', "'CASH' is not a valid symbol"),
        ('source = "files"\nstart = "2005"', "must look like start = 2005-01-03"),
        ('source = "files"\nstart = 2105-01-03', "lies in the future"),
        ("accepted = 5", r"must be tables under \[\[accepted\]\]"),
        ("closures = [5]", r"must be tables under \[\[closures\]\]"),
        ('[[closures]]\nday = 2025-01-09\nreason = "r"', r"\[\[closures\]\] holds day, reason, who"),
        (
            '[[closures]]\nday = 2025-01-09\nreason = "r"\nwho = "w"\nsymbol = "A"',
            r"\[\[closures\]\] holds day, reason, who and nothing else",
        ),
        ('[[accepted]]\nsymbol = "A"\nday = 2025-01-09\nreason = ""\nwho = "w"', "needs a reason"),
        ('[[accepted]]\nsymbol = "A"\nday = 2025-01-09\nreason = "r"\nwho = 5', "needs a name"),
        ('[[accepted]]\nsymbol = "A"\nday = "9 Jan"\nreason = "r"\nwho = "w"', "not a valid date"),
        ('[[accepted]]\nsymbol = "../A"\nday = 2025-01-09\nreason = "r"\nwho = "w"', "not a valid symbol"),
        ('source = "sample"\nsymbols = ["AAPL", "MSFT"]', "The sample's universe is fixed"),
    ],
)
def test_a_choice_that_cannot_be_says_what_to_write(tmp_path, text, message):
    (tmp_path / "market.toml").write_text(text)
    with pytest.raises(DataError, match=message):
        read_choice(tmp_path)


def test_share_classes_are_written_so_that_they_can_name_a_file(tmp_path):
    (tmp_path / "market.toml").write_text('source = "files"\nsymbols = ["brk/b", "BF.B", "aapl"]')
    assert read_choice(tmp_path).symbols == ("BRK-B", "BF.B", "AAPL")


def test_a_universe_may_be_that_of_a_wide_index_and_no_wider(tmp_path):
    names = tuple(f"S{number:03}" for number in range(MOST_SYMBOLS + 1))
    assert MOST_SYMBOLS >= 600
    write_choice(tmp_path, MarketChoice("files", names[:-1]))
    assert read_choice(tmp_path).symbols == names[:-1]
    with pytest.raises(DataError, match=f"has 2 to {MOST_SYMBOLS} symbols, this one {MOST_SYMBOLS + 1}"):
        MarketChoice("files", names)
