"""Registry: versions on disk, and which of them is the champion. Importing it does not load torch."""

from sac.registry.artifacts import Artifacts, ForecastSkill, Metadata
from sac.registry.codecs import SCALER_FEATURES
from sac.registry.decision_log import Decision, DecisionLog
from sac.registry.gate import Gate, gate
from sac.registry.ledger import Candidate, Ledger, Trial
from sac.registry.names import version_name
from sac.registry.promotion import Policy, Settlement, settle
from sac.registry.store import Part, Registry, Version

__all__ = [
    "SCALER_FEATURES",
    "Artifacts",
    "Candidate",
    "Decision",
    "DecisionLog",
    "ForecastSkill",
    "Gate",
    "Ledger",
    "Metadata",
    "Part",
    "Policy",
    "Registry",
    "Settlement",
    "Trial",
    "Version",
    "gate",
    "settle",
    "version_name",
]
