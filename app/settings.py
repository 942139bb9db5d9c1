"""Where the desk lives: the only reader of environment variables."""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sac.cluster import check_address
from sac.config import VARIANTS
from sac.errors import SettingsError
from sac.files import follow_umask
from sac.promotion import DecisionLog, Ledger, Policy
from sac.registry import Registry
from sac.track import TrackLog

if TYPE_CHECKING:
    from sac.market.news.alpaca import Keys

__all__ = [
    "NOTIFY_SECRETS",
    "RAY_SECRETS",
    "Feeds",
    "HubAccess",
    "Network",
    "Notifying",
    "Settings",
    "check_settings",
    "choose_file_rights",
    "feeds",
    "hub_access",
    "network",
    "notifying",
    "repo_variable",
    "settings",
]

TOKEN = re.compile(r"[A-Za-z0-9\-._~+/=]{16,200}")  # RFC 6750, and too long to be guessed
SECRET = re.compile(
    r"TOKEN(?!IZER)|SECRET|PASSW|CREDENTIAL|WEBHOOK|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY", re.IGNORECASE
)
CODE = Path(__file__).resolve().parent.parent  # the folder that holds the packages app and sac


@dataclass(frozen=True)
class Settings:
    """One data root: the folders in it, and what of the engine keeps its records there."""

    data: Path
    cluster: str | None = None  # a Ray cluster that trains, in place of the environment's

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def cache(self) -> Path:
        return self.data / "cache"

    @property
    def sweeps(self) -> Path:
        return self.data / "sweeps"

    @property
    def external_backtests(self) -> Path:
        return self.data / "walks"

    @property
    def jobs(self) -> Path:
        return self.data / "jobs"

    @property
    def outbox(self) -> Path:
        return self.data / "outbox"

    @property
    def track(self) -> Path:
        return self.data / "track"

    @property
    def registry(self) -> Registry:
        """Versions, and which of them is the champion."""
        return Registry(self.models)

    @property
    def ledger(self) -> Ledger:
        """Every candidate that was ever trained."""
        return Ledger(self.models)

    @property
    def decision_log(self) -> DecisionLog:
        """Every decision on a champion."""
        return DecisionLog(self.models)

    @property
    def track_log(self) -> TrackLog:
        """Every champion's decision of every week, sealed."""
        return TrackLog(self.track)

    @property
    def promotion(self) -> Policy:
        """Whether an eligible challenger waits for a person. Raises SettingsError for another word."""
        policy = os.environ.get("SAC_DESK_PROMOTION") or "manual"
        if policy not in ("manual", "auto"):
            raise SettingsError(f"SAC_DESK_PROMOTION is {policy!r}: set it to manual or auto.")
        return cast("Policy", policy)

    @property
    def cores(self) -> int:
        """Processes of a training: all cores up to four, else all but one, unless told. Or SettingsError."""
        here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return self._cores_or(here if here <= 4 else here - 1)

    @property
    def cluster_cores(self) -> int:
        """CPUs of a training on a Ray cluster: one, unless told. Raises SettingsError."""
        return self._cores_or(1)

    def _cores_or(self, default: int) -> int:
        asked = os.environ.get("SAC_DESK_CORES") or str(default)
        if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked) <= 1024:
            raise SettingsError(
                f"SAC_DESK_CORES is {asked!r}: set it to a number from 1 to 1024, or unset it."
            )
        return int(asked)

    @property
    def ray(self) -> str | None:
        """The address of the Ray cluster that trains; None where this machine does. Or SettingsError."""
        field = "--ray" if self.cluster is not None else "SAC_DESK_RAY"
        address = os.environ.get("SAC_DESK_RAY") if self.cluster is None else self.cluster
        if address:
            check_address(address, field)
        return address or None

    @property
    def hub(self) -> Path:
        return self.data / "hub"

    @property
    def weeks(self) -> Path:
        return self.data / "weeks"

    def child_environment(self, secrets: Collection[str] = ()) -> dict[str, str]:
        """Environment for a process that works on the same data root, on one core.

        Of all that looks like a secret it is told what `secrets` names.
        """
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        told = {
            name: value for name, value in os.environ.items() if name in secrets or not SECRET.search(name)
        }
        chosen = {} if self.cluster is None else {"SAC_DESK_RAY": self.cluster}
        return {**told, **one_thread, **chosen, "SAC_DESK_DATA": str(self.data.absolute())}


@dataclass(frozen=True)
class Feeds:
    """Keys of the services that a refresh may ask; None where there is none."""

    alpha_vantage: str | None
    alpaca: "Keys | None"
    sentiment_model: str  # of the Hugging Face Hub, or a folder


def feeds() -> Feeds:
    """The keys of this process's environment."""
    from sac.market.news.alpaca import (  # here: it takes a second, and every process reads settings
        FINBERT,
        Keys,
    )

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


