"""What a desk says of its data root, in plain values: a section each of what a release stores."""

import dataclasses
import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any, get_args

import numpy as np

from app import cli
from app.holdings.saved import load
from app.hub.uploads import uploads_of
from app.jobs.queue import jobs_of
from app.settings import settings
from app.tasks.sweep import SWEEP
from sac.config import VARIANTS
from sac.evidence import metrics
from sac.experiments import TrialResults, leaderboard, read_plan
from sac.hub.arrivals import origin
from sac.market import load_panel
from sac.promotion.state import problems, state_of
from sac.registry import Part, Version
from sac.registry.external import read_backtest, stored_backtests

__all__ = ["AS_OF", "PARTS", "SECTIONS", "command", "leaves"]

AS_OF = "2018-06-15"  # within the year of the newest forecasters
PARTS: tuple[Part, ...] = get_args(Part)


def command(*arguments: str) -> Any:
    """The JSON that a command prints."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert cli.main([*arguments, "--json"]) == 0, arguments
    return json.loads(out.getvalue())


def leaves(state: Any) -> list[np.ndarray]:
    """Every tensor and number of a nested state, in its order; no text."""
    if isinstance(state, dict | list | tuple):
        parts = state.values() if isinstance(state, dict) else state
        return [leaf for part in parts for leaf in leaves(part)]
    return [] if isinstance(state, str) else [np.asarray(state)]


def _summed(state: Any) -> list[float]:
    """How many tensors and numbers a state holds, and the sum of their absolute values up to a million."""
    found = [leaf.astype(np.float64) for leaf in leaves(state)]
    sizes = [np.abs(leaf).clip(max=1e6).sum() for leaf in found]  # a scaler without bounds has huge ones
    return [len(found), sum(leaf.size for leaf in found), float(sum(sizes))]


def market() -> dict[str, Any]:
    """The panel: its fingerprint is part of every version's name."""
    panel = load_panel(settings().data)
    known = panel.provenance
    return {
        "symbols": list(panel.symbols),
        "fields": list(known.fields),
        "window": [known.window_start, known.window_end],
        "fingerprint": known.sha256,
        "decisions": len(panel.decisions),
    }


def versions() -> dict[str, Any]:
    """Every version by every one of its files, and who is champion."""
    registry = settings().registry
    return {
        variant: {
            "champion": registry.current(variant),
            "damaged": registry.damaged(variant),
            "pending": [
                version.name for version in state_of(registry, variant).pending(registry.versions(variant))
            ],
            "earlier champions": state_of(registry, variant).former_champions,
            "versions": {
                version.name: _version(registry.version(variant, version.name))
                for version in registry.versions(variant)
            },
        }
        for variant in VARIANTS
    }


def _version(version: Version) -> dict[str, Any]:
    record, walk = version.metadata, version.evaluation()
    return {
        "kind": record.kind,
        "parent": record.parent,
        "preset": record.preset,
        "engine": record.engine_version,
        "last decision": record.last_decision,
        "evaluation": [record.evaluation_start, record.evaluation_end],
        "trusted": [validation.conviction == 1.0 for validation in record.validations],
        "figures": record.metrics,
        "baselines": {name: figures["eval_cagr"] for name, figures in record.baselines.items()},
        "skill": [dataclasses.asdict(year) for year in record.forecast_skill],
        "symbols": list(version.symbols),
        "scaler": version.scaler(),
        "tensors": {part: _summed(version.tensors(part)) for part in PARTS},
        "evaluated again": dataclasses.asdict(metrics(walk, version.settings.constraints)),
        "last weights": walk.weights[-1].tolist(),
        "fitted baselines": {other.name: float(other.wealth[-1]) for other in version.baselines()},
        "logged": len(version.training_log()),
    }


def weights() -> dict[str, Any]:
    """What every champion wants to hold on a day in its forecaster's year, for a portfolio of cash."""
    parts = ("model_version", "as_of", "target_week_start", "target_week_end", "target_weights")
    return {
        variant: {
            name: answer[name] for name in (*parts, "turnover", "cost", "forecasts", "prices", "trade_list")
        }
        for variant in ("sac_lstm", "ppo_lstm")
        for answer in [command("weights", variant, "--as-of", AS_OF, "--cash", "50000", "--trades")]
    }


def decisions() -> dict[str, Any]:
    """The decision log, and whether its chain holds."""
    registry = settings().registry
    return {
        "decisions": [
            {**dataclasses.asdict(row), "evidence": row.evidence_hash}
            for row in settings().decision_log.sealed()
        ],
        "problems": problems(registry, tuple(VARIANTS)),
    }


def trials() -> list[dict[str, Any]]:
    """The ledger of everything that was tried."""
    left_out = ("settings", "symbols")  # of the versions and the sweep, which have them too
    return [
        {name: value for name, value in dataclasses.asdict(trial).items() if name not in left_out}
        for trial in settings().ledger.trials()
    ]


def jobs() -> list[dict[str, Any]]:
    """The jobs with their results, learning curves and logs."""
    known = jobs_of(settings())
    return [
        {
            "id": job.id,
            "subject": job.subject,
            "kind": job.kind,
            "actor": job.actor,
            "status": job.status,
            "request": job.request,
            "error": job.error,
            "result": job.result,
            "created": job.created_at.isoformat(),
            "curve": known.curve(job.id).tail(1).to_dict("list"),
            "logged": len(known.log(job.id).splitlines()),
        }
        for job in known.list()
    ]


def sweeps() -> dict[str, Any]:
    """Every sweep's plan and its leaderboard."""
    root = settings()
    found = {}
    for job in jobs_of(root).list(kinds=[SWEEP]):
        plan = read_plan(root.sweeps, job.id)
        assert plan is not None
        trials = [TrialResults(root.sweeps / "trials").get(key) for key in plan.keys]
        rows = leaderboard([trial for trial in trials if trial], root.ledger)
        found[job.id] = {
            "variant": plan.sweep.variant,
            "choices": dict(zip(plan.keys, plan.choices, strict=True)),
            "rows": [
                {"key": row.result.key, "lead": row.result.over_equal_weight, "deflated": row.deflated}
                for row in rows
            ],
        }
    return found


def holdings() -> dict[str, Any]:
    """What the person without a login saved."""
    saved = load(settings().data, "local user")
    assert saved is not None
    return {"at": saved.saved_at.isoformat(), **dataclasses.asdict(saved.portfolio)}


def external() -> dict[str, Any]:
    """The stored backtests of external strategies."""
    walks = [read_backtest(path) for path in stored_backtests(settings().external_backtests)]
    return {walk.name: {"weeks": len(walk.net), "wealth": float(walk.wealth[-1])} for walk in walks}


def hub() -> dict[str, Any]:
    """What was sent to the Hub, what waits for it, and what came from there."""
    root = settings()
    registry = root.registry
    origins = {v.name: origin(registry, "sac_lstm", v.name) for v in registry.versions("sac_lstm")}
    tasks = uploads_of(root).of("desk/sac-lstm", "sac_lstm")
    return {
        "outbox": {name: dataclasses.asdict(task) for name, task in sorted(tasks.items())},
        "origins": {name: dataclasses.asdict(found) for name, found in origins.items() if found},
    }


SECTIONS: dict[str, Callable[[], Any]] = {
    "market": market,
    "versions": versions,
    "weights": weights,
    "decisions": decisions,
    "trials": trials,
    "jobs": jobs,
    "sweeps": sweeps,
    "holdings": holdings,
    "external": external,
    "hub": hub,
}
