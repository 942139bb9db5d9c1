"""`python -m tests.faults --rounds 70 --servers 20`: harm a desk, and print what was lost."""

import argparse
import collections
import random
import sys
import tempfile
from pathlib import Path

from app.settings import Settings
from tests.faults.clocks import NoCompiler, clock_round, jumping_clock
from tests.faults.full_disk import NoMount, full_round, small_disk
from tests.faults.locking import locked_round
from tests.faults.rounds import ROUNDS, Desk, worker_killed
from tests.faults.servers import ServedDesk

FRESH = 20  # rounds until another desk is taken: checking all versions takes longer with each


class Tally:
    """What was done, and what was lost."""

    def __init__(self) -> None:
        self.done = collections.Counter[str]()
        self.lost: list[str] = []
        self.notes: list[str] = []
        self.kills = 0

    def count(self, kind: str, losses: list[str]) -> None:
        self.done[kind] += 1
        self.lost += [f"{kind} {self.done[kind]}: {loss}" for loss in losses]
        print(f"{kind} {self.done[kind]}", file=sys.stderr)


def main(seed: int, **rounds: int) -> int:
    """Print the totals; 0 when nothing was lost."""
    rng, tally = random.Random(seed), Tally()
    with tempfile.TemporaryDirectory() as folder:
        for kind, (harm, _) in HARM.items():
            harm(Path(folder) / kind, rng, rounds[kind], tally)
    kinds = ", ".join(f"{count} {kind}" for kind, count in tally.done.most_common())
    print(f"{tally.done.total()} rounds: {kinds}; {tally.kills} kills")
    print("\n".join([*tally.notes, f"lost: {len(tally.lost)}", *tally.lost]))
    return bool(tally.lost)


def registries(folder: Path, rng: random.Random, count: int, tally: Tally) -> None:
    """Trainings and decisions, in processes that die of what is done to them."""
    for number in range(count):
        if number % FRESH == 0:
            desk = Desk(folder / f"desk{number}" / "models")
        kind = rng.choices(list(ROUNDS), weights=(14, 2, 1, 3))[0]
        before = desk.kills
        ROUNDS[kind](desk, rng)
        tally.kills += desk.kills - before
        desk.train()  # the next training works
        tally.count(kind, desk.losses())


def servers(folder: Path, rng: random.Random, count: int, tally: Tally) -> None:
    """The real server, while trainings, programs and the command line are at work."""
    if not count:
        return
    desk = ServedDesk(folder)
    for _ in range(count):
        seen = len(desk.losses)
        desk.round(rng)
        tally.count("server killed", desk.losses[seen:])
    seen = len(desk.losses)
    desk.end()
    tally.lost += desk.losses[seen:]
    tally.kills += desk.kills
    tally.notes.append(desk.summary())


def disks(folder: Path, rng: random.Random, count: int, tally: Tally) -> None:
    """A small disk, filled to the last byte."""
    try:
        for _ in range(count):
            with small_disk(folder) as disk:
                desk = Desk(disk / "models")
                full_round(desk, rng)
                desk.train()
                tally.count("disk filled", desk.losses())
    except NoMount as refusal:
        tally.notes.append(f"a full disk was left out: {refusal}")


def clocks(folder: Path, rng: random.Random, count: int, tally: Tally) -> None:
    """A real server and worker whose clock is set."""
    folder.mkdir()
    try:
        library = jumping_clock(folder) if count else folder
        for _ in range(count):
            tally.count("clock set", clock_round(folder, library, rng))
    except NoCompiler as refusal:
        tally.notes.append(f"the clocks of real processes were left out: {refusal}")


def workers(folder: Path, rng: random.Random, count: int, tally: Tally) -> None:
    """A true training's process."""
    closed = []
    for _ in range(count):
        closed.append(worker_killed(Settings(folder), rng))
        tally.count("worker killed", [])
    tally.kills += count
    if closed:
        tally.notes.append(f"a killed training's job was closed within {max(closed):.1f} s")


def locks(folder: Path, rng: random.Random, count: int, tally: Tally) -> None:
    """A database that another process holds for 15 s, at any moment of a true training."""
    for number in range(count):
        losses = locked_round(Settings(folder / f"data{number // FRESH}"), rng)
        tally.count("database locked", losses)


HARM = {  # and how often, unless an option says otherwise
    "rounds": (registries, 70),
    "servers": (servers, 20),
    "disks": (disks, 5),
    "clocks": (clocks, 3),
    "workers": (workers, 3),
    "locks": (locks, 3),
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name, (harm, count) in HARM.items():
        parser.add_argument(f"--{name}", type=int, default=count, help=harm.__doc__)
    parser.add_argument("--seed", type=int, default=0)
    sys.exit(main(**vars(parser.parse_args())))
