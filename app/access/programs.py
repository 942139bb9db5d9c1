"""Programs that call the HTTP interface, by their token."""

from hmac import compare_digest

from app.access.login import login_configured
from app.access.roles import Visitor
from app.settings import Network
from sac.errors import DeskError

__all__ = ["Unknown", "program"]


class Unknown(DeskError):  # noqa: N818
    """A program that does not say who it is."""


PROGRAM, VIEWING_PROGRAM = Visitor("api", "approver"), Visitor("api viewer", "viewer")


def program(authorization: str | None, direct: bool, known: Network) -> Visitor:
    """The program that calls the HTTP interface. Raises Unknown.

    authorization: its header; direct: whether it runs on this machine and came through no proxy. It needs
    no token there, as long as none is set and no person needs a login either.
    """
    tokens = [(known.token, PROGRAM), (known.viewer_token, VIEWING_PROGRAM)]
    if not any(token for token, _ in tokens):
        if direct and not login_configured():
            return PROGRAM
        raise Unknown(
            "Programs need a token here: set SAC_DESK_API_TOKEN where the desk runs, start it again, and "
            "send the header `Authorization: Bearer TOKEN`."
        )
    scheme, _, given = (authorization or "").partition(" ")
    # Every token is compared, and in full, so that the time taken reveals nothing.
    matching = [
        who for token, who in tokens if token and compare_digest(token.encode(), given.strip().encode())
    ]
    if scheme.lower() != "bearer" or not matching:
        raise Unknown("The token is missing or wrong: send the header `Authorization: Bearer TOKEN`.")
    return matching[0]
