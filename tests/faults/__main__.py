"""`python -m tests.faults --rounds 100 --workers 10`: harm a desk, and print what was lost."""

import argparse
import collections
import random
import sys
import tempfile
from pathlib import Path

from app.settings import Settings
from tests.faults.rounds import ROUNDS, Desk, worker_killed

FRESH = 20  # rounds until another desk is taken: checking all versions takes longer with each


def main(rounds: int, workers: int, seed: int) -> int:
    """Print the totals; 0 when nothing was lost."""
    rng, done, lost, kills = random.Random(seed), collections.Counter[str](), [], 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            if number % FRESH == 0:
                desk = Desk(Path(folder) / f"desk{number}")
            kind = rng.choices(list(ROUNDS), weights=(14, 2, 1, 3))[0]
            before = desk.kills
            ROUNDS[kind](desk, rng)
            kills += desk.kills - before
            desk.train()  # the next training works
            lost += [f"round {number + 1}, {kind}: {loss}" for loss in desk.losses()]
            done[kind] += 1
        home = Settings(Path(folder) / "data")
        closed = [worker_killed(home, rng) for _ in range(workers)]
    kinds = ", ".join(f"{count} {kind}" for kind, count in done.most_common())
    print(f"{rounds + workers} rounds: {kinds}, {workers} trainings killed; {kills + workers} kills")
    if closed:
        print(f"a killed training's job was closed within {max(closed):.1f} s")
    print("\n".join([f"lost: {len(lost)}", *lost]))
    return bool(lost)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--workers", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    sys.exit(main(**vars(parser.parse_args())))
