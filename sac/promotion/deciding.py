"""Decisions about champions: the only way in which `current` moves.

A decision reads what it rests on once, is judged without touching the disk, and is written before the
pointer follows. A process that dies in between leaves a move that is not finished: readers count it as done,
and the next decision, or `finish_moves`, lets the pointer follow.
"""

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from filelock import FileLock, Timeout

from sac.database import patiently
from sac.errors import ArtifactError, DeskError
from sac.files import explained
from sac.promotion.decision_log import Action, DecisionLog, SealedDecision
from sac.promotion.gate import Forward, Gate, gate, nothing_later
from sac.promotion.state import State, state_of
from sac.registry.origin import origin
from sac.registry.store import Registry, Version

__all__ = [
    "DecisionConflict",
    "Policy",
    "Settlement",
    "Verdict",
    "decide",
    "deciding",
    "finish_moves",
    "judged",
    "refuse_stale_view",
    "rollback",
    "settle",
    "settled_before",
]

Policy = Literal["manual", "auto"]  # whether an eligible challenger needs a person
Verdict = Literal["approve", "override", "reject"]
_DESK = "the desk"  # the actor of what nobody clicked
_PATIENCE = 30.0  # seconds to wait while another decision is written


class DecisionConflict(DeskError):  # noqa: N818 - what happened, not a fault
    """Somebody else decided first."""


@dataclass(frozen=True)
class Settlement:
    """Whether a new version was promoted, and why."""

    promoted: bool
    prior_version: str | None  # the champion before
    gate: Gate


def judged(
    version: Version,
    champion: Version | None,
    problem: str | None = None,
    forward: Forward = nothing_later,
) -> Gate:
    """The gate's verdict beside that champion; one that cannot be read (`problem`) lets nobody pass."""
    cagr = version.metadata.metrics.get("eval_cagr", math.nan)
    if problem is not None:
        return Gate(False, cagr, None, f"The champion cannot be read: {problem}")
    if champion is not None and champion.name == version.name:
        return Gate(False, cagr, cagr, "This version is the champion already.")
    return gate(version, champion, forward)


def settle(
    registry: Registry, version: Version, policy: Policy = "manual", forward: Forward = nothing_later
) -> Settlement:
    """Promote the first model, and with the policy "auto" every later one that passes the gate.

    A version that came from elsewhere is left to a person, whatever it says of itself. `forward`: how the
    champion did after its last decision, by the data of now. Waits for a locked record.
    """
    return patiently(lambda: _settlement(registry, version, policy, forward))


def _settlement(registry: Registry, version: Version, policy: Policy, forward: Forward) -> Settlement:
    with deciding(registry, version.variant) as state:
        question = _question(registry, state, version.name, forward)
        foreign = origin(registry, version.variant, version.name) is not None
        action = None if foreign else _settled(question, policy)
        if action:
            _written(registry, question, action, _DESK, question.gate.reason, "")
    return Settlement(action is not None, state.champion, question.gate)


def settled_before(
    registry: Registry, version: Version, policy: Policy = "manual", forward: Forward = nothing_later
) -> Settlement:
    """How a version that was trained before stands. Asking again does not bring back what was decided."""
    state = state_of(registry, version.variant).checked()
    if state.champion is None:  # a writer was killed between saving and promoting
        return settle(registry, version, policy)
    verdict = _question(registry, state, version.name, forward).gate
    if state.champion != version.name:
        return Settlement(False, state.champion, verdict)
    rise = next((row for row in state.moves if row.version == version.name), None)
    return Settlement(True, rise.champion if rise else None, verdict)


def decide(
    registry: Registry,
    version: Version,
    action: Verdict,
    *,
    actor: str,
    reason: str,
    champion: str | None,
    evidence: str = "",
    forward: Forward = nothing_later,
) -> SealedDecision:
    """A person's verdict on a challenger. `champion` is the one that the person saw, `evidence` the rest.

    Raises DecisionConflict where another version is champion by now or the verdict was given already,
    DeskError where the version is not eligible and it is no override, or where the reason is empty.
    """
    with deciding(registry, version.variant) as state:
        _refuse_conflict(state, version.name, champion)
        question = _question(registry, state, version.name, forward)
        _refuse_verdict(question, action)
        return _written(registry, question, action, actor, reason, evidence)


