"""The HTTP interface: what it answers, and how it refuses. Jobs are real processes with quick work."""

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import pytest

from app.api import dependencies, weights
from app.api.schemas import TargetWeights, VariantName
from app.tasks.training import FullTraining
from sac.config import OPEN_SETTINGS, VARIANTS
from sac.errors import StaleData
from tests.support import api_client
from tests.support.api_client import TOKEN, VIEWER_TOKEN, bearer, problem
from tests.support.quick_jobs import follow


@pytest.fixture
def home(empty):
    return empty


@pytest.fixture
def desk(jobs, monkeypatch):
    """A client of an empty desk whose trainings are quick."""
    monkeypatch.setattr(dependencies, "queue", lambda: jobs)
    return api_client.client()


def test_it_knows_the_engines_variants_and_open_settings():
    assert set(get_args(VariantName)) == set(VARIANTS)
    of_training = {"preset", "members", "evaluation_years", "validation_weeks", "seed", "follow", "trials"}
    assert FullTraining.model_fields.keys() == of_training | OPEN_SETTINGS


def test_a_training_is_accepted_followed_and_answered(desk, jobs):
    answer = desk.post("/train/sac_lstm/full", json={"preset": "desk", "members": 2})
    assert answer.status_code == 202
    job_id = answer.json()["job_id"]
    assert answer.json() == {"job_id": job_id, "status_url": f"/jobs/{job_id}"}
    assert answer.headers["location"] == f"/jobs/{job_id}"
    follow(jobs, job_id)
    record = desk.get(f"/jobs/{job_id}").json()
    assert record["status"] == "succeeded"
    assert (record["variant"], record["kind"], record["actor"]) == ("sac_lstm", "full", "api")
    assert record["request"] == {"preset": "desk", "members": 2}
    assert record["result"]["metrics"] == {"eval_cagr": 0.0693, "eval_sharpe": 0.53, "eval_sortino": None}
    assert [job["job_id"] for job in desk.get("/jobs", params={"limit": 1}).json()["jobs"]] == [job_id]


def test_an_empty_body_means_the_plan(desk, jobs):
    job_id = desk.post("/train/ppo_lstm/full").json()["job_id"]
    assert follow(jobs, job_id).request == {"preset": "plan"}


def test_waiting_answers_with_what_the_training_came_to(desk):
    answer = desk.post("/train/sac_lstm/full", params={"wait": True}, json={"members": 2})
    assert answer.status_code == 200
    assert set(answer.json()) == {
        *("version", "data_window_start", "data_window_end", "metrics", "promoted", "prior_version"),
        *("symbols_used", "hf_repo", "hf_url"),
    }
    assert answer.json()["metrics"]["eval_sortino"] is None


def test_waiting_for_a_training_that_fails_says_why(desk):
    answer = desk.post("/train/sac_lstm/full", params={"wait": True}, json={"seed": 13})
    assert problem(answer, 422, "training_failed") == "Choose another seed."
    assert desk.get(answer.json()["error"]["status_url"]).json()["status"] == "failed"


def test_a_cancelled_training_says_so_to_who_waits(desk, jobs):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(desk.post, "/train/sac_lstm/full", params={"wait": True}, json={"updates": 500})
        while not (listed := desk.get("/jobs").json()["jobs"]):
            time.sleep(0.05)
        assert desk.post(f"/jobs/{listed[0]['job_id']}/cancel").json()["status"] == "cancelling"
        problem(waiting.result(), 409, "training_cancelled")


def test_a_busy_variant_names_the_job_that_keeps_it(desk, jobs):
    job_id = desk.post("/train/sac_lstm/full", json={"updates": 500}).json()["job_id"]
    answer = desk.post("/train/sac_lstm/full")
    problem(answer, 409, "already_training")
    assert answer.json()["error"]["job_id"] == job_id
    assert answer.json()["error"]["status_url"] == f"/jobs/{job_id}"
    assert desk.post("/train/ppo_lstm/full").status_code == 202


def test_a_hundred_trainings_at_once_are_one_job(desk, jobs):
    with ThreadPoolExecutor(25) as pool:
        asked = [pool.submit(desk.post, "/train/sac_lstm/full", json={"updates": 500}) for _ in range(100)]
        answers = [future.result() for future in asked]
    accepted = [answer.json()["job_id"] for answer in answers if answer.status_code == 202]
    assert len(accepted) == 1
    assert [job.id for job in jobs.list(100)] == accepted
    for answer in answers:
        if answer.status_code != 202:
            problem(answer, 409, "already_training")


@pytest.mark.slow
def test_the_same_key_is_the_same_job_however_often_it_is_sent(desk, jobs):
    headers = {"Idempotency-Key": "week-51"}
    with ThreadPoolExecutor(8) as pool:
        asked = [
            pool.submit(desk.post, "/train/sac_lstm/full", json={"updates": 40}, headers=headers)
            for _ in range(8)
        ]
        answers = [future.result() for future in asked]
    assert {answer.status_code for answer in answers} == {202}
    (job_id,) = {answer.json()["job_id"] for answer in answers}
    follow(jobs, job_id)
    again = desk.post("/train/sac_lstm/full", params={"wait": True}, json={"updates": 40}, headers=headers)
    assert again.headers["location"] == f"/jobs/{job_id}"
    assert len(jobs.list()) == 1
    other = desk.post("/train/sac_lstm/full", json={"updates": 41}, headers=headers)
    problem(other, 409, "key_reused")


