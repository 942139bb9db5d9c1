"""A desk that lives through weeks in minutes: own prices that grow, its real commands, a clock of its own.

The clock is that of its processes, set from outside (`jumping_clock.c`): the product knows nothing of it.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from app.jobs.store import JobStore
from app.settings import Settings
from sac.market import trading_weeks
from sac.market.calendar import session_end
from sac.track import SealedWeek
from tests.faults.clocks import jumping_clock
from tests.support.serving import ROOT, Served, free_port, started
from tests.support.synthetic import random_closes, write_prices

__all__ = ["FIRST", "VARIANTS", "SimulatedDesk", "Week"]

VARIANTS = ("sac_lstm", "ppo_lstm")
FIRST, LAST = "2010-01-04", "2019-12-31"  # of the prices
BEGIN = np.datetime64("2018-01-01")  # the first week that is run is decided after it
SMALL = ROOT / "tests" / "docs" / "small_desk"  # makes trainings small
SCHEDULE = """on = {on}
hours = 4
every = {every}
[challengers]
sac_lstm = "fine-tune"
ppo_lstm = "train"
"""
HOUR = pd.Timedelta(hours=1)


class Week:
    """A complete week as the exchange has it."""

    def __init__(self, decision: np.datetime64, fill: np.datetime64) -> None:
        self.decision, self.fill = str(decision), str(fill)
        self.close, self.fill_close = session_end(decision), session_end(fill)  # UTC
        self.friday, self.tuesday = self.close + 4 * HOUR, self.fill_close + 24 * HOUR


class SimulatedDesk:
    """One data root, its prices, its clock, and what was sealed when by the true time of its world."""

    def __init__(self, folder: Path, every: int = 26) -> None:
        """Raises NoCompiler where there is nothing to compile the clock with."""
        folder.mkdir(parents=True, exist_ok=True)
        self.root, self._offset = Settings(folder / "data"), folder / "offset"
        self.closes = random_closes(stocks=3, first=FIRST, last=LAST, seed=3)
        found = trading_weeks(BEGIN, np.datetime64(LAST))
        self.weeks = [Week(*both) for both in zip(found.decisions, found.fills, strict=True)]
        self.true = self.weeks[0].close  # the true time of this world
        self.sealed_at: dict[int, pd.Timestamp] = {}  # number of a row -> true time after which it was there
        self.losses: list[str] = []
        self.grown = ""  # last day of the prices
        self._faked = {
            "PYTHONPATH": f"{ROOT}:{SMALL}",
            "LD_PRELOAD": str(jumping_clock(folder)),
            "CLOCK_AHEAD": str(self._offset),
        }
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SAC_DESK_")},
            "SAC_DESK_DATA": str(self.root.data),
            **self._faked,
        }
        self.root.data.mkdir()
        symbols = json.dumps(list(self.closes.columns))
        choice = f'source = "files"\nsymbols = {symbols}\nstart = {FIRST}\n'
        (self.root.data / "market.toml").write_text(choice)
        self._every = every
        self.schedule(on=False)

    def found(self) -> None:
        """Prices to the first week's close, and a champion of each variant, trained right after it."""
        self.grow(self.weeks[0].decision)
        self.set_time(self.weeks[0].close + HOUR)
        for variant in VARIANTS:
            self.command("train", variant, "--members", "1", "--years", "1", "--steps", "4")

    def schedule(self, *, on: bool) -> None:
        """Whether a server runs the week by itself, four hours after its last close."""
        text = SCHEDULE.format(on=str(on).lower(), every=self._every)
        (self.root.data / "schedule.toml").write_text(text)

    def served(self) -> Served:
        """A server of the desk, that was started and does not answer yet."""
        return started(self.root.data.parent, free_port(), script=None, **self._faked)

    def grow(self, last: str) -> None:
        """Let the prices reach a day."""
        self.grown = last
        write_prices(self.root.data / "raw" / "prices", self.closes.loc[:last])

    def set_time(self, true: pd.Timestamp, shown: pd.Timestamp | None = None) -> None:
        """What time it is, and what the desk's clock shows where that is another."""
        self.true = true
        self._offset.write_text(str(round((true if shown is None else shown).timestamp() - time.time())))

    def begun(self, *arguments: str) -> "subprocess.Popen[str]":
        """A command of the desk that is at work."""
        return subprocess.Popen(
            [sys.executable, "-m", "app.cli", *arguments],
            cwd=self.root.data.parent,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self, process: "subprocess.Popen[str]", codes: Sequence[int] = (0,)) -> str:
        """What a command printed, with its errors; a code that is not among those is a loss."""
        out, err = process.communicate(timeout=600)
        if process.returncode not in codes:
            self.losses.append(f"{process.args!r}: code {process.returncode}, {err.strip()[-300:]}")
        self._note_rows()
        return out + err

    def command(self, *arguments: str, codes: Sequence[int] = (0,)) -> str:
        """Run a command to its end."""
        return self.ended(self.begun(*arguments), codes)

    def steps(self, week: Week) -> list[dict[str, Any]]:
        """The steps of a week that are written down as done."""
        with suppress(FileNotFoundError):
            steps: list[dict[str, Any]] = json.loads(self._record(week).read_text())["steps"]
            return steps
        return []

    def wait_for(self, process: "subprocess.Popen[Any]", week: Week, steps: int) -> None:
        """Return when so many steps of a week are done, or a command has ended."""
        while process.poll() is None and len(self.steps(week)) < steps:
            time.sleep(0.01)

    def wait_for_end(self, week: Week, seconds: float) -> None:
        """Return when a week is finished; that it is not after so many seconds is a loss."""
        deadline = time.monotonic() + seconds
        while not self._record(week).exists() or not json.loads(self._record(week).read_text())["finished"]:
            if time.monotonic() > deadline:
                self.losses.append(f"{week.decision}: not finished after {seconds:.0f} s")
                break
            time.sleep(0.1)
        self._note_rows()

    def kill_workers(self) -> bool:
        """Kill the processes of weekly runs; False where there is none."""
        active = JobStore(self.root.jobs).active()
        pids = [job.pid for job in active if job.kind == "week" and job.pid is not None]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        return bool(pids)

    def killed(self, week: Week, after_steps: int, seconds: float, *, command_too: bool) -> bool:
        """Start the week, kill its worker so long after so many steps; False where that had ended before."""
        process = self.begun("week")
        self.wait_for(process, week, after_steps)
        time.sleep(seconds)
        killed = False
        while process.poll() is None and not (killed := self.kill_workers()):
            time.sleep(0.01)
        if command_too:
            process.kill()
        self.ended(process, (0, 1, -signal.SIGKILL))
        return killed

    def rows(self, variant: str | None = None) -> list[SealedWeek]:
        """The sealed rows, oldest first."""
        return self.root.track_log.rows(variant)

    def digests(self, week: Week) -> int:
        """How many forms of the week's digest there are."""
        return len(list(self._record(week).parent.glob("digest.*")))

    def promote(self, variant: str) -> str | None:
        """A person promotes the newest challenger, whatever the gate says; its name."""
        [shelf] = json.loads(self.command("versions", variant, "--json"))
        waiting = [one["version"] for one in shelf["versions"] if one["waits"]]
        if not waiting:
            return None
        words = ("promote", variant, waiting[0], "--reason", "A newer one.")
        if "error" in self.command(*words, codes=(0, 1)):
            self.command(*words, "--override")
        return str(waiting[0])

    def _record(self, week: Week) -> Path:
        return self.root.weeks / week.decision / "week.json"

    def _note_rows(self) -> None:
        for row in self.rows():
            self.sealed_at.setdefault(row.seq, self.true)
