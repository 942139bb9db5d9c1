"""`python -m tests.faults.weeks`: sixty weeks of a desk, run by its own commands; then sixty that go wrong.

The first desk runs every Friday: one prospective row a week and champion, a digest every week. On the second
every week meets a misfortune, and its runs are killed at any moment. Neither may have two rows of a week, a
week without a row or a reason, or one that was sealed after the fact and is called prospective.
"""

import argparse
import collections
import itertools
import math
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sac.config import CASH
from sac.market import load_panel
from sac.track import SealedWeek
from sac.track.scoring import scored
from tests.faults.clocks import NoCompiler
from tests.faults.simulated_desk import HOUR, VARIANTS, SimulatedDesk, Week
from tests.support.serving import await_answer

__all__ = ["Tally", "harmed", "judged", "undisturbed"]

REVIEWS = (27, 53)  # places of weeks in which challengers of the week before are promoted
DAY = pd.Timedelta(days=1)


class Tally:
    """What was done to a desk."""

    def __init__(self) -> None:
        self.done = collections.Counter[str]()
        self.kills = collections.Counter[int]()  # by the steps that were done by then


def undisturbed(desk: SimulatedDesk, count: int) -> None:
    """Every week is run on its Friday."""
    desk.found()
    for place, week in enumerate(desk.weeks[:count]):
        desk.grow(week.decision)
        reviewed(desk, place, week)
        desk.set_time(week.friday)
        desk.command("week")
        print(f"{week.decision}: {len(desk.rows())} rows", file=sys.stderr)
    desk.grow(desk.weeks[count + 1].decision)  # all of them can be scored


def harmed(desk: SimulatedDesk, count: int, rng: random.Random, tally: Tally) -> None:
    """Every week meets one of the misfortunes; the last one is run in peace, and explains the rest."""
    desk.found()
    kinds: list[str] = []
    for place, week in enumerate(desk.weeks[:count]):
        reviewed(desk, place, week)
        if place == count - 1:
            desk.grow(week.decision)
            desk.set_time(week.friday)
            desk.command("week")
            break
        if not kinds:
            kinds = rng.sample(list(HARMS), len(HARMS))
        kind = kinds.pop()
        HARMS[kind](desk, week, rng, tally)
        tally.done[kind] += 1
        print(f"{week.decision}: {kind}, {len(desk.rows())} rows", file=sys.stderr)


def reviewed(desk: SimulatedDesk, place: int, week: Week) -> None:
    """Right after the close a person promotes what earlier weeks have trained: champions expire."""
    if place in REVIEWS:
        desk.set_time(week.close + HOUR / 2)
        for variant in VARIANTS:
            desk.promote(variant)


def killed(desk: SimulatedDesk, week: Week, rng: random.Random, tally: Tally, times: int = 2) -> None:
    """Kill the week's run at any moment, so often; each start goes on where the one before was."""
    for _ in range(times):
        before = desk.steps(week)
        # Most of its time goes by before the forecasters are loaded; what follows takes milliseconds.
        after, longest = rng.choice(((0, 4.0), (rng.randrange(2, 7), 0.03)))
        if desk.killed(week, after, rng.uniform(0.0, longest), command_too=rng.random() < 0.5):
            tally.kills[len(desk.steps(week))] += 1
        if desk.steps(week)[: len(before)] != before and not _begun_anew(before):
            desk.losses.append(f"{week.decision}: a step was done twice")


def _begun_anew(before: list[dict[str, object]]) -> bool:
    """Whether a week had stopped after its checks could not be made: those are made again."""
    return len(before) < 2


def killed_often(desk: SimulatedDesk, week: Week, rng: random.Random, tally: Tally) -> None:
    desk.grow(week.decision)
    desk.set_time(week.friday)
    killed(desk, week, rng, tally, rng.randint(2, 4))
    desk.command("week")


def asked_by_many(desk: SimulatedDesk, week: Week, rng: random.Random, tally: Tally) -> None:
    """Three commands at once, before and after a kill."""
    desk.grow(week.decision)
    desk.set_time(week.friday)
    killed(desk, week, rng, tally)
    for process in [desk.begun("week") for _ in range(3)]:
        desk.ended(process)
    desk.command("week")


def clock_behind(desk: SimulatedDesk, week: Week, rng: random.Random, tally: Tally) -> None:
    """The clock shows an earlier day while the week is run, and is set right in time."""
    desk.grow(week.decision)
    desk.set_time(week.friday, week.friday - rng.choice((2, 7, 30, 400)) * DAY)
    desk.command("week", codes=(0, 1))
    desk.set_time(week.friday + HOUR)
    killed(desk, week, rng, tally)
    desk.command("week")


