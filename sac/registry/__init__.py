"""Registry: versions on disk, and which of them is the champion. Importing it does not load torch."""

from sac.registry.artifacts import Artifacts, ForecastSkill, Metadata
from sac.registry.codecs import SCALER_FEATURES
from sac.registry.names import version_name
from sac.registry.store import Part, Registry, Version

__all__ = [
    "SCALER_FEATURES",
    "Artifacts",
    "ForecastSkill",
    "Metadata",
    "Part",
    "Registry",
    "Version",
    "version_name",
]
