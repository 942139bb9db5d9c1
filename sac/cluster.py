"""A Ray cluster: reached, watched and left. Nothing imports Ray before somebody asks for a cluster."""

import os
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import sac
from sac.config import ENGINE_VERSION
from sac.errors import Cancelled, DeskError, SettingsError
from sac.progress import Progress

__all__ = ["LOOKS", "Board", "check_address", "check_alike", "cluster", "installed"]

LOOKS = 4  # in vain, in a row, until the cluster counts as gone

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

_ADDRESS = re.compile(r"local|auto|(?:ray://)?(?P<host>[^\s/@]+):(?P<port>[0-9]{1,5})")
_DECIDING = ("torch", "numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "skfolio")  # the last bits
_PATIENCE = 5.0  # seconds for the first answer


def check_address(address: str, field: str) -> None:
    """Raise SettingsError for what can be no cluster's address, or where Ray is not installed.

    `field`: what it was given as, "--ray" or a variable.
    """
    found = _ADDRESS.fullmatch(address)
    if not found or int(found["port"] or 1) not in range(1, 1 << 16):
        raise SettingsError(
            f"{field} is {address[:100]!r}: give HOST:PORT as `ray start --head` prints it, ray://HOST:10001 "
            "from a machine outside the cluster, or local for a cluster on this machine."
        )
    if find_spec("ray") is None:
        raise SettingsError(
            f"Ray is not installed here: run .venv/bin/pip install -e '.[ray]', or leave out {field}."
        )


@contextmanager
def cluster(address: str, kept: str) -> Iterator[Callable[[], None]]:
    """A connection to the cluster at `address` ("local" starts one here); our code travels with the tasks.

    Whatever still runs for us there ends with it. Yields what looks whether the cluster is there, to be
    called about twice a second. Raises DeskError where it cannot be reached; where it goes away, with
    `kept`: what has become of the work.
    """
    import ray

    _connect(address)
    there = True
    try:
        yield _looking(_place(address) or _place(ray.get_runtime_context().gcs_address))
    except (ray.exceptions.RayError, ConnectionError) as lost:
        there = False
        raise DeskError(f"The Ray cluster at {address} went away. {kept}") from lost
    finally:
        if there:  # else Ray would look for the cluster for a minute, and then end this process
            ray.shutdown()


class Board:
    """An actor between a task, which tells how far it is, and whoever waits for it."""

    def __init__(self) -> None:
        self._told: list[Progress] = []

    def tell(self, progress: Progress) -> None:
        """One more look at the work."""
        self._told.append(progress)

    def news(self) -> list[Progress]:
        """What was told since the last time."""
        told, self._told = self._told, []
        return told


def installed() -> dict[str, str]:
    """What a result depends on to the last bit, and which of it is here; asks no package itself."""
    found = {"engine": ENGINE_VERSION}
    for package in _DECIDING:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def check_alike(desk: Mapping[str, str]) -> None:
    """Raise DeskError where this machine, a worker, has not `installed` what the desk has."""
    here = installed()
    other = [
        f"{name} {here.get(name, 'not at all')} (the desk {wanted})"
        for name, wanted in desk.items()
        if here.get(name) != wanted
    ]
    if other:
        raise DeskError(
            f"The worker {socket.gethostname()} has {', '.join(other)}: its results would be others. Install "
            "there what the desk has (constraints.txt)."
        )


def _connect(address: str) -> None:
    import ray

    environment = {"py_modules": [str(Path(sac.__file__).parent)], "env_vars": _ONE_THREAD}
    main = threading.current_thread() is threading.main_thread()
    stop = signal.getsignal(signal.SIGTERM)
    try:
        _check_answering(address)
        ray.init(address=address, runtime_env=environment, log_to_driver=False)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as refused:
        raise DeskError(
            f"No Ray cluster answers at {address} ({refused}). Start one with `ray start --head`, or give "
            "the address that it printed."
        ) from refused
    except SystemExit as stopped:  # Ray's own answer to SIGTERM
        raise Cancelled from stopped
    finally:
        if main:
            signal.signal(signal.SIGTERM, stop)  # Ray's own would end this process in the middle


def _place(address: str) -> tuple[str, int] | None:
    """Host and port of a cluster; None where Ray finds it by itself."""
    found = _ADDRESS.fullmatch(address)
    return (found["host"].strip("[]"), int(found["port"])) if found and found["host"] else None


def _check_answering(address: str) -> None:
    """Raises OSError where no cluster answers: Ray itself would try for minutes, and then end the process."""
    place = _place(address)
    if place is None:
        return
    _check_listening(place)
    if os.environ.get("RAY_USE_TLS", "0") in ("", "0"):
        import grpc  # comes with Ray's client

        host, port = place
        target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        with closing(grpc.insecure_channel(target)) as channel:
            try:
                grpc.channel_ready_future(channel).result(timeout=_PATIENCE)
            except grpc.FutureTimeoutError:
                raise ConnectionError("what listens there is no Ray cluster") from None


def _check_listening(place: tuple[str, int]) -> None:
    """Raises OSError where nobody listens."""
    socket.create_connection(place, timeout=_PATIENCE).close()


def _looking(place: tuple[str, int] | None) -> Callable[[], None]:
    """Raises ConnectionError when nobody has listened at a place for a while."""
    missed = 0

    def look() -> None:
        nonlocal missed
        try:
            if place:
                _check_listening(place)
            missed = 0
        except OSError as silent:
            missed += 1
            if missed == LOOKS:
                raise ConnectionError(str(silent)) from silent

    return look