def test_fine_tuning_needs_a_champion(desk, jobs):
    problem(desk.post("/train/sac_lstm/finetune"), 400, "no_prior_model")
    assert not jobs.list()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"members": 99}, "members"),
        ({"members": "5"}, "members"),
        ({"members": 5.5}, "members"),
        ({"members": True}, "members"),
        ({"preset": "best"}, "preset"),
        ({"updates": 0}, "updates"),
        ({"reward_scale": 1e9}, "reward_scale"),
        ({"walks": 8}, "n_envs"),
        ({"batch_size": 8}, "batch_size"),
        ({"critic_lr": 0.1}, "critic_lr"),
        ({"hidden_sizes": [512, 512]}, "hidden_sizes"),
    ],
)
def test_settings_that_the_engine_does_not_take_start_nothing(desk, jobs, body, field):
    answer = desk.post("/train/sac_lstm/full", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field
    assert not jobs.list()


BAD_BODIES = [
    ('{"portfolio": {"cash": NaN}}', "portfolio.cash"),
    ('{"portfolio": {"cash": Infinity}}', "portfolio.cash"),
    ('{"portfolio": {"cash": 1e999}}', "portfolio.cash"),
    ('{"portfolio": {"cash": -1}}', "portfolio.cash"),
    ('{"portfolio": {"cash": "1000"}}', "portfolio.cash"),
    ('{"portfolio": {"cash": true}}', "portfolio.cash"),
    ('{"portfolio": {"cash": null}}', "portfolio.cash"),
    ('{"portfolio": {"cash": 1, "shorts": []}}', "portfolio.shorts"),
    ('{"portfolio": {"cash": 1, "\\ud800": 1}}', "portfolio"),
    ('{"portfolio": {"positions": {"AAPL": 1}}}', "portfolio.positions"),
    ('{"portfolio": {"positions": [{"symbol": "AAPL"}]}}', "portfolio.positions.0.market_value"),
    ('{"portfolio": {"positions": [{"symbol": "", "market_value": 1}]}}', "portfolio.positions.0.symbol"),
    ('{"portfolio": {"cash": 1}, "as_of_date": "16.12.2022"}', "as_of_date"),
    ('{"portfolio": {"cash": 1}, "as_of_date": "2022-02-30"}', "as_of_date"),
    ('{"portfolio": {"cash": 1}, "as_of_date": "2022-12-16T00:00:00"}', "as_of_date"),
    ('{"portfolio": {"cash": 1}, "as_of_date": 1671148800}', "as_of_date"),
    ('{"portfolio": {"cash": 1}, "as_of": "2022-12-16"}', "as_of"),
    ("{}", "portfolio"),
    ("[]", None),
    ("null", None),
    ("", None),
    ('{"portfolio": ', None),
]


@pytest.mark.parametrize(("body", "field"), BAD_BODIES)
def test_what_is_no_portfolio_is_refused_by_the_fields_name(desk, body, field):
    answer = desk.post("/inference/sac_lstm", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["message"]
    assert answer.json()["error"]["field"] == field


@pytest.mark.parametrize("body", ["[" * 200_000, '{"portfolio": {"cash": ' + "9" * 5000 + "}}", "\xff\xfe{"])
def test_what_no_parser_takes_is_refused(desk, body):
    answer = desk.post(
        "/inference/sac_lstm", content=body.encode("latin-1"), headers={"Content-Type": "application/json"}
    )
    problem(answer, 400, "invalid")


def test_the_wrong_content_type_is_named(desk):
    answer = desk.post("/inference/sac_lstm", content='{"portfolio": {"cash": 1}}')
    assert "Content-Type: application/json" in problem(answer, 422, "invalid")


def test_a_symbol_that_is_listed_twice_is_refused(desk):
    held = [{"symbol": symbol, "market_value": 1.0} for symbol in ("BRK.B", "BRK-B")]
    answer = desk.post("/inference/sac_lstm", json={"portfolio": {"positions": held}})
    assert "twice" in problem(answer, 422, "settings_error", "portfolio.positions")


def test_a_variant_without_a_champion_says_what_to_do(desk):
    answer = desk.post("/inference/sac_lstm", json={"portfolio": {"cash": 1}})
    assert "/train/sac_lstm/full" in problem(answer, 404, "no_model")
    assert desk.get("/models/sac_lstm").json() == {
        "variant": "sac_lstm",
        "champion": None,
        "versions": [],
        "damaged": {},
    }


def test_a_refusal_of_the_engine_is_the_clients_to_correct(desk, monkeypatch):
    def refuse(variant, wanted):
        raise StaleData("Refresh the data.")

    monkeypatch.setattr(weights, "recommended", refuse)
    answer = desk.post("/inference/sac_lstm", json={"portfolio": {"cash": 1}})
    assert problem(answer, 422, "stale_data") == "Refresh the data."


@pytest.mark.parametrize(
    "path",
    [
        *("/inference/SAC_LSTM", "/inference/sac_lstm%00", "/inference/..%2fsac_lstm", "/inference/sac_tree"),
        *("/train/..%2f..%2fetc%2fpasswd/full", "/train/sac_lstm/full/", "/train/sac_lstm", "/train//full"),
    ],
)
def test_tricks_with_names_lead_nowhere(desk, jobs, path):
    answer = desk.post(path, json={"portfolio": {"cash": 1}})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert not jobs.list()


@pytest.mark.parametrize("name", ["0123456789ab", "..%2f..%2fjobs.sqlite3", "zz", "0123456789AB"])
def test_an_unknown_job_is_not_found(desk, name):
    for answer in (desk.get(f"/jobs/{name}"), desk.post(f"/jobs/{name}/cancel")):
        assert answer.status_code in (404, 405)
        assert answer.json()["error"]["message"]


def test_wrong_methods_and_addresses_are_named_and_pages_are_elsewhere(desk):
    for path in ("/inference/sac_lstm", "/train/sac_lstm/full"):
        assert "use POST" in problem(desk.get(path), 405, "method_not_allowed")
    assert desk.get("/train/sac_lstm/full").headers["allow"] == "POST"
    assert "use GET" in problem(desk.delete("/jobs"), 405, "method_not_allowed")
    problem(desk.get("/jobs/0123456789ab/log"), 404, "not_found")
    for path in ("/", "/training", "/weights?model=v1", "/static/x.js"):
        assert desk.get(path).text == "a page"


def test_an_unknown_question_is_refused(desk, jobs):
    problem(desk.post("/train/sac_lstm/full?wiat=true"), 422, "invalid", "wiat")
    problem(desk.post("/train/sac_lstm/full?wait=perhaps"), 422, "invalid", "wait")
    problem(desk.get("/jobs?limit=0"), 422, "invalid", "limit")
    assert not jobs.list()


def test_fifty_questions_at_once_are_answered_one_after_the_other(desk, monkeypatch):
    inside, most = threading.Semaphore(1), []

    def slow(variant, wanted):
        most.append(inside.acquire(blocking=False))
        time.sleep(0.005)
        inside.release()
        return api_client_weights(wanted.portfolio.cash)

    monkeypatch.setattr(weights, "recommended", slow)
    with ThreadPoolExecutor(50) as pool:
        asked = [
            pool.submit(desk.post, "/inference/sac_lstm", json={"portfolio": {"cash": float(i + 1)}})
            for i in range(50)
        ]
        answers = [future.result() for future in asked]
    assert [answer.status_code for answer in answers] == [200] * 50
    assert [answer.json()["turnover"] for answer in answers] == [float(i + 1) for i in range(50)]
    assert all(most)


def api_client_weights(turnover):
    return TargetWeights(
        target_weights={"CASH": 1.0},
        agents_weights={"CASH": 1.0},
        conviction=1.0,
        follow="as trained",
        turnover=turnover,
        target_week_start="2022-12-19",
        target_week_end="2022-12-23",
        model_version="v",
        weight_changes=[],
    )


def test_a_figure_that_is_no_number_is_null(desk, monkeypatch):
    monkeypatch.setattr(weights, "recommended", lambda variant, wanted: api_client_weights(math.nan))
    answer = desk.post("/inference/sac_lstm", json={"portfolio": {"cash": 1}})
    assert answer.json()["turnover"] is None


def test_the_documentation_needs_no_internet(desk):
    page = desk.get("/docs").text
    assert "https://" not in page
    for path in ("/docs/assets/swagger-ui-bundle.js", "/docs/assets/swagger-ui.css", "/openapi.json"):
        assert path in page
        assert desk.get(path).status_code == 200
    described = desk.get("/openapi.json").json()
    assert set(described["paths"]) == {
        *("/train/{variant}/full", "/train/{variant}/finetune", "/inference/{variant}"),
        *("/jobs", "/jobs/{job_id}", "/jobs/{job_id}/cancel", "/models/{variant}", "/holdings"),
        *("/health", "/health/live", "/health/ready"),
        *("/track/{variant}", "/decisions/sealed", "/week", "/weeks/{week}"),
    }


def test_a_viewer_looks_and_asks_but_changes_nothing(jobs, monkeypatch):
    monkeypatch.setattr(dependencies, "queue", lambda: jobs)
    guarded = api_client.client(api_client.GUARDED)
    viewer, approver = bearer(VIEWER_TOKEN), bearer(TOKEN)
    for path in ("/train/sac_lstm/full", "/train/sac_lstm/finetune", "/jobs/0123456789ab/cancel"):
        assert "role viewer" in problem(guarded.post(path, headers=viewer), 403, "forbidden")
    assert not jobs.list()
    assert guarded.get("/jobs", headers=viewer).status_code == 200
    body = {"portfolio": {"cash": 1}}
    problem(guarded.post("/inference/sac_lstm", json=body, headers=viewer), 404, "no_model")
    assert guarded.post("/train/sac_lstm/full", headers=approver).status_code == 202
