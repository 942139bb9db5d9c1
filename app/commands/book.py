"""`sac-desk book`."""

import argparse
from dataclasses import asdict

from app.commands.following import actor
from app.commands.printing import print_json, say
from app.decisions.book import decider_line
from app.settings import Settings, settings
from sac.book import BLENDS, BOOK, Book, BookDecider, book_of, choose_book, decider_of
from sac.config import VARIANTS
from sac.errors import DeskError

__all__ = ["add"]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "book", help="print which portfolio is ours, or choose a champion or a blend of champions"
    )
    command.set_defaults(command=book)
    command.add_argument("variants", nargs="*", metavar="VARIANT", help="whose champions it holds")
    command.add_argument(
        "--blend", choices=BLENDS, default="equal", help="parts of several champions (equal)"
    )
    command.add_argument("--reason", metavar="TEXT", help="recorded in the history")


def book(options: argparse.Namespace) -> None:
    """Print the book, or choose it."""
    root = settings()
    if options.variants:
        _choose(root, options)
    elif options.reason:
        raise DeskError(f"Name whose champions the book holds: {', '.join(VARIANTS)}.")
    else:
        _print(root, options.json)


def _choose(root: Settings, options: argparse.Namespace) -> None:
    if not options.reason:
        raise DeskError("A decision needs a reason: give --reason TEXT.")
    chosen, before = Book(tuple(options.variants), options.blend), book_of(root.registry)
    decision = choose_book(
        root.registry, chosen, actor=actor(), reason=options.reason, seen=before.text if before else None
    )
    if options.json:
        print_json(asdict(decision))
    else:
        say(f"Decision {decision.seq}: the book is {chosen.words} from now on.")


def _print(root: Settings, json: bool) -> None:
    decider = decider_of(root.registry, BOOK)
    if not isinstance(decider, BookDecider):
        if json:
            print_json({"book": None, "shares": {}})
        else:
            say("Nobody chose a book yet: sac-desk book VARIANT... --reason TEXT.")
    elif json:
        print_json({"book": decider.name, "shares": decider.shares})
    else:
        say(decider_line(root, decider))
