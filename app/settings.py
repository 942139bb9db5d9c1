"""Where the desk lives: the only reader of environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sac.config import VARIANTS
from sac.errors import SettingsError

if TYPE_CHECKING:
    from sac.market.news import Keys
    from sac.registry import Policy

__all__ = ["Feeds", "HubAccess", "Settings", "feeds", "hub_access", "repo_variable", "settings"]

CODE = Path(__file__).resolve().parent.parent  # the folder that holds the packages app and sac


@dataclass(frozen=True)
class Settings:
    """One data root and the folders in it."""

    data: Path

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def cache(self) -> Path:
        return self.data / "cache"

    @property
    def jobs(self) -> Path:
        return self.data / "jobs"

    @property
    def promotion(self) -> "Policy":
        """Whether an eligible challenger waits for a person. Raises SettingsError for another word."""
        policy = os.environ.get("SAC_DESK_PROMOTION") or "manual"
        if policy not in ("manual", "auto"):
            raise SettingsError(f"SAC_DESK_PROMOTION is {policy!r}: set it to manual or auto.")
        return cast("Policy", policy)

    @property
    def hub(self) -> Path:
        return self.data / "hub"

    def child_environment(self) -> dict[str, str]:
        """Environment for a process that works on the same data root, on one core."""
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        return {**os.environ, **one_thread, "SAC_DESK_DATA": str(self.data.absolute())}


@dataclass(frozen=True)
class Feeds:
    """Keys of the services that a refresh may ask; None where there is none."""

    alpha_vantage: str | None
    alpaca: "Keys | None"
    sentiment_model: str  # of the Hugging Face Hub, or a folder


def feeds() -> Feeds:
    """The keys of this process's environment."""
    from sac.market.news import FINBERT, Keys  # here: it takes a second, and every process reads settings

    name, secret = os.environ.get("ALPACA_API_KEY"), os.environ.get("ALPACA_SECRET_KEY")
    return Feeds(
        os.environ.get("ALPHA_VANTAGE_API_KEY") or None,
        Keys(name, secret) if name and secret else None,
        os.environ.get("SAC_DESK_SENTIMENT_MODEL") or FINBERT,
    )


@dataclass(frozen=True)
class HubAccess:
    """Where versions are shared, and with which rights."""

    repos: Mapping[str, str]  # variant -> owner/name, for the variants that are shared
    token: str | None = field(repr=False)
    endpoint: str


def repo_variable(variant: str) -> str:
    """The environment variable that names a variant's repository."""
    return f"HF_{variant.upper()}_MODEL_REPO"


def hub_access() -> HubAccess:
    """The Hugging Face Hub as this process's environment describes it."""
    named = {variant: os.environ.get(repo_variable(variant), "").strip() for variant in VARIANTS}
    return HubAccess(
        {variant: repo for variant, repo in named.items() if repo},
        os.environ.get("HF_TOKEN", "").strip() or None,
        (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/"),
    )


def settings() -> Settings:
    """The settings of this process: the data root is SAC_DESK_DATA, or `data` in the working folder."""
    return Settings(Path(os.environ.get("SAC_DESK_DATA") or "data").expanduser().absolute())
