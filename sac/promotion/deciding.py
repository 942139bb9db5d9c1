"""Decisions about champions: the only way in which `current` moves.

A decision is written first and the pointer follows. A process that dies in between leaves the old champion
in place and an unfinished move behind it, which the next decision, or `finish_moves`, completes.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from filelock import FileLock, Timeout

from sac.errors import ArtifactError, DeskError
from sac.promotion.decision_log import Action, Decision, DecisionLog
from sac.promotion.gate import Gate, gate
from sac.registry.store import Registry, Version

__all__ = [
    "DecisionConflict",
    "Policy",
    "Settlement",
    "Verdict",
    "decide",
    "deciding",
    "earlier_champions",
    "finish_moves",
    "judged",
    "judged_against",
    "problems",
    "reigning",
    "rollback",
    "settle",
    "undecided",
    "waiting",
]

Policy = Literal["manual", "auto"]  # whether an eligible challenger waits for a person
Verdict = Literal["approve", "override", "reject"]
_DESK = "the desk"  # the actor of what nobody clicked
_PATIENCE = 30.0  # seconds to wait while another decision is written


class DecisionConflict(DeskError):  # noqa: N818 - what happened, not a fault
    """Somebody else decided first."""


@dataclass(frozen=True)
class Settlement:
    """What came of a new version."""

    promoted: bool
    prior_version: str | None  # the champion before
    gate: Gate


def judged(registry: Registry, version: Version) -> Gate:
    """The gate's verdict on a version today."""
    try:
        return judged_against(version, registry.champion(version.variant))
    except ArtifactError as error:
        return judged_against(version, None, str(error))


def judged_against(version: Version, champion: Version | None, problem: str | None = None) -> Gate:
    """The gate's verdict beside that champion; one that cannot be read (`problem`) lets nobody pass."""
    if problem is not None:
        cagr = version.metadata.metrics.get("eval_cagr", math.nan)
        return Gate(False, cagr, None, f"The champion cannot be read: {problem}")
    if champion is not None and champion.name == version.name:
        cagr = champion.metadata.metrics.get("eval_cagr", math.nan)
        return Gate(False, cagr, cagr, "This version is the champion already.")
    return gate(version.metadata, champion.metadata if champion else None)


def settle(registry: Registry, version: Version, policy: Policy = "manual") -> Settlement:
    """Promote the first model, and with the policy "auto" every later one that passes the gate."""
    with deciding(registry, version.variant) as log:
        prior, verdict = reigning(registry, version.variant), judged(registry, version)
        if not verdict.passed or (prior is not None and policy == "manual"):
            return Settlement(False, prior, verdict)
        action: Action = "first" if prior is None else "automatic"
        _written(registry, log, action, version, prior, _DESK, verdict, verdict.reason, "")
        return Settlement(True, prior, verdict)


def decide(
    registry: Registry,
    version: Version,
    action: Verdict,
    *,
    actor: str,
    reason: str,
    champion: str | None,
    evidence: str = "",
) -> Decision:
    """A person's word on a challenger. `champion` is the one that the person saw, `evidence` the rest.

    Raises DecisionConflict where another one reigns by now or the word was said already, DeskError where
    the gate holds the version and it is no override, or where the reason is empty.
    """
    with deciding(registry, version.variant) as log:
        prior, verdict = _seen(registry, log, version, champion), judged(registry, version)
        if action == "approve" and not verdict.passed:
            raise DeskError(f"{version.name} is held: {verdict.reason} Only an override can promote it.")
        if action == "override" and verdict.passed:
            raise DeskError(f"{version.name} passes the gate: approve it, an override is not needed.")
        if action == "reject" and _last_word(log, version) == "reject":
            raise DecisionConflict(f"{version.name} was rejected already: see the decision history.")
        return _written(registry, log, action, version, prior, actor, verdict, reason, evidence)


def rollback(
    registry: Registry,
    variant: str,
    *,
    actor: str,
    reason: str,
    champion: str | None,
    to: str | None = None,
) -> Decision:
    """Back to an earlier champion: the one before this reign, or the one named. Raises as `decide` does."""
    with deciding(registry, variant) as log:
        earlier = earlier_champions(registry, variant)
        if not earlier:
            raise DeskError(f"{variant} has no earlier champion to go back to.")
        name = to or earlier[0]
        if name not in earlier:
            raise DeskError(f"{name} was never {variant}'s champion: choose one of {', '.join(earlier)}.")
        version = registry.version(variant, name)
        prior, verdict = _seen(registry, log, version, champion), judged(registry, version)
        return _written(registry, log, "rollback", version, prior, actor, verdict, reason, "")


