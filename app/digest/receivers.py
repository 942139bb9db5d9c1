"""Who gets messages, as the environment says it."""

import re
from typing import Protocol, cast
from urllib.parse import SplitResult, urlsplit

from app.access.hosts import loopback
from app.digest.mail import Mailbox, MailServer, Security
from app.digest.message import Message
from app.digest.webhooks import Webhook
from app.settings import NOTIFY_SECRETS, Notifying, notifying
from sac.errors import SettingsError

__all__ = ["Receiver", "receivers"]

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?"
)
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_NAMES = {"slack": "Slack", "teams": "Teams", "json": "JSON webhook"}


class Receiver(Protocol):
    """Somebody who gets messages."""

    def send(self, message: Message) -> None:
        """Hand a message over. Raises app.digest.sending.Unsent."""


def receivers() -> dict[str, Receiver]:
    """Everybody who gets messages, by the name that pages and records show; empty where nobody does.

    Raises SettingsError for what cannot be meant; no secret is in it.
    """
    told = notifying()
    mailboxes = {f"e-mail to {mailbox.address}": mailbox for mailbox in _mailboxes(told)}
    webhooks = {
        _NAMES[kind]: Webhook(kind, _checked(NOTIFY_SECRETS[kind], url))
        for kind, url in told.webhooks.items()
        if url
    }
    return {**mailboxes, **webhooks}


def _mailboxes(told: Notifying) -> list[Mailbox]:
    if not told.host:
        if told.recipients or told.password:
            raise SettingsError("SAC_DESK_SMTP_HOST is not set: name the server that takes the desk's mail.")
        return []
    security = told.security or "starttls"
    if security not in _PORTS:
        raise SettingsError("SAC_DESK_SMTP_SECURITY must be starttls, tls or none.")
    if security == "none" and not loopback(told.host):
        raise SettingsError("SAC_DESK_SMTP_SECURITY may be none only for a mail server on this machine.")
    port = told.port or str(_PORTS[security])
    if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        raise SettingsError("SAC_DESK_SMTP_PORT must be a number from 1 to 65535.")
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,255}", told.host):
        raise SettingsError("SAC_DESK_SMTP_HOST must be the name or address of a server.")
    if bool(told.user) != bool(told.password):
        raise SettingsError("SAC_DESK_SMTP_USER and SAC_DESK_SMTP_PASSWORD go together: set both, or none.")
    addresses = [address.strip() for address in told.recipients.split(",") if address.strip()]
    for name, written in (("SAC_DESK_SMTP_FROM", [told.sender]), ("SAC_DESK_SMTP_TO", addresses or [""])):
        if not all(map(_ADDRESS.fullmatch, written)):
            raise SettingsError(f"{name} must be an e-mail address, as desk@example.com.")
    server = MailServer(
        told.host, int(port), cast("Security", security), told.sender, told.user, told.password
    )
    return [Mailbox(server, address) for address in dict.fromkeys(addresses)]


def _checked(name: str, url: str) -> str:
    """A webhook's address. Raises SettingsError, which does not quote it."""
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and parts.port != 0 and not (parts.username or parts.password)
    except ValueError:
        parts, sound = SplitResult("", "", "", "", ""), False
    safe = parts.scheme == "https" or (parts.scheme == "http" and loopback(parts.hostname))
    if not (sound and safe and re.fullmatch(r"[!-~]+", url)):
        raise SettingsError(f"{name} must be an address that begins with https:// (http:// to this machine).")
    return url