@dataclass(frozen=True)
class Notifying:
    """Where digests are sent, as the environment says it; "" where it says nothing."""

    host: str  # of the mail server
    port: str
    security: str
    user: str
    sender: str
    recipients: str
    holdings_of: str  # the person whose saved holdings a digest is about
    password: str = field(repr=False)
    webhooks: Mapping[str, str] = field(repr=False)  # kind -> address: whoever knows one may post there


NOTIFY_SECRETS = {  # "" is the mail server's password, the others are kinds of webhooks
    "": "SAC_DESK_SMTP_PASSWORD",
    "slack": "SAC_DESK_WEBHOOK_SLACK",
    "teams": "SAC_DESK_WEBHOOK_TEAMS",
    "json": "SAC_DESK_WEBHOOK_JSON",
}


def notifying() -> Notifying:
    """Mail server, webhooks and the digest's person of this process's environment; nothing is checked."""

    def value(name: str) -> str:
        return os.environ.get(name, "").strip()

    return Notifying(
        host=value("SAC_DESK_SMTP_HOST"),
        port=value("SAC_DESK_SMTP_PORT"),
        security=value("SAC_DESK_SMTP_SECURITY"),
        user=value("SAC_DESK_SMTP_USER"),
        sender=value("SAC_DESK_SMTP_FROM"),
        recipients=value("SAC_DESK_SMTP_TO"),
        holdings_of=value("SAC_DESK_DIGEST_HOLDINGS_OF"),
        password=os.environ.get(NOTIFY_SECRETS[""], ""),
        webhooks={kind: value(name) for kind, name in NOTIFY_SECRETS.items() if kind},
    )


RAY_SECRETS = ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")  # of a cluster


@dataclass(frozen=True)
class Network:
    """Who may reach the desk from where, and how often programs may ask."""

    token: str | None = field(repr=False)  # of programs that may do everything
    viewer_token: str | None = field(repr=False)  # of programs that look and change nothing
    requests_per_minute: int  # of one client of the HTTP interface
    trusted: bool  # everyone who reaches the port may do everything, also from other machines
    proxies: tuple[str, ...] = ()  # addresses and networks that are believed whom they ask for


def network() -> Network:
    """The network settings of this process's environment. Raises SettingsError for what cannot be meant."""
    tokens = []
    for name in ("SAC_DESK_API_TOKEN", "SAC_DESK_API_VIEWER_TOKEN"):
        token = os.environ.get(name)
        # A variable that is there and empty is a secret that did not arrive, not a decision to have none.
        if token is not None and not TOKEN.fullmatch(token):
            raise SettingsError(
                f"{name} must be 16 to 200 letters, digits or -._~+/= characters: make one with "
                "`openssl rand -hex 32`, or unset it."
            )
        tokens.append(token)
    rate = os.environ.get("SAC_DESK_API_REQUESTS_PER_MINUTE") or "600"
    if not rate.isascii() or not rate.isdigit() or not 1 <= int(rate) <= 1_000_000:
        raise SettingsError("SAC_DESK_API_REQUESTS_PER_MINUTE must be a number from 1 to 1000000.")
    trust = os.environ.get("SAC_DESK_TRUST_NETWORK") or "no"
    if trust not in ("yes", "no"):
        raise SettingsError(f"SAC_DESK_TRUST_NETWORK is {trust!r}: set it to yes, or unset it.")
    return Network(tokens[0], tokens[1], int(rate), trust == "yes", _proxies())


def _proxies() -> tuple[str, ...]:
    named = [name.strip() for name in os.environ.get("FORWARDED_ALLOW_IPS", "").split(",") if name.strip()]
    for name in named:
        try:
            ip_network(name)
        except ValueError:
            raise SettingsError(
                f"FORWARDED_ALLOW_IPS names {name!r}: list the proxies' addresses and networks, as "
                "127.0.0.1,10.0.0.0/8."
            ) from None
    return tuple(named)


def check_settings() -> None:
    """Raise SettingsError for what cannot be meant, where the server starts and not where it is needed."""
    network()
    settings().promotion, settings().cores, settings().ray


def choose_file_rights() -> None:
    """Let new records, holdings and logs be their owner's only, or follow the umask. For a process's start.

    Raises SettingsError for another word in SAC_DESK_FILE_MODE.
    """
    mode = os.environ.get("SAC_DESK_FILE_MODE") or "private"
    if mode not in ("private", "umask"):
        raise SettingsError(f"SAC_DESK_FILE_MODE is {mode!r}: set it to private or umask.")
    if mode == "umask":
        follow_umask()


def settings() -> Settings:
    """The settings of this process: the data root is SAC_DESK_DATA, or `data` in the working folder."""
    return Settings(Path(os.environ.get("SAC_DESK_DATA") or "data").expanduser().absolute())