def rollback(
    registry: Registry,
    variant: str,
    *,
    actor: str,
    reason: str,
    champion: str | None,
    to: str | None = None,
    forward: Forward = nothing_later,
) -> SealedDecision:
    """Back to a former champion: the one before the current, or the one named. Raises as `decide` does."""
    with deciding(registry, variant) as state:
        name = _former(state, to)
        _refuse_conflict(state, name, champion)
        question = _question(registry, state, name, forward)
        return _written(registry, question, "rollback", actor, reason, "")


def finish_moves(registry: Registry, variants: Iterable[str]) -> None:
    """Let the pointers follow decisions whose process died before they could: for the start of a process."""
    for variant in variants:
        if state_of(registry, variant).unfinished:
            with deciding(registry, variant):
                pass


@contextmanager
def deciding(registry: Registry, variant: str) -> Iterator[State]:
    """One decision at a time in this registry, on the state of now; a move that was cut off is finished."""
    try:
        with explained(registry.root):
            registry.root.mkdir(parents=True, exist_ok=True)
            turn = FileLock(registry.root / ".decisions.lock").acquire(timeout=_PATIENCE)
        with turn:
            state = state_of(registry, variant)
            if state.unfinished:
                registry.set_current(variant, state.unfinished)
            yield state
    except Timeout:
        raise DeskError("Another decision is being written and does not end: try again.") from None


@dataclass(frozen=True, eq=False)
class _Question:
    """What a decision on one version rests on."""

    state: State
    version: Version  # every checksum compared: no decision for what cannot be read
    gate: Gate


def _question(registry: Registry, state: State, name: str, forward: Forward) -> _Question:
    """Read the version and its champion, each once. Raises ArtifactError where the version cannot be read."""
    version = registry.version(state.variant, name)
    champion, problem = None, state.problem
    if state.champion == name:
        champion = version
    elif state.champion:
        try:
            champion = registry.version(state.variant, state.champion)
        except ArtifactError as error:
            problem = str(error)
    return _Question(state, version, judged(version, champion, problem, forward))


def _settled(question: _Question, policy: Policy) -> Action | None:
    """What the desk decides by itself; None where a person decides."""
    if not question.gate.passed:
        return None
    if question.state.champion is None:
        return "first"
    return "automatic" if policy == "auto" else None


def _refuse_verdict(question: _Question, action: Verdict) -> None:
    name, verdict = question.version.name, question.gate
    if action == "approve" and not verdict.passed:
        raise DeskError(f"{name} is not eligible: {verdict.reason} Only an override can promote it.")
    if action == "override" and verdict.passed:
        raise DeskError(f"{name} passes the gate: approve it, an override is not needed.")
    last = next((row for row in question.state.decisions if row.version == name), None)
    if action == "reject" and last and last.action == "reject":
        raise DecisionConflict(f"{name} was rejected already: see the decision history.")


def _former(state: State, to: str | None) -> str:
    """The former champion to go back to."""
    earlier = state.former_champions
    if not earlier:
        raise DeskError(f"{state.variant} has no former champion to go back to.")
    name = to or earlier[0]
    if name not in earlier:
        raise DeskError(f"{name} was never {state.variant}'s champion: choose one of {', '.join(earlier)}.")
    return name


def _refuse_conflict(state: State, name: str, champion: str | None) -> None:
    """The champion of now must be the one that the person saw, and another one than the version."""
    refuse_stale_view(state, champion)
    if state.champion == name:
        raise DecisionConflict(f"{name} is the champion already.")


def refuse_stale_view(state: State, champion: str | None) -> None:
    """Raise DecisionConflict where the champion of now is not the one that the person saw."""
    if state.champion != champion:
        last = next(iter(state.moves), None)
        who = f" ({last.action} by {last.actor}, {last.at[:16].replace('T', ' ')} UTC)" if last else ""
        raise DecisionConflict(
            f"{state.champion or 'Nobody'} is {state.variant}'s champion by now{who}, no longer "
            f"{champion or 'nobody'}: look again before you decide."
        )


def _written(
    registry: Registry, question: _Question, action: Action, actor: str, reason: str, evidence: str
) -> SealedDecision:
    """Write the decision, then let the pointer follow it."""
    decision = DecisionLog(registry.root).append(
        action,
        question.state.variant,
        question.version.name,
        actor=actor,
        champion=question.state.champion,
        gate=question.gate,
        reason=reason,
        evidence=evidence,
    )
    if decision.moved:
        registry.point_to(question.version)
    return decision
