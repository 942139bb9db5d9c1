"""`sac-desk`: the dashboard, and the desk's work without it."""

import argparse
import dataclasses
import json
import math
import os
import sys
import time
from collections.abc import Callable, Sequence
from getpass import getuser
from pathlib import Path
from typing import Any

from app.formats import duration, moment, percent, ratio
from app.holdings import from_csv, split
from app.jobs import Job, Jobs
from app.settings import CODE, settings
from sac.config import PRESETS, VARIANTS
from sac.errors import DeskError
from sac.registry import Registry

__all__ = ["main"]

POLL_SECONDS = 0.5


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 failed with one line on stderr, 2 bad usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        return serve(arguments)
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], None] = options.command
    try:
        command(options)
    except DeskError as error:
        return _fail(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains at its end
        return 1
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    return 0


def _fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return 1


def serve(arguments: Sequence[str]) -> int:
    """Start the dashboard; the arguments are those of `streamlit run`."""
    from streamlit.web import cli as streamlit  # as `streamlit run` does, so that config files count

    installed = Path(__file__).parent / "_launch" / "streamlit_app.py"
    launcher = installed if installed.exists() else CODE / "streamlit_app.py"
    sys.argv = ["streamlit", "run", str(launcher), *arguments]
    streamlit.main()
    return 0


def train(options: argparse.Namespace) -> None:
    """Submit a full training and follow it to its end. Ctrl-C cancels it."""
    request = {
        "preset": options.preset,
        "members": options.members,
        "evaluation_years": options.years,
        "seed": options.seed,
        "updates": options.steps,
    }
    jobs = Jobs(settings())
    given = {name: value for name, value in request.items() if value is not None}
    job = _follow(jobs, jobs.submit(options.variant, "full", given, _actor()))
    if job.status == "cancelled":
        raise DeskError("The training was cancelled; nothing was saved.")
    if job.result is None:
        raise DeskError(job.error or "The training ended without a result.")
    if options.json:
        _print_json(job.result)
        return
    result, figures = job.result, job.result["metrics"]
    print(f"{result['version']}, data {result['data_window_start']} to {result['data_window_end']}")
    print(
        f"Out of sample, net of costs: CAGR {percent(figures.get('eval_cagr'))}, "
        f"Sharpe {ratio(figures.get('eval_sharpe'))}, "
        f"max drawdown {percent(figures.get('eval_max_drawdown'))}"
    )
    champion = f"{options.variant}'s champion"
    if result["promoted"]:
        print(f"It is {champion}.")
    else:
        print(f"It was not promoted: {champion} is still {result['prior_version']}.")


def weights(options: argparse.Namespace) -> None:
    """Print the champion's target weights."""
    holdings = _holdings(options.holdings, options.cash)
    version = Registry(settings().models).champion(options.variant)
    if version is None:
        raise DeskError(
            f"{options.variant} has no champion yet: train it first (sac-desk train {options.variant})."
        )
    from sac.inference import Holdings, target_weights  # torch
    from sac.market import sample_panel

    wanted = target_weights(
        version, sample_panel(), None if holdings is None else Holdings(*holdings), options.as_of
    )
    if options.json:
        _print_json(dataclasses.asdict(wanted))
        return
    print(f"{wanted.variant} {wanted.model_version}, decided on the close of {wanted.as_of}")
    print(f"Trade at the close of {wanted.target_week_start}, hold to {wanted.target_week_end}")
    print(f"Turnover {percent(wanted.turnover)} of wealth, cost {percent(wanted.cost, 3)}")
    rows = [
        (change.symbol, *(percent(share, 2) for share in (change.current_weight, change.target_weight)))
        for change in wanted.weight_changes
    ]
    _print_table(("symbol", "now", "target"), rows)
    for note in wanted.notes:
        print(f"Note: {note}")


def versions(options: argparse.Namespace) -> None:
    """Print what the registry holds, damaged folders included."""
    registry = Registry(settings().models)
    shelves = [_shelf(registry, variant) for variant in ([options.variant] if options.variant else VARIANTS)]
    if options.json:
        _print_json(shelves)
        return
    for shelf in shelves:
        count = len(shelf["versions"])
        print(f"{shelf['variant']}: {count or 'no'} version{'' if count == 1 else 's'}")
        rows = [
            (
                version["version"],
                moment(version["created_at"]),
                version["preset"],
                percent(version["metrics"].get("eval_cagr")),
                ratio(version["metrics"].get("eval_sharpe")),
                "champion" if version["champion"] else "",
            )
            for version in shelf["versions"]
        ]
        if rows:
            _print_table(("version", "created", "preset", "CAGR", "Sharpe", ""), rows)
        for folder, problem in shelf["damaged"].items():
            print(f"damaged: {folder}: {problem}")


def _shelf(registry: Registry, variant: str) -> dict[str, Any]:
    current = registry.current(variant)
    return {
        "variant": variant,
        "champion": current,
        "versions": [
            {
                "version": version.name,
                "champion": version.name == current,
                "created_at": version.metadata.created_at,
                "preset": version.metadata.preset,
                "last_decision": version.metadata.last_decision,
                "metrics": version.metadata.metrics,
            }
            for version in registry.versions(variant)
        ],
        "damaged": registry.damaged(variant),
    }


def _holdings(path: Path | None, cash: float | None) -> tuple[float, dict[str, float]] | None:
    """Cash and positions in dollars; None where neither was given."""
    if path is None:
        return None if cash is None else (cash, {})
    with path.open("rb") as file:
        listed, positions = split(from_csv(file))
    if cash is not None and listed:
        raise DeskError(f"Cash is given twice: by --cash and by the line CASH in {path}.")
    return listed if cash is None else cash, positions


def _actor() -> str:
    try:
        return getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "command line"


def _follow(jobs: Jobs, job: Job) -> Job:
    """Show a job's progress on stderr until it has ended."""
    line = _ProgressLine()
    try:
        while (job := jobs.get(job.id)).active:
            line.show(job)
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        jobs.cancel(job.id)
        while (job := jobs.get(job.id)).active:
            line.show(job)
            time.sleep(POLL_SECONDS)
    finally:
        line.end()
    return job


class _ProgressLine:
    """One line that is rewritten on a terminal; elsewhere a line whenever there is some news."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._news: tuple[str, str, int] | None = None

    def show(self, job: Job) -> None:
        news = (job.status, job.stage, int(job.fraction * 10))
        if not self._terminal and news == self._news:
            return
        self._news = news
        left = "" if job.eta_seconds is None else f", {duration(job.eta_seconds)} left"
        text = f"{job.fraction:4.0%} {job.message}{left}"
        print(
            f"\r\033[K{text}" if self._terminal else text, end="" if self._terminal else "\n", file=sys.stderr
        )
        sys.stderr.flush()

    def end(self) -> None:
        if self._terminal:
            print(file=sys.stderr)


def _print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join((first.strip().ljust(widths[0]), *others)).rstrip())


def _print_json(value: Any) -> None:
    print(json.dumps(_finite(value), indent=2, allow_nan=False))


def _finite(value: Any) -> Any:
    """JSON has no NaN: what is not known is null."""
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sac-desk",
        description="Without a command: start the dashboard; options are then those of `streamlit run`.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("train", help="train a variant from scratch and follow the training")
    command.set_defaults(command=train)
    command.add_argument("variant", choices=VARIANTS)
    command.add_argument("--preset", choices=PRESETS, default="plan")
    command.add_argument("--members", type=int, metavar="N", help="agents in the committee")
    command.add_argument("--steps", type=int, metavar="N", help="updates of every agent")
    command.add_argument("--years", type=int, metavar="N", help="walk-forward evaluation years")
    command.add_argument("--seed", type=int, metavar="N")

    command = commands.add_parser("weights", help="print the champion's target weights")
    command.set_defaults(command=weights)
    command.add_argument("variant", choices=VARIANTS)
    command.add_argument("--cash", type=float, metavar="X", help="cash held now, in dollars")
    command.add_argument(
        "--holdings", type=Path, metavar="FILE", help="CSV with the columns symbol and value (dollars)"
    )
    command.add_argument("--as-of", metavar="DATE", help="newest complete week by default")

    command = commands.add_parser("versions", help="list the stored versions")
    command.set_defaults(command=versions)
    command.add_argument("variant", nargs="?", choices=VARIANTS)

    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", help="print JSON only")
    return parser


if __name__ == "__main__":
    sys.exit(main())
