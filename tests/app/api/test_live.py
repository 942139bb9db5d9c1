"""The HTTP interface of a running dashboard: from a training to its weights, and what a stop leaves alone."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from websockets import Origin, Subprotocol
from websockets.sync.client import connect

from app.jobs.queue import Jobs
from app.settings import Settings
from sac.inference import Holdings, target_weights
from sac.market import load_panel
from sac.registry import Registry
from tests.support.serving import served
from tests.support.synthetic import random_closes, write_prices

pytestmark = pytest.mark.slow

TINY = {"members": 1, "evaluation_years": 1, "validation_weeks": 0, "updates": 5}
ENDLESS = {**TINY, "updates": 500_000}
STOCKS = ("S00", "S01", "S02", "S03", "S04", "S05")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data root with a small market of its own, in files."""
    folder = tmp_path_factory.mktemp("live")
    write_prices(folder / "data" / "raw" / "prices", random_closes(6, "2015-01-02", "2018-12-28"))
    symbols = ", ".join(f'"{symbol}"' for symbol in STOCKS)
    (folder / "data" / "market.toml").write_text(
        f'source = "files"\nsymbols = [{symbols}]\nstart = 2015-01-02\n'
    )
    return folder


def asked(desk, path, body=None, **options):
    return httpx.post(f"{desk.url}{path}", json=body, timeout=120, **options)


def test_from_a_training_to_the_weights_that_the_engine_gives(folder):
    portfolio = {"cash": 250.0, "positions": [{"symbol": "S01", "market_value": 750.0}]}
    body = {"portfolio": portfolio, "as_of_date": "2018-12-19"}
    with served(folder) as desk:
        trained = asked(desk, "/train/sac_lstm/full", TINY, params={"wait": "true"})
        assert trained.status_code == 200, trained.text
        assert trained.json()["symbols_used"] == list(STOCKS)
        version = trained.json()["version"]
        shelf = httpx.get(f"{desk.url}/models/sac_lstm").json()
        assert shelf["champion"] == version == shelf["versions"][0]["version"]
        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda _: asked(desk, "/inference/sac_lstm", body), range(50)))
        stranger = {"portfolio": {"cash": 1.0, "positions": [{"symbol": "TSLA", "market_value": 1.0}]}}
        refused = asked(desk, "/inference/sac_lstm", {**body, **stranger})
        assert refused.status_code == 422
        sold = asked(desk, "/inference/sac_lstm", {**body, **stranger, "outside": "sell"}).json()
        assert {"symbol": "TSLA", "current_weight": 0.5, "target_weight": 0.0, "change": -0.5} in sold[
            "weight_changes"
        ]
        tuned = asked(desk, "/train/sac_lstm/finetune", {"updates": 5}, params={"wait": "true"})
        assert tuned.json()["version"].endswith("-ft"), tuned.text
        stale = asked(desk, "/inference/sac_lstm", {"portfolio": portfolio})
        assert (stale.status_code, stale.json()["error"]["code"]) == (422, "stale_data")

    home = Settings(folder / "data")
    held = Holdings(250.0, {"S01": 750.0})
    champion = Registry(home.models).version("sac_lstm", version)
    panel = load_panel(home.data)
    wanted = target_weights(champion, panel, held, panel.step_at("2018-12-19"))
    assert {answer.status_code for answer in answers} == {200}
    for answer in answers:
        answered = answer.json()
        assert set(answered) == {
            *("target_weights", "turnover", "target_week_start", "target_week_end", "model_version"),
            *("weight_changes", "agents_weights", "conviction", "follow"),
        }
        assert answered["agents_weights"] == pytest.approx(wanted.agents_weights, abs=1e-6)
        assert (answered["conviction"], answered["follow"]) == (1.0, "as trained")
        assert answered["target_weights"] == pytest.approx(wanted.target_weights, abs=1e-6)
        assert answered["turnover"] == pytest.approx(wanted.turnover, abs=1e-6)
        assert answered["target_week_start"] == wanted.target_week_start
        assert answered["target_week_end"] == wanted.target_week_end
        assert answered["model_version"] == version
        assert [change["symbol"] for change in answered["weight_changes"]] == [*STOCKS, "CASH"]
        assert answered["weight_changes"][1]["current_weight"] == 0.75


def test_a_client_that_hangs_up_and_a_server_that_stops_leave_the_training_running(folder):
    """The server stops within seconds, with a browser's socket open and a client that waits."""
    key, waiting = {"Idempotency-Key": "wait-for-it"}, {"wait": "true"}
    try:
        with served(folder) as desk, ThreadPoolExecutor(1) as pool:
            with pytest.raises(httpx.ReadTimeout):
                httpx.post(
                    f"{desk.url}/train/ppo_lstm/full",
                    json=ENDLESS,
                    headers=key,
                    params=waiting,
                    timeout=2.0,
                )
            again = pool.submit(asked, desk, "/train/ppo_lstm/full", ENDLESS, headers=key, params=waiting)
            socket = connect(
                f"ws://localhost:{desk.port}/_stcore/stream",
                subprotocols=[Subprotocol("streamlit")],
                origin=Origin(desk.url),
            )
            time.sleep(1)
            assert not again.done()
            desk.process.terminate()
            desk.process.wait(timeout=20)
            assert again.result().status_code == 202
            job_id = again.result().json()["job_id"]
            socket.close()
        with served(folder) as desk:
            assert httpx.get(f"{desk.url}/jobs/{job_id}").json()["status"] in ("queued", "running")
            assert asked(desk, f"/jobs/{job_id}/cancel").json()["status"] == "cancelling"
    finally:
        stop_all(Jobs(Settings(folder / "data")))


def stop_all(jobs):
    deadline = time.monotonic() + 60
    while active := [job.id for job in jobs.list() if job.active]:
        for job_id in active:
            jobs.cancel(job_id)
        assert time.monotonic() < deadline
        time.sleep(0.2)
