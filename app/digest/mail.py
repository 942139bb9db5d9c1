"""Messages by e-mail: over TLS with verified certificates, each recipient in a mail of their own."""

import hashlib
import smtplib
import ssl
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from typing import Literal

from app.digest.message import Message
from app.digest.sending import ANSWER_SECONDS, Unsent, Watch, deadline, quoted, why

__all__ = ["MailServer", "Mailbox", "Security", "mail"]

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class MailServer:
    """A server that takes mail for others."""

    host: str
    port: int
    security: Security  # none: to this machine only
    sender: str  # an address
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Mailbox:
    """One recipient."""

    server: MailServer
    address: str

    def send(self, message: Message) -> None:
        """Hand the message to the server. Raises Unsent."""
        with deadline() as watch:
            try:
                _handed_over(self.server, mail(message, self.server.sender, self.address), watch)
            except (OSError, ValueError) as error:  # all of smtplib's are OSErrors
                raise Unsent(self._reason(error, watch)) from None

    def _reason(self, error: Exception, watch: Watch) -> str:
        if watch.over:
            return f"The mail server: {why(error, watch)}"
        match error:
            case smtplib.SMTPAuthenticationError():
                return f"The mail server refuses the user name or password (code {error.smtp_code})."
            case smtplib.SMTPRecipientsRefused():
                return self._refused(*next(iter(error.recipients.values())))
            case smtplib.SMTPResponseException():
                return self._refused(error.smtp_code, error.smtp_error)
            case smtplib.SMTPServerDisconnected():
                cause = error.__context__  # a time that was over, for example
                return (
                    f"The mail server: {why(cause, watch) if isinstance(cause, OSError) else 'It hung up.'}"
                )
            case smtplib.SMTPNotSupportedError():
                return "The mail server offers no STARTTLS, or no login: see SAC_DESK_SMTP_SECURITY."
            case _:
                return f"The mail server: {why(error, watch)}"

    def _refused(self, code: int, words: str | bytes) -> str:
        password, user = self.server.password, self.server.user
        told = (b64encode(secret.encode()).decode() for secret in (f"\0{user}\0{password}", password))
        secrets = (*told, password) if password else ()
        return f"The mail server refuses it: {code} {quoted(words, *secrets)}"


def mail(message: Message, sender: str, recipient: str) -> EmailMessage:
    """The message as plain text and HTML; its Message-ID is the same at every try."""
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = sender
    mail["To"] = recipient
    mail["Date"] = formatdate(localtime=False)
    name = hashlib.sha256(f"{message.key} {recipient}".encode()).hexdigest()[:32]
    mail["Message-ID"] = f"<{name}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday note answers it
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


class _Plain(smtplib.SMTP):
    """A connection whose watch knows it before its first answer."""

    def __init__(self, server: MailServer, watch: Watch) -> None:
        watch.connection = self
        super().__init__(server.host, server.port, _own_name(server), ANSWER_SECONDS)


class _Encrypted(smtplib.SMTP_SSL):
    """The same, encrypted from the start."""

    def __init__(self, server: MailServer, watch: Watch) -> None:
        watch.connection = self
        super().__init__(
            server.host,
            server.port,
            _own_name(server),
            timeout=ANSWER_SECONDS,
            context=ssl.create_default_context(),
        )


def _own_name(server: MailServer) -> str:
    """How the desk names itself: asking the system for its name can take long where there is no network."""
    return server.sender.rpartition("@")[2]


def _handed_over(server: MailServer, mail: EmailMessage, watch: Watch) -> None:
    smtp = (_Encrypted if server.security == "tls" else _Plain)(server, watch)
    try:
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.user:
            smtp.login(server.user, server.password)
        smtp.send_message(mail, server.sender, [str(mail["To"])])
        with suppress(OSError):  # it has the message, whatever it says to a farewell
            smtp.quit()
    finally:
        smtp.close()