def earlier_champions(registry: Registry, variant: str) -> list[str]:
    """Versions that were champion before, each once: first the one before the present reign, then the others
    from the latest to the first."""
    moves = [row for row in DecisionLog(registry.root).decisions(variant) if row.moved]
    current = reigning(registry, variant)
    rise = next((row for row in moves if row.version == current and row.action != "rollback"), None)
    names = [
        rise.champion if rise else None,
        *(name for row in moves for name in (row.version, row.champion)),
    ]
    return [name for name in dict.fromkeys(names) if name and name != current]


def waiting(registry: Registry, variant: str) -> list[Version]:
    """Challengers that nobody has decided on, newest first."""
    return undecided(registry, variant, registry.versions(variant))


def undecided(registry: Registry, variant: str, versions: Sequence[Version]) -> list[Version]:
    """Those of a variant's versions that are not champion and that nobody has decided on, in their order."""
    decided = {row.version for row in DecisionLog(registry.root).decisions(variant)}
    current = reigning(registry, variant)
    return [v for v in versions if v.name != current and v.name not in decided]


def finish_moves(registry: Registry, variant: str) -> None:
    """Let the pointer follow a decision whose process died before it could. Cheap where all is well."""
    if _unfinished(registry, DecisionLog(registry.root), variant):
        with deciding(registry, variant):
            pass


def problems(registry: Registry, variants: tuple[str, ...]) -> list[str]:
    """Where the log contradicts itself or the champions; empty on a healthy desk."""
    log = DecisionLog(registry.root)
    found = log.problems()
    for variant in variants:
        try:
            pointer, move = registry.current(variant), log.last_move(variant)
        except ArtifactError as error:
            found.append(str(error))
            continue
        decided = move.version if move else None
        if pointer != decided:
            found.append(
                f"{variant}: the champion is {pointer or 'nobody'}, but the last decision on record made it "
                f"{decided or 'nobody'}. Somebody moved the pointer without a decision: promote or roll back."
            )
    return found


@contextmanager
def deciding(registry: Registry, variant: str) -> Iterator[DecisionLog]:
    """One decision at a time in this registry; a move that was cut off is finished first."""
    registry.root.mkdir(parents=True, exist_ok=True)
    log = DecisionLog(registry.root)
    try:
        with FileLock(registry.root / ".decisions.lock", timeout=_PATIENCE):
            move = _unfinished(registry, log, variant)
            if move:
                with suppress(ArtifactError):  # it was deleted since: `problems` tells, and who reigns stays
                    registry.set_current(variant, move.version)
            yield log
    except Timeout:
        raise DeskError("Another decision is being written and does not end: try again.") from None


def _unfinished(registry: Registry, log: DecisionLog, variant: str) -> Decision | None:
    """The last move, where the pointer still stands at the champion before it."""
    move = log.last_move(variant)
    pointer = reigning(registry, variant)
    return move if move and pointer != move.version and pointer == move.champion else None


def _seen(registry: Registry, log: DecisionLog, version: Version, champion: str | None) -> str | None:
    """The champion of now, if it is the one that the person saw and another one than the version."""
    prior = reigning(registry, version.variant)
    if prior != champion:
        last = log.last_move(version.variant)
        who = f" ({last.action} by {last.actor}, {last.at[:16].replace('T', ' ')} UTC)" if last else ""
        raise DecisionConflict(
            f"{prior or 'Nobody'} is {version.variant}'s champion by now{who}, no longer "
            f"{champion or 'nobody'}: look again before you decide."
        )
    if prior == version.name:
        raise DecisionConflict(f"{version.name} is the champion already.")
    return prior


def _last_word(log: DecisionLog, version: Version) -> Action | None:
    return next((row.action for row in log.decisions(version.variant) if row.version == version.name), None)


def _written(
    registry: Registry,
    log: DecisionLog,
    action: Action,
    version: Version,
    prior: str | None,
    actor: str,
    verdict: Gate,
    reason: str,
    evidence: str,
) -> Decision:
    """Write the decision, then let the pointer follow it."""
    if not reason.strip():
        raise DeskError("A decision needs a reason: say why, for those who read the history.")
    registry.version(version.variant, version.name)  # every checksum: no decision for what cannot be read
    decision = log.append(
        action,
        version.variant,
        version.name,
        actor=actor,
        champion=prior,
        gate=verdict,
        reason=reason.strip(),
        evidence=evidence,
    )
    if decision.moved:
        registry.set_current(version.variant, version.name)
    return decision


def reigning(registry: Registry, variant: str) -> str | None:
    """The champion's name; None also where the pointer names nobody that can be read."""
    try:
        return registry.current(variant)
    except ArtifactError:
        return None