def clock_ahead(desk: SimulatedDesk, week: Week, rng: random.Random, tally: Tally) -> None:
    """The clock shows a later day, then the true one again."""
    desk.grow(week.decision)
    desk.set_time(week.friday, week.friday + rng.choice((1, 5, 9)) * DAY)
    desk.command("week", codes=(0, 1))
    desk.set_time(week.friday + HOUR)
    killed(desk, week, rng, tally)
    desk.command("week")


def clock_set_during_run(desk: SimulatedDesk, week: Week, rng: random.Random, tally: Tally) -> None:
    """The clock is set back while the run is at work."""
    desk.grow(week.decision)
    desk.set_time(week.friday)
    process = desk.begun("week")
    desk.wait_for(process, week, rng.randrange(0, 5))
    desk.set_time(week.friday, week.friday - rng.choice((1, 8, 100)) * DAY)
    desk.ended(process, (0, 1))
    desk.set_time(week.friday + HOUR)
    killed(desk, week, rng, tally)
    desk.command("week")


def set_back_after_the_fill(desk: SimulatedDesk, week: Week, rng: random.Random, tally: Tally) -> None:
    """Nobody runs the week before its fill; on the day after, the clock is set back to the weekend.

    With the prices of the fill there, and without them where the desk has seen the true day.
    """
    if rng.random() < 0.5:
        desk.grow(week.fill)
        desk.set_time(week.tuesday, week.friday + DAY)
    else:
        desk.set_time(week.tuesday)
        desk.command("week", codes=(1,))
        desk.grow(week.decision)
        desk.set_time(week.tuesday, week.friday + DAY)
    desk.command("week", codes=(0, 1))
    desk.grow(week.decision)
    desk.set_time(week.tuesday + HOUR)
    killed(desk, week, rng, tally)
    desk.command("week")


def data_late(desk: SimulatedDesk, week: Week, rng: random.Random, tally: Tally) -> None:
    """No prices on Friday: the week stops with its reason; they come in time, or after the fill."""
    desk.set_time(week.friday)
    killed(desk, week, rng, tally)
    if "is not in them" not in desk.command("week", codes=(1,)) or desk.digests(week) != 2:
        desk.losses.append(f"{week.decision}: a week without data did not stop with a digest")
    desk.grow(week.decision)
    desk.set_time(rng.choice((week.friday + DAY, week.tuesday)))
    killed(desk, week, rng, tally)
    desk.command("week")


def nobody_there(desk: SimulatedDesk, week: Week, rng: random.Random, tally: Tally) -> None:
    """The week passes without a run, or with one that is killed."""
    desk.grow(week.decision)
    desk.set_time(week.friday)
    if rng.random() < 0.5:
        killed(desk, week, rng, tally)


def server_killed(desk: SimulatedDesk, week: Week, rng: random.Random, tally: Tally) -> None:
    """A server runs the week by schedule; it is killed, its worker perhaps too, and the next one goes on."""
    desk.grow(week.decision)
    desk.schedule(on=True)
    late = rng.random() < 0.5  # its hour passed while no server ran
    desk.set_time(week.friday + (HOUR if late else -HOUR / 2))
    server = desk.served()
    try:
        if not late:
            await_answer(server)
            if desk.steps(week):
                desk.losses.append(f"{week.decision}: run before its hour")
            desk.set_time(week.friday + HOUR)
        desk.wait_for(server.process, week, rng.randrange(1, 6))
    finally:
        server.process.kill()
        server.process.wait()
    if rng.random() < 0.7 and desk.kill_workers():
        tally.kills[len(desk.steps(week))] += 1
    server = desk.served()
    try:
        desk.wait_for_end(week, 180.0)
    finally:
        server.process.terminate()
        server.process.wait()
        desk.schedule(on=False)


HARMS: dict[str, Callable[[SimulatedDesk, Week, random.Random, Tally], None]] = {
    "killed": killed_often,
    "asked by many": asked_by_many,
    "clock behind": clock_behind,
    "clock ahead": clock_ahead,
    "clock set during the run": clock_set_during_run,
    "clock set back after the fill": set_back_after_the_fill,
    "data late": data_late,
    "nobody there": nobody_there,
    "server killed": server_killed,
}


