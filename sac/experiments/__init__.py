"""Experiments: many trainings that differ in a few settings, judged before the evaluation years.

Importing it loads neither torch nor Ray.
"""

from sac.experiments.leaderboard import Row, Setting, by_setting, leaderboard
from sac.experiments.result import TrialResult, TrialResults
from sac.experiments.running import Execute, Plan, SweepOutcome, in_process, read_plan, run_sweep
from sac.experiments.sweep import (
    MOST_TRIALS,
    Sweep,
    SweepTrial,
    read_sweep,
    settings_tried,
    sweep_of,
    toml_of,
    trials_of,
)

__all__ = [
    "MOST_TRIALS",
    "Execute",
    "Plan",
    "Row",
    "Setting",
    "Sweep",
    "SweepOutcome",
    "SweepTrial",
    "TrialResult",
    "TrialResults",
    "by_setting",
    "in_process",
    "leaderboard",
    "read_plan",
    "read_sweep",
    "run_sweep",
    "settings_tried",
    "sweep_of",
    "toml_of",
    "trials_of",
]
