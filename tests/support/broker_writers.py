"""Any portfolio in the layouts of brokers, with numbers as any country writes them."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

__all__ = ["CONVENTIONS", "LAYOUTS", "Convention", "Layout", "number"]

Position = tuple[str, Decimal, Decimal]  # symbol, shares, dollars


@dataclass(frozen=True)
class Convention:
    """Marks between thousands (or none) and before decimals, and how many decimals there are at least."""

    group: str
    decimal: str
    decimals: int


CONVENTIONS = [
    Convention(group, decimal, decimals)
    for group in ("", ",", ".", "'", " ", "\u00a0", "’")
    for decimal in (".", ",")
    for decimals in (0, 2, 3)
    if group != decimal
]


def number(amount: Decimal, convention: Convention) -> str:
    """An amount as a file of that country has it."""
    whole, _, part = format(amount.normalize(), "f").partition(".")
    part = part.ljust(convention.decimals, "0")
    grouped = f"{int(whole):,}".replace(",", convention.group)
    return f"{grouped}{convention.decimal}{part}" if part else grouped


def money(amount: Decimal, convention: Convention) -> str:
    """Dollars: never more than two decimals."""
    return number(amount, replace(convention, decimals=min(convention.decimals, 2)))


Rows = list[list[str]]


@dataclass(frozen=True)
class Layout:
    """How a broker lays positions and cash out; `values`: whether it gives dollars beside shares."""

    separator: str
    rows: Callable[[Sequence[Position], Decimal, Convention], Rows]
    values: bool = True

    def write(self, positions: Sequence[Position], cash: Decimal, convention: Convention) -> str:
        """The file."""
        sink = io.StringIO()
        csv.writer(sink, delimiter=self.separator, lineterminator="\n").writerows(
            self.rows(positions, cash, convention)
        )
        return sink.getvalue()


def _plain(positions, cash, convention):
    rows = [[s, number(n, convention), money(v, convention)] for s, n, v in positions]
    return [["Symbol", "Shares", "Value"], *rows, ["CASH", "", money(cash, convention)]]


def _schwab(positions, cash, convention):
    rows = [
        [s, f"{s} INC", number(n, convention), "--", f"${money(v, convention)}", "N/A", "Equity", ""]
        for s, n, v in positions
    ]
    return [
        ["Positions for account Individual ...042 as of 04:31 PM ET, 2026/11/20"],
        [],
        [
            "Symbol",
            "Description",
            "Qty (Quantity)",
            "Price",
            "Mkt Val (Market Value)",
            "Gain %",
            "Asset Type",
            "",
        ],
        *rows,
        [
            "Cash & Cash Investments",
            "--",
            "--",
            "--",
            f"${money(cash, convention)}",
            "--",
            "Cash and Money Market",
        ],
        ["Account Total", "--", "--", "--", f"${money(cash, convention)}", "--", "--"],
    ]


def _fidelity(positions, cash, convention):
    head = ["Account Number", "Account Name", "Symbol", "Description", "Quantity", "Current Value", "Type"]
    rows = [
        ["Z42", "Own", s, s, number(n, convention), money(v, convention), "Cash"] for s, n, v in positions
    ]
    own_cash = ["Z42", "Own", "SPAXX**", "HELD IN MONEY MARKET", "", money(cash, convention), "Cash"]
    return [head, own_cash, *rows, [], ["Date downloaded Nov-20-2026 4:31 p.m ET"]]


def _activity(positions, cash, convention):
    head = ["DataDiscriminator", "Asset Category", "Currency", "Symbol", "Quantity", "Mult", "Value", "Code"]
    rows = [
        [
            "Open Positions",
            "Data",
            "Summary",
            "Stocks",
            "USD",
            s,
            number(n, convention),
            "1",
            money(v, convention),
            "",
        ]
        for s, n, v in positions
    ]
    return [
        ["Statement", "Header", "Field Name", "Field Value"],
        ["Statement", "Data", "Title", "Activity Statement"],
        ["Open Positions", "Header", *head],
        *rows,
        ["Open Positions", "Total", "", "Stocks", "USD", "", "", "", "1", ""],
        ["Cash Report", "Header", "Currency Summary", "Currency", "Total", "Securities"],
        ["Cash Report", "Data", "Ending Cash", "USD", money(cash, convention), "0"],
    ]


def _flex(positions, cash, convention):
    rows = [
        ["U42", "USD", "STK", s, number(n, convention), money(v, convention), "Long", "SUMMARY"]
        for s, n, v in positions
    ]
    head = "ClientAccountID CurrencyPrimary AssetClass Symbol Quantity PositionValue Side LevelOfDetail"
    return [
        head.split(),
        *rows,
        ["ClientAccountID", "CurrencyPrimary", "EndingCash"],
        ["U42", "USD", money(cash, convention)],
    ]


def _vanguard(positions, cash, convention):
    rows = [["42", f"{s} INC", s, number(n, convention), money(v, convention), ""] for s, n, v in positions]
    return [
        ["Account Number", "Investment Name", "Symbol", "Shares", "Total Value", ""],
        *rows,
        ["42", "VANGUARD FEDERAL MONEY MARKET FUND", "VMFXX", "", money(cash, convention), ""],
        [],
        ["Account Number", "Trade Date", "Transaction Type", "Symbol", "Shares"],
        ["42", "11/02/2026", "Buy", "ZZZ", "8"],
    ]


def _etrade(positions, cash, convention):
    rows = [[s, "--", number(n, convention), money(v, convention)] for s, n, v in positions]
    return [
        ["Account Summary"],
        ["Symbol", "Security type(s)", "Sort by"],
        ["Symbol", "Last Price $", "Quantity", "Value $"],
        *rows,
        ["CASH", "", "", money(cash, convention), ""],
        ["TOTAL", "", "", money(cash, convention), ""],
        ["Generated at Nov 20 2026 04:31 PM ET"],
    ]


def _trading_212(positions, cash, convention):
    rows = [[s, s, "1", money(v, convention), number(n, convention)] for s, n, v in positions]
    own_cash = ["CASH", "Cash", "1", "", money(cash, convention)]
    return [
        ["Slice", "Name", "Invested value", "Value", "Owned quantity"],
        *rows,
        own_cash,
        ["Total", "Pie", "1", "1", ""],
    ]


def _degiro(positions, cash, convention):
    head = ["Product", "Symbol/ISIN", "Amount", "Closing", "Local value", "", "Value in EUR"]
    own_cash = ["CASH & CASH FUND & FTX CASH (USD)", "", "", "", "USD", money(cash, convention), "1"]
    rows = [[s, s, number(n, convention), "", "USD", money(v, convention), "1"] for s, n, v in positions]
    return [head, own_cash, *rows]


LAYOUTS = {
    "plain": Layout(",", _plain),
    "plain, semicolons": Layout(";", _plain),
    "plain, tabs": Layout("\t", _plain),
    "Schwab": Layout(",", _schwab),
    "Fidelity": Layout(",", _fidelity),
    "IBKR Activity": Layout(",", _activity),
    "IBKR Flex": Layout(",", _flex),
    "Vanguard": Layout(",", _vanguard),
    "E*TRADE": Layout(",", _etrade),
    "Trading 212": Layout(",", _trading_212, values=False),
    "DEGIRO": Layout(",", _degiro),
    "DEGIRO, semicolons": Layout(";", _degiro),
}
