"""`sac-desk weights`."""

import argparse
import dataclasses
import sys
from pathlib import Path

from app.commands.holdings import add_answers, preview_of
from app.commands.printing import print_json, print_table, say
from app.decisions.book import decider_line
from app.decisions.sealing import sealed_as_shown
from app.formats import dollars, percent
from app.holdings.plan import Plan, planned, respelled
from app.holdings.portfolio import Portfolio, meant, outsiders
from app.holdings.reading import Preview
from app.holdings.reading.preview import place
from app.settings import settings
from sac.book import BOOK, decider_of
from sac.config import VARIANTS
from sac.errors import DeskError
from sac.text import printable, some_of

__all__ = ["add"]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "weights", help="print target weights of a champion or the book, and trades"
    )
    command.set_defaults(command=weights)
    command.add_argument("variant", choices=(*VARIANTS, BOOK))
    command.add_argument("--cash", type=float, metavar="X", help="cash held now, in dollars")
    command.add_argument(
        "--holdings", type=Path, metavar="FILE", help="a broker's export of positions, or a CSV file"
    )
    add_answers(command)
    command.add_argument("--as-of", metavar="DATE", help="newest complete week by default")
    command.add_argument(
        "--outside",
        choices=("keep", "sell"),
        help="holdings outside the universe: keep them aside, or sell them (shares and value needed)",
    )
    command.add_argument("--trades", action="store_true", help="list the trades in whole shares too")
    command.add_argument(
        "--smallest-trade", type=float, default=0.0, metavar="X", help="minimum trade size, in dollars"
    )


def weights(options: argparse.Namespace) -> None:
    """Print a champion's, or the book's, target weights."""
    (held, preview), root = _holdings(options), settings()
    decider = decider_of(root.registry, options.variant, root.cache)
    if decider is None:
        missing = f"{options.variant} has no champion yet: train it first (sac-desk train {options.variant})."
        unchosen = "Nobody chose a book yet: sac-desk book VARIANT... --reason TEXT."
        raise DeskError(unchosen if options.variant == BOOK else missing)
    from sac.market import load_panel

    panel = load_panel(root.data)
    strange = [position.symbol for position in outsiders(held.positions, panel.symbols)]
    if strange and options.outside is None:
        named = ", ".join(symbol + meant(symbol, panel.symbols) for symbol in strange)
        raise DeskError(
            f"{named} is not in the universe ({some_of(panel.symbols)}): say --outside keep "
            "or --outside sell, or leave it out."
        )
    step = panel.step_at(options.as_of)
    plan = planned(decider, panel, held, step)
    if options.trades and plan.over() and not plan.advice.historic:  # history is asked for by its date
        raise DeskError(
            f"The week of {plan.advice.target_week_start} to {plan.advice.target_week_end} is over: there "
            "are no orders for it. Refresh the data (sac-desk data refresh)."
        )
    _print(plan, decider_line(root, decider), preview, options)
    if unsealed := sealed_as_shown(root, options.variant, panel, step):
        print(f"Note: {printable(unsealed)}", file=sys.stderr)


def _print(plan: Plan, why: str, preview: Preview | None, options: argparse.Namespace) -> None:
    if options.json:
        answer = dataclasses.asdict(respelled(plan.advice, plan.holdings.spelling))
        answer |= {"trade_list": _listed(plan)} if options.trades else {}
        print_json(answer | {"holdings": dataclasses.asdict(preview)} if preview else answer)
        return
    _print_weights(plan, why)
    if options.trades:
        _print_trades(plan)
    read = [*preview.notes, *_left_out(preview)] if preview else []
    late = f"The session of {plan.advice.target_week_start} is over: orders placed now fill at later prices."
    notes = [note for note in plan.advice.notes if note.casefold() not in why.casefold()]
    for note in (*notes, *([late] if plan.filled() else []), *read):
        say(f"Note: {note}")


def _print_weights(plan: Plan, why: str) -> None:
    wanted = plan.advice
    say(f"{wanted.variant} {wanted.model_version}, decided on the close of {wanted.as_of}")
    say(f"Trade at the close of {wanted.target_week_start}, hold to {wanted.target_week_end}")
    say(why)
    say(f"Turnover {percent(wanted.turnover)} of wealth, cost {percent(wanted.cost, 3)}")
    apart = wanted.conviction < 1.0  # else the target is what the agents want
    rows = []
    for change in wanted.weight_changes:
        shares = [change.current_weight, change.target_weight]
        shares += [wanted.agents_weights.get(change.symbol, 0.0)] * apart
        rows.append((plan.holdings.spelled(change.symbol), *(percent(share, 2) for share in shares)))
    print_table(("symbol", "now", "target", *["agents' own"] * apart), rows)


def _print_trades(plan: Plan) -> None:
    orders = plan.orders
    say(f"Trades in whole shares, at the closes of {plan.advice.as_of}:")
    rows = [
        (
            f"{trade.side} {plan.holdings.spelled(trade.symbol)}",
            str(trade.shares),
            dollars(trade.price_cents / 100, 2),
            dollars(trade.value_cents / 100, 2),
        )
        for trade in orders.trades
    ]
    print_table(("order", "shares", "price", "value"), rows)
    say(
        f"Portfolio {dollars(orders.value_cents / 100, 2)}, cost {dollars(orders.cost_cents / 100, 2)}, "
        f"cash after trades {dollars(orders.cash_cents / 100, 2)}"
    )
    if orders.skipped:
        say(f"Left out as too small: {', '.join(map(plan.holdings.spelled, orders.skipped))}")
    if plan.holdings.kept:
        say(f"Kept aside: {', '.join(position.symbol for position in plan.holdings.kept)}")


def _listed(plan: Plan) -> dict[str, object]:
    """The trade list in dollars, for programs."""
    orders = plan.orders
    return {
        "trades": [
            {
                "symbol": plan.holdings.spelled(trade.symbol),
                "side": trade.side,
                "shares": trade.shares,
                "reference_price": trade.price_cents / 100,
                "value": trade.value_cents / 100,
            }
            for trade in orders.trades
        ],
        "portfolio_value": orders.value_cents / 100,
        "cost": orders.cost_cents / 100,
        "cash_after": orders.cash_cents / 100,
        "positions_after": {
            plan.holdings.spelled(symbol): cents / 100 for symbol, cents in orders.positions_cents.items()
        },
        "skipped": list(map(plan.holdings.spelled, orders.skipped)),
        "kept_aside": [position.symbol for position in plan.holdings.kept],
    }


def _left_out(preview: Preview) -> list[str]:
    """Every line of the file that became no position, and why."""
    return [f"{place(row.line)} {row.reason}: {row.text[:60]}" for row in (*preview.skipped, *preview.aside)]


def _holdings(options: argparse.Namespace) -> tuple[Portfolio, Preview | None]:
    """What the options say is held, and the file that says so.

    A dollar in cash where they say nothing: weights need no amount.
    """
    path, cash = options.holdings, options.cash
    held, preview = Portfolio(), None
    if path is not None:
        preview = preview_of(options, path)
        held = preview.portfolio(leave_out=options.leave_out)
    if cash is not None and held.cash:
        raise DeskError(f"Cash is given twice: by --cash and by the line CASH in {path}.")
    if path is None and cash is None:
        if options.trades:
            raise DeskError("A trade list needs holdings: give --holdings FILE or --cash X.")
        cash = 1.0
    held = dataclasses.replace(
        held,
        cash=held.cash if cash is None else cash,
        outside=options.outside or "keep",
        minimum=options.smallest_trade,
    )
    return held, preview
