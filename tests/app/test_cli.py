import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app import cli
from app.jobs.queue import Jobs
from app.settings import Settings
from sac import training
from sac.config import VARIANTS, ForecastSettings, SACSettings, TrainingSettings
from sac.market import DEMO_UNIVERSE, sample_panel
from sac.registry import Registry
from tests.support.judged_versions import judge
from tests.support.quick_jobs import COUNT, Steps

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
# The smallest committee and forecaster: what they are worth does not matter here.
TINY = TrainingSettings(
    members=1,
    evaluation_years=1,
    agent=SACSettings(hidden_sizes=(8, 8), batch_size=8, warmup_steps=8, updates=4),
    forecast=ForecastSettings(window=5, hidden=2, epochs=1, fit_years=1, least_years=1, batch_size=65_536),
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A data root with one version, trained on the sample."""
    home = Settings(tmp_path_factory.mktemp("trained"))
    return home, training.full("sac_lstm", sample_panel(), TINY, Registry(home.models), home.cache).version


@pytest.fixture
def desk(capsys, monkeypatch, tmp_path):
    """Runs a command; exit code, stdout, stderr."""
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path / "data"))

    def run(*arguments, data=None):
        if data:
            monkeypatch.setenv("SAC_DESK_DATA", str(data))
        try:
            code = cli.main(arguments)
        except SystemExit as exit_:
            code = int(exit_.code)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def quick(open_jobs, monkeypatch):
    """Trainings of the command line run as the stand-in of `quick_jobs`."""
    jobs = open_jobs()
    monkeypatch.setattr("app.commands.training.jobs_of", lambda root: jobs)
    return jobs


def test_train_prints_the_result_as_json_only(desk, quick):
    code, out, err = desk(
        "train", "sac_lstm", "--members", "3", "--steps", "40", "--years", "1", "--seed", "5", "--json"
    )
    assert code == 0
    result = json.loads(out)
    assert result["version"] == "v2022-12-23-0123456789ab"
    assert result["metrics"]["eval_sortino"] is None  # JSON has no NaN
    assert (result["eligible"], result["hf_repo"]) == (True, None)
    assert "Learning, 1 min 30 s left" in err
    [job] = quick.list()
    assert job.actor
    assert job.request == {"preset": "plan", "members": 3, "evaluation_years": 1, "seed": 5, "updates": 40}


def test_train_takes_what_is_followed_and_how_many_settings_were_compared(desk, quick):
    assert desk("train", "sac_lstm", "--follow", "conviction", "--trials", "24")[0] == 0
    [job] = quick.list()
    assert job.request == {"preset": "plan", "follow": "conviction", "trials": 24}
    assert desk("train", "sac_lstm", "--follow", "sometimes")[0] == 2
    code, _, err = desk("train", "sac_lstm", "--trials", "0")
    assert (code, err) == (1, "error: trials is 0, outside its range 1 to 100000.\n")


def test_train_says_what_came_of_it(desk, quick):
    code, out, _ = desk("train", "sac_lstm", "--members", "2")
    assert code == 0
    assert "v2022-12-23-0123456789ab, data 2005-01-03 to 2022-12-23" in out
    assert "CAGR 6.9 %, Sharpe 0.53, max drawdown n/a" in out
    assert "It is sac_lstm's champion." in out

    _, out, _ = desk("train", "sac_lstm")
    assert "not promoted: sac_lstm's champion is still v2022-12-16-ba9876543210" in out


def test_a_failed_training_is_one_line(desk, quick):
    code, out, err = desk("train", "sac_lstm", "--seed", "13", "--json")
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == "error: Choose another seed."


def test_a_busy_variant_is_refused(desk, quick):
    job = quick.submit(COUNT, "sac_lstm", Steps(steps=100, seconds=20.0), "ada")
    code, _, err = desk("train", "sac_lstm")
    assert (code, err) == (
        1,
        "error: sac_lstm is already being trained: wait until it has finished, or cancel it.\n",
    )
    quick.cancel(job.id)


def test_a_setting_out_of_range_starts_nothing(desk, quick):
    code, _, err = desk("train", "sac_lstm", "--members", "500")
    assert (code, err) == (1, "error: members is 500, outside its range 1 to 64.\n")
    assert quick.list() == []


CTRL_C = """
import signal, sys
from functools import partial
from app import cli
from app.jobs.queue import Jobs
from tests.support import quick_jobs
cli.training.jobs_of = partial(Jobs, worker=quick_jobs.WORKER)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start with it ignored
sys.exit(cli.main(["train", "sac_lstm", "--steps", "1000"]))
"""


def test_ctrl_c_cancels_the_training(home):
    environment = {
        **os.environ,
        "SAC_DESK_DATA": str(home.data),
        "PYTHONPATH": str(ROOT),
    }
    with subprocess.Popen(
        [sys.executable, "-c", CTRL_C], env=environment, stderr=subprocess.PIPE, text=True, process_group=0
    ) as desk:
        for line in desk.stderr:
            if "Learning" in line:
                break
        os.killpg(desk.pid, signal.SIGINT)  # as a terminal does: to the whole foreground group
        started = time.monotonic()
        err = desk.stderr.read()
    assert time.monotonic() - started < 8
    assert desk.returncode == 1
    assert err.splitlines()[-1] == "error: The training was cancelled; nothing was saved."
    assert [job.status for job in Jobs(home).list()] == ["cancelled"]


def test_weights_obey_the_constraints(desk, trained, tmp_path):
    home, version = trained
    code, out, err = desk("weights", "sac_lstm", "--json", data=home.data)
    assert (code, err) == (0, "")
    answer = json.loads(out)
    weights = answer["target_weights"]
    assert list(weights) == [*DEMO_UNIVERSE, "CASH"]
    assert sum(weights.values()) == pytest.approx(1.0, abs=1e-6)
    assert weights.pop("CASH") >= 0.02 - 1e-9
    assert max(weights.values()) <= 0.20 + 1e-9
    assert answer["model_version"] == version.name
    assert (answer["as_of"], answer["target_week_start"]) == ("2022-12-23", "2022-12-27")


def test_weights_start_from_the_holdings(desk, trained, tmp_path):
    home, _ = trained
    file = tmp_path / "holdings.csv"
    file.write_text("symbol,value\nAAPL,1500\nGE,300\n")
    code, out, _ = desk(
        "weights", "sac_lstm", "--holdings", str(file), "--cash", "200", "--json", data=home.data
    )
    assert code == 0
    now = {change["symbol"]: change["current_weight"] for change in json.loads(out)["weight_changes"]}
    assert (now["AAPL"], now["GE"], now["CASH"], now["XOM"]) == pytest.approx((0.75, 0.15, 0.10, 0.0))

    file.write_text("symbol,value\nAAPL,900\nCASH,100\n")
    _, out, _ = desk("weights", "sac_lstm", "--holdings", str(file), "--as-of", "2022-12-16")
    assert "decided on the close of 2022-12-16" in out
    assert any(line.split()[:3] == ["AAPL", "90.00", "%"] for line in out.splitlines())
    assert any(line.split()[:3] == ["CASH", "10.00", "%"] for line in out.splitlines())

    code, _, err = desk("weights", "sac_lstm", "--holdings", str(file), "--cash", "5")
    assert (code, "Cash is given twice" in err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--as-of", "2035-01-01"), "There is no decision for 2035-01-01"),
        (("--as-of", "tomorrow"), "'tomorrow' is not a valid date"),
        (("--holdings", "none.csv"), "none.csv is missing: check its name"),
        (("--cash", "-5"), "Cash is -5.0"),
        (("--trades",), "A trade list needs holdings"),
        (("--cash", "5", "--smallest-trade", "nan"), "The minimum trade size is nan"),
    ],
)
def test_what_weights_cannot_use_is_one_line(desk, trained, arguments, message):
    code, out, err = desk("weights", "sac_lstm", *arguments, data=trained[0].data)
    assert (code, out) == (1, "")
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") == 1


def test_weights_list_the_trades_in_whole_shares(desk, trained, tmp_path):
    home, _ = trained
    file = tmp_path / "holdings.csv"
    file.write_text("symbol,shares,value\nAAPL,40,\nGE,,300\nIBM,4,600\nCASH,,9000\n")
    ask = ("weights", "sac_lstm", "--holdings", str(file), "--trades")
    code, _, err = desk(*ask, data=home.data)
    assert (code, "IBM is not in the universe" in err, "--outside keep or --outside sell" in err) == (
        1,
        True,
        True,
    )

    code, out, _ = desk(*ask, "--outside", "sell", "--smallest-trade", "50", "--json", data=home.data)
    assert code == 0
    listed = json.loads(out)["trade_list"]
    assert {t["symbol"]: (t["side"], t["shares"]) for t in listed["trades"]}["IBM"] == ("sell", 4)
    assert all(t["value"] >= 50 for t in listed["trades"])
    assert listed["trades"][0]["side"] == "sell"
    after = sum(listed["positions_after"].values()) + listed["cash_after"] + listed["cost"]
    assert after == pytest.approx(listed["portfolio_value"], abs=0.001)

    _, out, _ = desk(*ask, "--outside", "keep", data=home.data)
    assert "Kept aside: IBM" in out
    assert "sell IBM" not in out
    assert any(line.startswith("buy XOM") for line in out.splitlines())
    assert "cash after trades $" in out


def test_weights_need_a_champion(desk):
    code, _, err = desk("weights", "sac_lstm", "--json")
    assert code == 1
    assert "no champion yet: train it first (sac-desk train sac_lstm)" in err


def test_a_fine_tuning_needs_a_champion_and_known_settings(desk, trained):
    code, _, err = desk("finetune", "sac_lstm")
    assert (code, "no champion to start from" in err) == (1, True)
    code, _, err = desk("finetune", "sac_lstm", "--steps", "0", data=trained[0].data)
    assert (code, "updates is 0" in err) == (1, True)
    assert Jobs(trained[0]).list() == []


def test_fine_tuning_a_champion_without_conviction_warns(desk, trained, tmp_path):
    shutil.copytree(trained[0].data, tmp_path / "data")
    code, _, err = desk("finetune", "sac_lstm", "--steps", "0")
    assert (code, "Warning" in err) == (1, False)
    judge(trained_version(tmp_path / "data"), 0.0)
    code, _, err = desk("finetune", "sac_lstm", "--steps", "0")
    assert err.startswith(f"Warning: {trained[1].name} has conviction 0 %: ")
    assert "updates is 0" in err


def trained_version(data):
    return Registry(Settings(data).models).champion("sac_lstm")


def test_a_champion_is_fine_tuned_by_a_command(trained, tmp_path):
    home, parent = trained
    shutil.copytree(home.data, tmp_path / "desk")
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "finetune", "sac_lstm", "--steps", "3", "--json"],
        cwd=ROOT,
        env={**os.environ, "SAC_DESK_DATA": str(tmp_path / "desk")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    version = Registry(tmp_path / "desk" / "models").version("sac_lstm", json.loads(done.stdout)["version"])
    assert (version.metadata.kind, version.metadata.parent) == ("finetune", parent.name)


def test_versions_show_what_is_stored_and_what_is_damaged(desk, trained):
    home, version = trained
    damaged = home.models / "sac_lstm" / "v2020-01-03-0123456789ab"
    damaged.mkdir(exist_ok=True)
    code, out, _ = desk("versions", "--json", data=home.data)
    assert code == 0
    shelf, *others = json.loads(out)
    assert (shelf["variant"], shelf["champion"]) == ("sac_lstm", version.name)
    assert [other["versions"] for other in others] == [[]] * (len(VARIANTS) - 1)
    [stored] = shelf["versions"]
    assert (stored["version"], stored["champion"], stored["preset"]) == (version.name, True, "plan")
    assert list(shelf["damaged"]) == [damaged.name]

    _, out, _ = desk("versions", "sac_lstm")
    assert "sac_lstm: 1 version\n" in out
    assert f"damaged: {damaged.name}: " in out


def test_an_empty_desk_has_no_versions(desk):
    assert desk("versions") == (0, "".join(f"{variant}: no versions\n" for variant in VARIANTS), "")


def test_bad_usage_is_2_and_help_names_only_what_exists(desk):
    for arguments in (
        ("train",),
        ("train", "nonsense"),
        ("weights", "sac_lstm", "--cash", "much"),
        ("finetune", "nonsense"),
    ):
        code, out, err = desk(*arguments)
        assert (code, out) == (2, "")
        assert err.startswith("usage: sac-desk")
    code, out, _ = desk("--help")
    assert code == 0
    commands = ("train", "weights", "versions", "promote", "reject", "rollback", "decisions", "prune", "data")
    assert all(name in out for name in commands)


def test_data_status_says_what_is_known_and_what_is_not(desk):
    code, out, err = desk("data", "status")
    assert (code, err) == (0, "")
    assert "15 symbols, 2005-01-03 to 2022-12-23" in out
    assert "known: close\n" in out
    assert "unknown: news_sentiment" in out
    code, out, _ = desk("data", "status", "--json")
    assert json.loads(out)["source"] == "sample"


def test_data_use_shows_the_findings_and_switches_only_when_told(desk, tmp_path):
    written = tmp_path / "data" / "market.toml"
    code, out, err = desk("data", "use", "files", "aapl", "msft", "--start", "2012-01-03", "--apply")
    assert (code, err) == (1, "error: 2 findings: these prices cannot be used yet.\n")
    assert "refused: AAPL has no prices" in out
    assert "refused: MSFT has no prices" in out
    assert not written.exists()
    code, out, _ = desk("data", "use", "yahoo", "aapl", "msft", "--start", "2012-01-03")
    assert code == 0
    assert "Nothing was changed" in out
    assert not written.exists()
    code, out, _ = desk("data", "use", "yahoo", "aapl", "msft", "--start", "2012-01-03", "--apply")
    assert code == 0
    assert "full training" in out
    assert 'symbols = ["AAPL", "MSFT"]' in written.read_text()
    assert desk("data", "status")[0] == 1  # nothing is fetched yet
    assert "AAPL has no prices" in desk("data", "status")[2]
    assert desk("data", "use", "files", "AAPL")[2].startswith("error: A universe has 2 to 600 symbols")
    assert desk("data", "use", "sample", "--apply")[0] == 0
    assert desk("data", "check")[0] == 0
    assert desk("data", "use", "bloomberg")[0] == 2
