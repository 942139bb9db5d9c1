"""Exports of positions as brokers lay them out, with invented names and numbers, and what each holds."""

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["FILES", "BrokerFile"]

FOLDER = Path(__file__).parent / "brokers"
ISINS = {"US0378331005": "AAPL", "US0846707026": "BRK.B"}


@dataclass(frozen=True)
class BrokerFile:
    """A file, what it holds in dollars, and what a person has to say about it."""

    name: str
    cash: float
    shares: dict[str, float]  # 0 where it gives dollars only
    aside: tuple[int, ...] = ()  # lines that are no stocks in dollars
    symbols: dict[str, str] = field(default_factory=dict)  # as a person names its stocks

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.csv"

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")


FILES = {
    file.name: file
    for file in (
        BrokerFile("schwab", 85_000.25, {"AAPL": 1250, "BRK/B": 12.5, "VTI": 40}, (7,)),
        BrokerFile("fidelity", 12_249.5, {"AAPL": 10, "BRKB": 10}, (6,)),
        BrokerFile("ibkr_activity", 3021.2, {"AAPL": 10.5, "BRK B": 1200}, (17, 20)),
        BrokerFile("ibkr_flex", 3021.2, {"AAPL": 10.5, "BRK B": 1200}),
        BrokerFile("ibkr_flex_bare", 3021.2, {"AAPL": 10.5, "BRK B": 1200}),
        BrokerFile("vanguard", 500.25, {"VTSAX": 100.5, "AAPL": 10}),
        BrokerFile("etrade", 57_096.82, {"AAPL": 965, "BRK.B": 10}, (15, 16)),
        BrokerFile("trading_212", 0, {"AAPL": 10.9366, "BRK.B": 7}),
        BrokerFile("degiro", 1079.92, {"AAPL": 1300, "BRK.B": 20}, (5,), ISINS),
        BrokerFile("degiro_german", 1079.92, {"AAPL": 1300}, (), ISINS),
        BrokerFile("plain", 2500.5, {"AAPL": 10.5, "BRK-B": 0}),
        BrokerFile("european", 0, {"AAPL": 1250.5, "MSFT": 3}),
    )
}
