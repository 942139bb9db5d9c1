"""The case for a challenger, with the evidence that there is today."""

from app.decisions.forward import forward_of
from app.settings import Settings
from sac.errors import ArtifactError
from sac.promotion.case import Case, case_for
from sac.promotion.deciding import judged
from sac.promotion.state import champion_of

__all__ = ["case_of"]


def case_of(root: Settings, variant: str, name: str) -> Case:
    """The case for a version against today's champion. Raises ArtifactError where it cannot be read."""
    registry = root.registry
    challenger = registry.version(variant, name)
    champion, problem = None, None
    try:
        champion = champion_of(registry, variant)
    except ArtifactError as error:
        problem = str(error)
    forward = forward_of(root)
    verdict = judged(challenger, champion, problem, forward)
    return case_for(challenger, champion, verdict, root.ledger.search(), forward)
