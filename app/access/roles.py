"""Who looks at a page or calls the HTTP interface, and what they may do there."""

from dataclasses import dataclass
from typing import Literal

from sac.errors import DeskError

__all__ = ["LOCAL", "Forbidden", "Visitor", "may_act"]

Role = Literal["viewer", "approver"]


class Forbidden(DeskError):  # noqa: N818 - what happened, not a fault
    """The person may not do this."""


@dataclass(frozen=True)
class Visitor:
    """A person at a page, or a program at the HTTP interface."""

    name: str  # as records name them: the e-mail address, where there is a login
    role: Role  # an approver may also train, cancel, promote, roll back, refresh and edit


LOCAL = Visitor("local user", "approver")  # without a login there is one person, and it is their desk


def may_act(person: Visitor) -> Visitor:
    """The same person. Raises Forbidden for somebody who may only look."""
    if person.role != "approver":
        raise Forbidden(only_looks(person))
    return person


def only_looks(person: Visitor) -> str:
    return f"{person.name} has the role viewer, which looks and changes nothing: ask an approver."
