"""`sac-desk train` and `sac-desk finetune`."""

import argparse
import sys
from dataclasses import replace
from typing import get_args

from app.commands.following import actor, followed
from app.commands.printing import print_json, say
from app.formats import percent, ratio
from app.hub.outbox import resume
from app.jobs.kind import Asked, Kind
from app.jobs.queue import jobs_of
from app.settings import settings
from app.tasks.training import FINETUNE, FULL, FineTuning, FullRequest, TrainingResult, doubt
from sac.config import PRESETS, VARIANTS, Follow
from sac.promotion.state import champion_of
from sac.text import printable

__all__ = ["add"]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    command = commands.add_parser("train", help="train a variant from scratch and follow the training")
    command.set_defaults(command=train)
    command.add_argument("variant", choices=VARIANTS)
    command.add_argument("--preset", choices=PRESETS, default="plan")
    command.add_argument("--members", type=int, metavar="N", help="agents in the committee")
    command.add_argument("--steps", type=int, metavar="N", help="updates of every agent")
    command.add_argument("--years", type=int, metavar="N", help="walk-forward evaluation years")
    command.add_argument("--seed", type=int, metavar="N")
    command.add_argument("--follow", choices=get_args(Follow), help="what is held; the preset's by default")
    command.add_argument(
        "--trials", type=int, metavar="N", help="settings compared to choose these: the best of many is lucky"
    )
    command.add_argument("--ray", metavar="ADDRESS", help="a Ray cluster to train on")

    command = commands.add_parser("finetune", help="fine-tune a champion on the most recent 26 weeks")
    command.set_defaults(command=finetune)
    command.add_argument("variant", choices=VARIANTS)
    command.add_argument("--steps", type=int, metavar="N", help="updates of every agent")
    command.add_argument("--ray", metavar="ADDRESS", help="a Ray cluster to train on")


def train(options: argparse.Namespace) -> None:
    """Submit a full training and follow it to its end. Ctrl-C cancels it."""
    request = FullRequest(
        preset=options.preset,
        members=options.members,
        evaluation_years=options.years,
        seed=options.seed,
        follow=options.follow,
        trials=options.trials,
        updates=options.steps,
    )
    _trained(options, FULL, request)


def finetune(options: argparse.Namespace) -> None:
    """Submit a fine-tuning of the champion and follow it to its end. Ctrl-C cancels it."""
    champion = champion_of(settings().registry, options.variant)
    warning = doubt(champion) if champion else None
    if warning:
        print(printable(f"Warning: {warning}"), file=sys.stderr)
    _trained(options, FINETUNE, FineTuning(updates=options.steps))


def _trained(options: argparse.Namespace, kind: Kind[Asked, TrainingResult], request: Asked) -> None:
    jobs = jobs_of(replace(settings(), cluster=options.ray))
    job = jobs.submit(kind, options.variant, request, actor())
    result = followed(jobs, kind, job, "training", "nothing was saved")
    resume(settings())  # its worker does not know the Hub's token
    if options.json:
        print_json(result.model_dump())
        return
    figures = result.metrics
    say(f"{result.version}, data {result.data_window_start} to {result.data_window_end}")
    say(
        f"Out of sample, net of costs: CAGR {percent(figures.get('eval_cagr'))}, "
        f"Sharpe {ratio(figures.get('eval_sharpe'))}, "
        f"max drawdown {percent(figures.get('eval_max_drawdown'))}"
    )
    champion = f"{options.variant}'s champion"
    if result.promoted:
        say(f"It is {champion}.")
    else:
        say(f"It was not promoted: {champion} is still {result.prior_version}. {result.verdict}")
        if result.eligible:
            say(f"Pending review: sac-desk promote {options.variant} {result.version} --reason TEXT")
