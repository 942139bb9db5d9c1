"""`sac-desk`: the dashboard, and the desk's work without it."""

import argparse
import atexit
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from app.commands import (
    book,
    data,
    holdings,
    hub,
    notify,
    promotion,
    sweep,
    track,
    training,
    versions,
    week,
    weights,
)
from app.settings import CODE, choose_file_rights, settings
from sac.errors import DeskError
from sac.files import refusal_of
from sac.text import printable

__all__ = ["main", "run"]

COMMANDS = (training, sweep, week, book, weights, holdings, versions, promotion, track, data, hub, notify)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 failed with one line on stderr, 2 bad usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        return serve(arguments)
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], None] = options.command
    try:
        choose_file_rights()
        command(options)
    except DeskError as error:
        return _fail(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains at its end
        return 1
    except OSError as error:
        return _fail(str(refusal_of(error, settings().data) or error))
    return 0


def run() -> NoReturn:
    """`sac-desk` as a process. It ends when its work has, before Python takes itself apart.

    A thread of a library that comes back for the interpreter then finds none, and the system aborts the
    process: code 134, after everything was said.
    """
    code = main()
    atexit._run_exitfuncs()
    with suppress(OSError):  # nobody listens any more
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _fail(message: str) -> int:
    print(f"error: {printable(message)}", file=sys.stderr)
    return 1


def serve(arguments: Sequence[str]) -> int:
    """Start the dashboard; the arguments are those of `streamlit run`."""
    from streamlit.web import cli as streamlit  # as `streamlit run` does, so that config files count

    installed = Path(__file__).parent / "_launch" / "streamlit_app.py"
    launcher = installed if installed.exists() else CODE / "streamlit_app.py"
    sys.argv = ["streamlit", "run", str(launcher), *arguments]
    streamlit.main()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sac-desk",
        description="Without a command: start the dashboard; options are then those of `streamlit run`.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add(commands)
    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", help="print JSON only")
    return parser


if __name__ == "__main__":
    run()
