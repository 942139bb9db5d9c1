"""Alpha Vantage bodies for tests, as the service writes them: every value is text."""

import json
from pathlib import Path


def income(end: str, revenue: str = "200", gross: str = "100", operating: str = "50", net: str = "20"):
    return {
        "fiscalDateEnding": end,
        "totalRevenue": revenue,
        "grossProfit": gross,
        "operatingIncome": operating,
        "netIncome": net,
    }


def balance(end: str, assets: str = "30", liabilities: str = "20", debt: str = "8", equity: str = "16"):
    return {
        "fiscalDateEnding": end,
        "totalCurrentAssets": assets,
        "totalCurrentLiabilities": liabilities,
        "shortLongTermDebtTotal": debt,
        "totalShareholderEquity": equity,
    }


def write_company(
    folder: Path, incomes: list, balances: list, reported: dict[str, str], years: tuple[str, ...] = ()
) -> None:
    """A symbol's three files; `reported` maps a quarter's end to its publication."""
    annual = [{"fiscalDateEnding": end} for end in years]
    earnings = [{"fiscalDateEnding": end, "reportedDate": day} for end, day in reported.items()]
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in {
        "income_statement": {"annualReports": annual, "quarterlyReports": incomes},
        "balance_sheet": {"annualReports": annual, "quarterlyReports": balances},
        "earnings": {"quarterlyEarnings": earnings},
    }.items():
        (folder / f"{name}.json").write_text(json.dumps(body))
