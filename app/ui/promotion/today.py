"""What a challenger would do today, in the sentence that a page begins with."""

from app.formats import dollars
from app.holdings.plan import Plan
from app.ui.shared.labels import short_name
from sac.errors import DeskError
from sac.promotion.case import Case
from sac.registry import Version
from sac.text import plain, said

__all__ = ["beside_equal_weight", "would_trade"]


def beside_equal_weight(version: Version, case: Case) -> str:
    """In how many weeks of its record a version held what equal weight holds."""
    return f"{plain(short_name(version))} {_equals(case)}."


def would_trade(version: Version, case: Case, plan: Plan | DeskError) -> str:
    """The same, after what it would trade today with the visitor's holdings, or why it would not."""
    name = plain(short_name(version))
    if isinstance(plan, DeskError):
        return f"{name} {_equals(case)}. No trades today: {said(str(plan))}"
    orders = plan.orders
    traded = f"{_cents(orders.traded_cents)} of {_cents(orders.value_cents)}" if orders.trades else "nothing"
    return f"{name} would trade {traded} today; {_equals(case)}."


def _equals(case: Case) -> str:
    if not case.equal_weeks:
        return f"differs from equal weight in all {case.weeks} weeks"
    return f"equals equal weight in {case.equal_weeks} of {case.weeks} weeks"


def _cents(amount: int) -> str:
    return dollars(amount / 100).replace("$", r"\$")
