"""What is said of a cluster before any work: its address, who answers there, what a worker has installed."""

import socket
import threading
import time

import pytest

from sac import cluster
from sac.cluster import check_address, check_alike, installed
from sac.errors import DeskError, SettingsError


@pytest.mark.parametrize(
    "address",
    ["local", "auto", "10.0.0.1:6379", "head:1", "ray://head.example.com:10001", "[fd00::1]:65535"],
)
def test_an_address_is_a_host_with_its_port_or_a_word(address):
    pytest.importorskip("ray")
    check_address(address, "--ray")


@pytest.mark.parametrize(
    "address",
    [
        "head",
        "10.0.0.1",
        ":6379",
        "head:0",
        "head:65536",
        "head:x",
        "http://head:80",
        "ray://head",
        "a b:1",
        " ",
    ],
)
def test_what_can_be_none_is_refused_with_what_to_give(address):
    with pytest.raises(SettingsError, match=r"SAC_DESK_RAY is .*give HOST:PORT as `ray start"):
        check_address(address, "SAC_DESK_RAY")


def test_a_desk_without_ray_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"Ray is not installed here: run .* or leave out --ray"):
        check_address("local", "--ray")


def test_a_worker_that_has_what_the_desk_has_is_taken():
    assert {"engine", "torch", "numpy", "pandas", "pyarrow"} <= installed().keys()
    check_alike(installed())
    check_alike({})  # a desk that has none of them asks for nothing


@pytest.mark.parametrize("name", ["engine", "torch", "numpy", "pyarrow"])
def test_a_worker_of_other_packages_is_refused_by_name(name):
    here = installed()
    with pytest.raises(DeskError) as refused:
        check_alike({**here, name: "0.1"})
    assert f"{name} {here[name]} (the desk 0.1)" in str(refused.value)
    assert str(refused.value).count("(the desk") == 1
    with pytest.raises(DeskError, match=r"jax not at all \(the desk 1\)"):
        check_alike({**here, "jax": "1"})


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_something_else_that_listens_there_is_told_from_a_cluster(answer, monkeypatch):
    """Ray itself would try for minutes, and then end this process."""
    pytest.importorskip("ray")
    monkeypatch.setattr(cluster, "_PATIENCE", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk():
            while True:
                try:
                    visitor, _ = server.accept()
                except OSError:
                    return
                with visitor:
                    visitor.sendall(answer)
                    time.sleep(0.1)

        threading.Thread(target=talk, daemon=True).start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        for one in (address, f"ray://{address}"):
            with (
                pytest.raises(DeskError, match=f"No Ray cluster answers at {one} .what listens there is no"),
                cluster.cluster(one, "Nothing was saved."),
            ):
                pass
        server.shutdown(socket.SHUT_RDWR)


def test_a_cluster_counts_as_gone_after_some_looks_in_vain(monkeypatch):
    heard = iter([True, False, True, False, False, False, True, *[False] * 4])

    def listening(place):
        if not next(heard):
            raise ConnectionRefusedError("nobody")

    monkeypatch.setattr(cluster, "_check_listening", listening)
    look = cluster._looking(("127.0.0.1", 1))
    for _ in range(10):
        look()
    with pytest.raises(ConnectionError, match="nobody"):
        look()
