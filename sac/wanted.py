"""A version that somebody wants: whether it is here, and how one that was just made enters the registry.

Nothing here computes or loads torch: where a version is made is its maker's business.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from sac.config import VARIANTS, FineTuneSettings, TrainingSettings
from sac.errors import ArtifactError, SettingsError
from sac.market import MarketPanel
from sac.promotion import Ledger, Policy, Settlement, settle
from sac.promotion.deciding import settled_before
from sac.promotion.gate import Forward
from sac.promotion.retention import champions, remove
from sac.promotion.state import champion_of, state_of
from sac.registry import Registry, Version, version_name
from sac.registry.origin import origin

__all__ = ["Outcome", "Wanted", "entered", "existing", "parent_of"]

_Made = TypeVar("_Made")


@dataclass(frozen=True, eq=False)
class Outcome:
    """The result of a training."""

    version: Version
    created: bool  # False: the same data and settings had been trained before
    settlement: Settlement


@dataclass(frozen=True, eq=False)
class Wanted:
    """What determines a version."""

    variant: str
    panel: MarketPanel
    settings: TrainingSettings
    parent: Version | None = None  # of a fine-tuning

    @classmethod
    def full(cls, variant: str, panel: MarketPanel, settings: TrainingSettings) -> "Wanted":
        """That of a full training. Raises SettingsError for another variant's settings."""
        if VARIANTS[variant].forecaster != settings.forecast.kind:
            raise SettingsError(f"{variant} needs the forecaster {VARIANTS[variant].forecaster}.")
        return cls(variant, panel, settings)

    @classmethod
    def finetune(
        cls, variant: str, panel: MarketPanel, registry: Registry, tuning: FineTuneSettings | None
    ) -> "Wanted":
        """That of a fine-tuning of the champion. Raises SettingsError where there is none, ArtifactError."""
        parent = parent_of(registry, variant)
        return cls(variant, panel, (tuning or FineTuneSettings()).applied(parent.settings), parent)

    @property
    def kind(self) -> Literal["full", "finetune"]:
        """What sort of training it is."""
        return "finetune" if self.parent else "full"

    @property
    def name(self) -> str:
        """The name of the version that comes of it."""
        return version_name(
            str(self.panel.decisions[-1]),
            fingerprint=self.panel.provenance.sha256,
            symbols=self.panel.symbols,
            settings=self.settings,
            variant=self.variant,
            kind=self.kind,
            parent=self.parent.name if self.parent else None,
        )


def parent_of(registry: Registry, variant: str) -> Version:
    """The champion that a fine-tuning starts from. Raises SettingsError where there is none."""
    champion = champion_of(registry, variant)
    if champion is None:
        raise SettingsError(f"{variant} has no champion to start from: train it in full first.")
    return champion


def existing(wanted: Wanted, registry: Registry, policy: Policy, forward: Forward) -> Outcome | None:
    """The version, if it was trained here before; one of its name from elsewhere is not it."""
    variant, name = wanted.variant, wanted.name
    damage = registry.damaged(variant).get(name)
    if damage:
        raise ArtifactError(
            f"{variant} {name} was trained before, but its folder is damaged: {damage} "
            "Restore the folder or delete it, then train again."
        )
    if name not in {version.name for version in registry.versions(variant)}:
        return None
    source = origin(registry, variant, name)
    if source is None:
        version = registry.version(variant, name)
        settlement = settled_before(registry, version, policy, forward)
        return Outcome(version, created=False, settlement=settlement)
    if name in champions(state_of(registry, variant)):
        raise SettingsError(
            f"{name} is or was {variant}'s champion, and it was pulled from {source.repo}, not trained here: "
            "a training of the same data and settings cannot take its place. Train with another seed."
        )
    return None


def entered(
    wanted: Wanted,
    registry: Registry,
    policy: Policy,
    forward: Forward,
    make: Callable[[], _Made],
    save: Callable[[_Made], Version],
) -> Outcome:
    """A version that was never trained before: made, saved and settled; in the ledger however it ends."""
    with Ledger(registry.root).trial(
        wanted.variant,
        wanted.name,
        kind=wanted.kind,
        parent=wanted.parent.name if wanted.parent else None,
        settings=wanted.settings,
        fingerprint=wanted.panel.provenance.sha256,
        symbols=wanted.panel.symbols,
    ) as evaluated:
        made = make()
        _give_way(wanted, registry)
        version = save(made)
        evaluated(version.metadata.metrics)
    return Outcome(version, created=True, settlement=settle(registry, version, policy, forward))


def _give_way(wanted: Wanted, registry: Registry) -> None:
    """A pulled version of the name makes room for the one that was trained here, unless a person chose it."""
    variant, name = wanted.variant, wanted.name
    if origin(registry, variant, name) is not None:
        remove(registry, variant, name)
