"""A variant's champion and decisions at one moment: read once, and nothing is written."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sac.errors import ArtifactError
from sac.promotion.decision_log import Decision, DecisionLog
from sac.registry.store import Registry, Version

__all__ = ["State", "champion_name", "champion_of", "pending_review", "problems", "state_of"]


@dataclass(frozen=True)
class State:
    """A variant's champion and decisions at one moment; a move that is not finished counts as done."""

    variant: str
    champion: str | None  # its name; None also where the pointer cannot be read
    problem: str | None  # why the pointer cannot be read
    decisions: tuple[Decision, ...]  # the variant's, newest first
    unfinished: str | None  # the version that the pointer does not name yet

    def checked(self) -> "State":
        """Itself. Raises ArtifactError where the pointer cannot be read."""
        if self.problem:
            raise ArtifactError(self.problem)
        return self

    @property
    def moves(self) -> list[Decision]:
        """The decisions that made a version champion, newest first."""
        return [row for row in self.decisions if row.moved]

    @property
    def former_champions(self) -> list[str]:
        """Versions that were champion before, each once.

        First the one that the current champion replaced, then the others from the latest to the first.
        """
        moves = self.moves
        rise = next((row for row in moves if row.version == self.champion and row.action != "rollback"), None)
        names = [
            rise.champion if rise else None,
            *(name for row in moves for name in (row.version, row.champion)),
        ]
        return [name for name in dict.fromkeys(names) if name and name != self.champion]

    def pending(self, versions: Iterable[Version]) -> list[Version]:
        """Those versions that are pending review: neither champion nor decided on, in their order."""
        reviewed = {row.version for row in self.decisions if row.action != "follow"}
        return [v for v in versions if v.name != self.champion and v.name not in reviewed]


def state_of(registry: Registry, variant: str) -> State:
    """Read a variant's pointer and decisions, once each. Nothing is written."""
    return _state(registry, variant, tuple(DecisionLog(registry.root).decisions(variant)))


def pending_review(registry: Registry, variant: str) -> list[Version]:
    """A variant's stored versions that are pending review."""
    return state_of(registry, variant).pending(registry.versions(variant))


def champion_name(registry: Registry, variant: str) -> str | None:
    """The champion's name. Raises ArtifactError where the pointer cannot be read."""
    move = DecisionLog(registry.root).last_move(variant)
    return _state(registry, variant, (move,) if move else ()).checked().champion


def champion_of(registry: Registry, variant: str) -> Version | None:
    """The champion, every file's checksum compared. Raises ArtifactError where it cannot be read."""
    name = champion_name(registry, variant)
    return registry.version(variant, name) if name else None


def problems(registry: Registry, variants: Sequence[str]) -> list[str]:
    """Where the log contradicts itself or the champions; empty on a healthy desk."""
    log = DecisionLog(registry.root)
    findings = log.problems()
    for variant in variants:
        move = log.last_move(variant)
        state = _state(registry, variant, (move,) if move else ())
        decided = move.version if move else None
        if state.problem:
            findings.append(state.problem)
        elif state.champion != decided:
            findings.append(
                f"{variant}: the champion is {state.champion or 'nobody'}, but the last decision on record "
                f"made it {decided or 'nobody'}. Somebody moved the pointer without a decision: promote or "
                "roll back."
            )
    return findings


def _state(registry: Registry, variant: str, decisions: tuple[Decision, ...]) -> State:
    try:
        pointer, problem = registry.current(variant), None
    except ArtifactError as error:
        pointer, problem = None, str(error)
    move = next((row for row in decisions if row.moved), None)
    if move and problem is None and move.version != pointer and move.champion == pointer:
        with suppress(ArtifactError):  # deleted or damaged since: `problems` tells, and the champion stays
            name = registry.version(variant, move.version).name
            return State(variant, name, None, decisions, unfinished=name)
    return State(variant, pointer, problem, decisions, unfinished=None)
