"""Which hosts are this machine."""

from ipaddress import ip_address

__all__ = ["loopback"]


def loopback(name: str | None) -> bool:
    """Whether a host's name or address means this machine and no other."""
    try:
        return name == "localhost" or ip_address(name or "").is_loopback
    except ValueError:
        return False
