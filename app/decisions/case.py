"""The case for a challenger, with the evidence that there is today."""

from contextlib import suppress

from app.settings import Settings
from sac.errors import ArtifactError
from sac.promotion.case import Case, case_for
from sac.promotion.deciding import judged

__all__ = ["case_of"]


def case_of(root: Settings, variant: str, name: str) -> Case:
    """The case for a version against today's champion. Raises ArtifactError where it cannot be read."""
    registry = root.registry
    challenger = registry.version(variant, name)
    champion = None
    with suppress(ArtifactError):  # the gate's verdict names a champion that cannot be read
        champion = registry.champion(variant)
    return case_for(challenger, champion, judged(registry, challenger), root.ledger.search())
