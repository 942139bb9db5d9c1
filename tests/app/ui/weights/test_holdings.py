"""Entering holdings on the Weights page: the preview, what is asked, and two tabs."""

import pytest

from tests.support.broker_files import FILES
from tests.support.weights_page import opened, paste, preview, said, saved

pytestmark = pytest.mark.slow


def positions(root):
    return {one["symbol"]: one["shares"] or 0 for one in saved(root)["positions"]}


def element(at, kind, key):
    return next((one for one in getattr(at, kind) if one.key == key), None)


def entered(at):
    """Positions as they will be saved."""
    return next(table.value for table in at.dataframe if list(table.value)[:2] == ["Line", "Symbol"])


def editor(at, name):
    """A table to fill in, with its key."""
    return next((str(one.key), one.value) for one in at.dataframe if str(one.key).startswith(name))


def upload(at, content):
    at.file_uploader[0].upload("broker.csv", content)
    return at.button(key="read").click().run()


@pytest.mark.parametrize("name", FILES)
def test_a_brokers_file_is_shown_row_by_row_and_then_saved(fresh, name):
    file = FILES[name]
    at = upload(opened(), file.path.read_bytes())
    if file.symbols:
        key, rows = editor(at, "aside-")
        edits = {
            place: {"Symbol": file.symbols[text]}
            for place, row in enumerate(rows["Row"])
            for text in file.symbols
            if text in row
        }
        at.session_state[key] = {"edited_rows": edits, "added_rows": [], "deleted_rows": []}
        at.run()
    assert set(entered(at)["Symbol"]) == set(file.shares)
    if file.aside:
        assert tuple(editor(at, "aside-")[1]["Line"]) == file.aside
        assert at.button(key="replace").disabled
        at.checkbox(key="leave-out").check().run()
    assert not (fresh / "holdings").exists()
    at.button(key="replace").click().run()
    assert not at.exception
    assert positions(fresh) == file.shares
    assert saved(fresh)["cash"] == file.cash


def test_columns_and_the_decimal_mark_are_asked_where_the_file_does_not_say(fresh):
    at = preview(opened(), "Instrument;Holding\nS01;1.234\n")
    assert "Line 1 names 'Instrument', 'Holding'" in said(at)
    at.selectbox(key="column-symbol").set_value("Instrument")
    at.selectbox(key="column-shares").set_value("Holding").run()
    assert "may be 1.2340 or 1234" in said(at)
    at.segmented_control(key="decimal").set_value(",").run()
    assert entered(at)["Shares"].tolist() == ["1234"]
    at.button(key="replace").click().run()
    assert positions(fresh) == {"S01": 1234}


def test_what_was_entered_can_be_discarded(fresh):
    at = preview(opened(), "symbol,shares\nS01,7\n")
    at.button(key="discard").click().run()
    assert element(at, "button", "replace") is None
    assert not (fresh / "holdings").exists()


def typed(at, shares, cash=None, stamp="none"):
    edits = {"edited_rows": {1: {"Shares": shares}}, "added_rows": [], "deleted_rows": []}
    at.session_state[f"positions-{stamp}"] = edits
    if cash is not None:
        at.text_input(key=f"cash-{stamp}").set_value(cash)
    return at.button(key="save").click().run()


@pytest.mark.parametrize(
    ("shares", "cash", "complaint"),
    [
        ("-7", None, "S01 is negative or short"),
        ("(7)", None, "S01 is negative or short"),
        ("1,5x", None, "'1,5x' is not a valid number"),
        ("1.234", "100000", "may be 1.2340 or 1234"),
        ("7", "-5", "Cash: cash is -5"),
    ],
)
def test_what_is_typed_is_refused_as_in_a_file(fresh, shares, cash, complaint):
    at = typed(opened(), shares, cash)
    assert complaint in at.error[0].value
    assert not (fresh / "holdings").exists()


def test_what_is_typed_is_read_as_in_a_file(fresh):
    typed(opened(), "1,250.5", "2,500.75")
    assert (positions(fresh), saved(fresh)["cash"]) == ({"S01": 1250.5}, 2500.75)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"Symbol": "Total", "Shares": "5"}, "sums up other rows"),
        ({"Symbol": "SPAXX", "Value": "500"}, "SPAXX counts as cash"),
        ({"Symbol": "S01", "Shares": "5"}, "S01 was added up to 12 shares"),
    ],
)
def test_what_is_typed_and_saved_otherwise_is_shown_first(fresh, row, told):
    at = opened()
    edits = {"edited_rows": {1: {"Shares": "7"}}, "added_rows": [row], "deleted_rows": []}
    at.session_state["positions-none"] = edits
    at.button(key="save").click().run()
    assert not (fresh / "holdings").exists()
    shown = said(at) + " ".join(str(table.value.to_numpy()) for table in at.dataframe)
    assert told in shown
    at.button(key="replace").click().run()
    assert "S01" in positions(fresh)


def test_saved_fractions_are_shown_so_that_they_are_read_back(fresh):
    paste(opened(), "symbol;shares;price\nS01;1.125;1.50\nCASH;0.125;\n")
    at = opened()
    key, _ = editor(at, "positions-")
    assert at.text_input(key=key.replace("positions", "cash")).value == "0.1250"
    at.button(key="save").click().run()
    assert not at.error
    assert (positions(fresh), saved(fresh)["cash"]) == ({"S01": 1.125}, 0.125)


def test_a_tab_that_saves_over_newer_holdings_is_told_and_loses_nothing(fresh):
    first, second = opened(), opened()
    paste(first, "symbol,shares\nS02,11\n")
    typed(second, "5")
    assert positions(fresh) == {"S02": 11}, "the newer ones are still there"
    assert "Another tab or browser saved others" in said(second)
    second.button(key="save-mine").click().run()
    assert positions(fresh) == {"S01": 5}
    assert "Another tab" not in said(second)


def test_a_tab_that_saves_over_newer_holdings_may_keep_them(fresh):
    first, second = opened(), opened()
    paste(first, "symbol,shares\nS02,11\n")
    preview(second, "symbol,shares\nS01,5\n").button(key="replace").click().run()
    second.button(key="keep-newer").click().run()
    assert positions(fresh) == {"S02": 11}
    assert "1 position (saved" in second.expander[0].label
    assert "Another tab" not in said(second)


def test_a_tab_says_that_others_saved_and_shows_theirs_when_asked(fresh):
    first, second = opened(), opened()
    paste(first, "symbol,shares\nS02,11\n")
    second.run()
    assert "Another tab or browser saved others" in said(second)
    second.button(key="show-newer").click().run()
    assert "Another tab" not in said(second)
    assert editor(second, "positions-")[1].set_index("Symbol")["Shares"]["S02"] == "11"


def test_how_to_trade_is_chosen_for_the_holdings_that_are_saved_now(fresh):
    first, second = opened(), opened()
    paste(first, "symbol,shares\nS02,11\n")
    second.number_input(key="minimum").set_value(5.0).run()
    assert (positions(fresh), saved(fresh)["minimum"]) == ({"S02": 11}, 5.0)


def test_a_choice_of_trading_is_no_other_tabs_holdings(fresh):
    at = opened()
    at.number_input(key="minimum").set_value(5.0).run()
    assert "Another tab" not in said(at)
    at.button(key="clear").click().run()
    assert not list((fresh / "holdings").iterdir())