def judged(desk: SimulatedDesk, count: int, *, on_time: bool) -> list[str]:
    """What is not as it must be. `on_time`: whether every week was run on its Friday."""
    rows, weeks = desk.rows(), desk.weeks[:count]
    found = [*desk.losses, *desk.root.track_log.problems()]
    found += [f"{row.decision}: restated, and no price was" for row in rows if row.kind == "restated"]
    found += [
        f"{row.decision}: {row.subject} is called prospective and was sealed by {desk.sealed_at[row.seq]}"
        for week in weeks
        for row in rows
        if row.decision == week.decision
        and row.kind == "prospective"
        and desk.sealed_at[row.seq] > week.fill_close
    ]
    held = collections.Counter((row.subject, row.version, row.decision) for row in rows)
    found += [f"{key}: {number} rows" for key, number in held.items() if number > 1]
    kinds = collections.defaultdict[tuple[str, str], list[str]](list)
    for row in rows:
        kinds[row.subject, row.decision].append(row.kind)
    for week in weeks:
        for variant in VARIANTS:
            there = kinds[variant, week.decision]
            if not there or (on_time and there != ["prospective"]):
                found.append(f"{week.decision}: {variant} has {there or 'no row'}")
        if desk.digests(week) != 2 and on_time:
            found.append(f"{week.decision}: no digest")
    return found


def score_errors(desk: SimulatedDesk) -> list[float]:
    """By how much the scores of every champion's weeks differ from those that dollars and prices give."""
    panel, errors = load_panel(desk.root.data), list[float]()
    for variant, version in sorted({(row.subject, row.version) for row in desk.rows()}):
        rows = desk.root.track_log.rows(variant, version)
        result, nets = scored(version, rows, panel), in_dollars(desk, rows)
        if len(nets) != (0 if result is None else len(result.champion.net)):
            errors.append(math.inf)
        elif result is not None:
            errors += np.abs(result.champion.net - nets).tolist()
    return errors


def in_dollars(desk: SimulatedDesk, rows: Sequence[SealedWeek]) -> list[float]:
    """Net returns of a champion's prospective weeks, from a dollar of cash, by closes alone."""
    live = {row.decision: row for row in rows if row.kind == "prospective" and row.weights}
    cash, shares, nets = 1.0, dict.fromkeys(desk.closes.columns, 0.0), []
    for week, following in itertools.pairwise(desk.weeks):
        if week.decision > max(live, default="") or following.fill > desk.grown:
            break
        price, later = (desk.closes.loc[one.fill] for one in (week, following))
        rules = next(iter(live.values())).constraints
        before = cash + sum(shares[name] * price[name] for name in shares)
        row = live.get(week.decision)
        if row:
            wanted = {name: row.weights[name] * before / price[name] for name in shares}
            traded = sum(abs(wanted[name] - shares[name]) * price[name] for name in shares)
            left = before - rules["cost_rate"] * traded
            shares = {name: row.weights[name] * left / price[name] for name in shares}
            cash = row.weights[CASH] * left
        cash *= (1.0 + rules["cash_rate"]) ** (1.0 / 52.0)
        if row:
            nets.append((cash + sum(shares[name] * later[name] for name in shares)) / before - 1.0)
    return nets


def main(undisturbed_weeks: int, harmed_weeks: int, seed: int, folder: Path) -> int:
    """Print the totals; 0 when nothing was lost."""
    lost: list[str] = []
    if undisturbed_weeks:
        desk = SimulatedDesk(folder / "undisturbed")
        undisturbed(desk, undisturbed_weeks)
        lost += judged(desk, undisturbed_weeks, on_time=True)
        errors = score_errors(desk)
        lost += [f"a score differs by {error}" for error in errors if error > 1e-12]
        digests = sum(map(desk.digests, desk.weeks)) // 2
        print(f"undisturbed: {undisturbed_weeks} weeks, {told(desk)}, {digests} digests")
        print(f"{len(errors)} weekly scores, largest difference from dollars and prices {max(errors):.1e}")
    if harmed_weeks:
        desk, tally = SimulatedDesk(folder / "harmed"), Tally()
        harmed(desk, harmed_weeks, random.Random(seed), tally)
        lost += judged(desk, harmed_weeks, on_time=False)
        print(f"harmed: {harmed_weeks} weeks, {told(desk)}, {tally.kills.total()} kills")
        print("misfortunes:", ", ".join(f"{number} {kind}" for kind, number in tally.done.most_common()))
        print("steps done when killed:", ", ".join(f"{n}: {k}" for n, k in sorted(tally.kills.items())))
    print("\n".join([f"lost: {len(lost)}", *lost]))
    return bool(lost)


def told(desk: SimulatedDesk) -> str:
    """The rows by champion and kind."""
    counts = collections.Counter((row.subject, row.kind) for row in desk.rows())
    return ", ".join(f"{subject} {number} {kind}" for (subject, kind), number in sorted(counts.items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--undisturbed", type=int, default=60, metavar="WEEKS")
    parser.add_argument("--harmed", type=int, default=60, metavar="WEEKS")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        try:
            sys.exit(main(asked.undisturbed, asked.harmed, asked.seed, Path(place)))
        except NoCompiler as refusal:
            sys.exit(str(refusal))
