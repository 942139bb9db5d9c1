"""Versions as a stranger could forge them: each is refused by name, or installs and is harmless."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
import torch

from sac import training
from sac.config import TrainingSettings
from sac.errors import ArtifactError, SettingsError
from sac.hub import repository
from sac.hub.arrivals import origin, pull
from sac.promotion import settle
from sac.promotion.deciding import decide
from sac.registry import tables, version_name
from tests.support import small_trainings
from tests.support.bombs import BOMBS
from tests.support.refusals import refused, retold, saved_tensors, tampered
from tests.support.small_versions import VARIANT
from tests.support.synthetic import panel_of

pytestmark = pytest.mark.slow

NAME = "v2018-12-14-0123456789ab"
SKILL = {"year": 2018, "weeks": 20, "rank_ic": 0.0, "t_statistic": 0.0}
VALIDATION = {
    **{"fold": 0, "start": "2018-01-05", "end": "2018-06-29", "weeks": 26},
    **{"excess": 0.0, "t_statistic": 0.0, "conviction": 1.0},
}
WORD: dict[str, Any] = {"actor": "ada", "reason": "I know who made it."}


# --- names, and who decides


def test_a_name_that_its_settings_do_not_give_is_refused(server, remote, travelled, here):
    """As a folder that is called what the sample and the preset plan will give."""
    metadata = travelled.metadata
    wanted = version_name(
        metadata.last_decision,
        fingerprint=metadata.provenance.sha256,
        symbols=travelled.symbols,
        settings=TrainingSettings(),
        variant=VARIANT,
    )
    forged = retold(travelled, version=wanted)
    tampered(server, travelled, forge=["metadata.json"], **{"metadata.json": forged})
    refused(remote, here, f"make {travelled.name}, but it is called {wanted}")


@pytest.mark.parametrize(
    "changes",
    [
        {"engine_version": "2"},
        {"last_decision": "2018-12-07"},
        {"parent": NAME},
        {"kind": "finetune"},
        {"kind": "finetune", "parent": NAME},
        {"provenance": {"sha256": "0" * 64}},
    ],
)
def test_every_part_of_a_name_is_held_against_it(server, remote, travelled, here, changes):
    forged = retold(travelled, **changes)
    tampered(server, travelled, forge=["metadata.json"], **{"metadata.json": forged})
    refused(remote, here, "but it is called|is fine-tuned without a parent, or has one")


def test_settings_without_numbers_are_refused(server, remote, travelled, here):
    settings = json.loads((travelled.path / "config.json").read_bytes())
    settings["agent"]["gamma"] = float("nan")
    forged = json.dumps(settings).encode()
    tampered(server, travelled, forge=["config.json"], **{"config.json": forged})
    refused(remote, here, "settings that are no numbers")


@pytest.fixture
def stranger(server, remote, small_version):
    """A version with an honest name and another agent's weights, on the Hub."""
    repository.make_champion(remote, small_version)
    actor = {name: value + 1.0 for name, value in small_version.tensors("actor").items()}
    tampered(server, small_version, forge=["actor.pt"], **{"actor.pt": saved_tensors(actor)})
    return small_version


def trained(registry, policy="manual"):
    panel, cache = panel_of(small_trainings.CLOSES), registry.root / "cache"
    return training.full(VARIANT, panel, small_trainings.TINY, registry, cache, policy=policy)


@pytest.mark.parametrize("policy", ["manual", "auto"])
def test_a_pulled_version_is_never_settled(remote, stranger, here, policy):
    pulled = pull(remote, here, VARIANT).version
    assert not settle(here, pulled, policy).promoted
    assert here.current(VARIANT) is None


@pytest.mark.parametrize("policy", ["manual", "auto"])
def test_a_training_of_its_name_runs_and_takes_its_place(remote, stranger, here, policy):
    assert pull(remote, here, VARIANT).version.name == stranger.name
    outcome = trained(here, policy)
    assert (outcome.created, outcome.settlement.promoted) == (True, True)
    champion = here.champion(VARIANT)
    for name, value in stranger.tensors("actor").items():
        assert torch.equal(champion.tensors("actor")[name], value)
    assert origin(here, VARIANT, champion.name) is None
    assert here.damaged(VARIANT) == {}


def test_a_training_does_not_take_the_place_of_what_a_person_chose(remote, stranger, here):
    pulled = pull(remote, here, VARIANT).version
    decide(here, pulled, "approve", champion=None, **WORD)
    with pytest.raises(SettingsError, match=rf"{pulled.name} is or was .*pulled from desk/sac-lstm"):
        trained(here)
    assert here.champion(VARIANT).manifest == pulled.manifest


def test_what_is_chosen_while_its_training_runs_stays(remote, stranger, here, monkeypatch):
    pulled = pull(remote, here, VARIANT).version
    learned = training._learned

    def and_meanwhile(*arguments):
        decide(here, pulled, "approve", champion=None, **WORD)
        return learned(*arguments)

    monkeypatch.setattr(training, "_learned", and_meanwhile)
    with pytest.raises(ArtifactError, match="is or was champion"):
        trained(here)
    assert here.champion(VARIANT).manifest == pulled.manifest


# --- figures


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"metrics": {"eval_cagr": 9.99}}, r"says eval_cagr 9\.99, but the weekly record says -0\.02"),
        ({"metrics": {"eval_cagr": "Infinity"}}, "says eval_cagr inf, which is no figure"),
        ({"metrics": {"actor_loss": "-Infinity"}}, "says actor_loss -inf, which is no figure"),
        ({"metrics": {"eval_sharpe": "NaN"}}, "says eval_sharpe nan, but the weekly record says"),
        ({"metrics": {"eval_luck": 1.0}}, "says eval_luck 1, but the weekly record says nothing of it"),
        ({"metrics": {"agents_luck": 1.0}}, "says agents_luck"),
        ({"metrics": {}}, "does not say eval_cagr"),
        ({"baselines": {"Equal weight": {"eval_cagr": -0.5}}}, "says Equal weight's eval_cagr -0.5, but"),
        ({"baselines": {"Mine": {"eval_cagr": 0.1}}}, "says figures of 'Mine', a baseline that is not"),
        ({"evaluation_start": "2018-01-05"}, "says other dates of the evaluation"),
        ({"created_at": "yesterday"}, "says created_at 'yesterday', which is not a time"),
        (
            {"forecast_skill": [SKILL | {"year": 10**30}]},
            "says a year or a number of weeks",
        ),
        ({"validations": [VALIDATION | {"weeks": -1}]}, "says a number of weeks that no validation has"),
        (
            {"validations": [VALIDATION | {"end": "2018"}]},
            "says the end of validation 0 '2018', which is not a date",
        ),
        ({"provenance": {"window_end": "soon"}}, "says window_end 'soon', which is not a date"),
    ],
)
def test_metadata_that_contradict_the_record(server, remote, travelled, here, changes, reason):
    forged = retold(travelled, **changes)
    tampered(server, travelled, forge=["metadata.json"], **{"metadata.json": forged})
    refused(remote, here, rf"metadata\.json {reason}")


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("net", lambda record: record.net + 0.01, "a net that is not that of its weights"),
        ("gross", lambda record: record.gross * 2, "a gross that is not that of its weights"),
        ("turnover", lambda record: record.turnover * 0, "a turnover that is not that of its weights"),
        ("members", lambda record: record.members * np.inf, "members' returns that no portfolio has"),
        ("weights", lambda record: record.weights * 2, "weights that are no portfolio"),
        ("growth", lambda record: -record.growth, "prices that no stock has"),
        ("ends", lambda record: record.ends[::-1], "weeks that are out of order"),
        ("decisions", lambda record: record.decisions - 200_000, "weeks outside the years"),
    ],
)
def test_a_record_that_contradicts_itself(server, remote, travelled, here, name, change, reason):
    record = travelled.evaluation()
    forged = tables.pack_evaluation(dataclasses.replace(record, **{name: change(record)}))
    tampered(server, travelled, forge=["evaluation.parquet"], **{"evaluation.parquet": forged})
    refused(remote, here, rf"evaluation\.parquet has {reason}")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda result: {"growth": result.growth * 0.9}, "other stocks or prices"),
        (lambda result: {"fills": result.fills - 1}, "other weeks than evaluation"),
        (lambda result: {"weights": -result.weights}, "weights that are no portfolio"),
        (lambda result: {"name": "Equal weight"}, "a baseline under another one's name"),
    ],
)
def test_baselines_that_no_training_stores(server, remote, travelled, here, change, reason):
    [result] = travelled.baselines()
    forged = tables.pack_baselines([dataclasses.replace(result, **change(result))])
    tampered(server, travelled, forge=["baselines.parquet"], **{"baselines.parquet": forged})
    refused(remote, here, rf"baselines\.parquet (holds|has) {reason}")


def test_a_figure_within_rounding_is_replaced_by_the_records_own(server, remote, travelled, here):
    """Else a copy of the champion that says a little more would pass the gate."""
    true = travelled.metadata.metrics["eval_cagr"]
    forged = retold(travelled, metrics={"eval_cagr": true * (1 + 5e-7)})
    tampered(server, travelled, forge=["metadata.json"], **{"metadata.json": forged})
    assert pull(remote, here, VARIANT).version.metadata.metrics["eval_cagr"] == true


# --- what fills the memory, and what does not run


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("file", ["training_log", "evaluation", "baselines"])
def test_tables_that_stand_for_very_much(server, remote, travelled, here, bomb, file):
    tampered(server, travelled, forge=[f"{file}.parquet"], **{f"{file}.parquet": BOMBS[bomb]()})
    refused(remote, here, rf"{file}\.parquet .*Nothing was installed")


def without(state, name):
    return {key: value for key, value in state.items() if key != name}


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("actor", lambda state: {}),
        ("actor", lambda state: without(state, "first.weight")),
        ("actor", lambda state: {name: value[:1].clone() for name, value in state.items()}),
        ("actor", lambda state: {name: value[..., :1].clone() for name, value in state.items()}),
        ("forecaster", lambda state: {}),
        ("forecaster", lambda state: {**state, "year": "soon"}),
        ("forecaster", lambda state: {**state, "year": 9_999}),
        ("forecaster", lambda state: {**state, "settings": {**state["settings"], "hidden": 512}}),
        ("forecaster", lambda state: {**state, "parameters": {}}),
        ("forecaster", lambda state: {**state, "target_scaling": torch.tensor([float("nan"), 1.0])}),
    ],
)
def test_what_does_not_run_is_not_installed(server, remote, travelled, here, part, change):
    forged = saved_tensors(change(travelled.tensors(part)))
    tampered(server, travelled, forge=[f"{part}.pt"], **{f"{part}.pt": forged})
    refused(remote, here, rf"{part}\.pt does not fit the version's settings")


@pytest.mark.parametrize("change", [{"symbols": ("A", "B")}, {"channels": ("close", "volume")}])
def test_a_forecaster_of_other_data_is_refused(server, remote, travelled, here, change):
    forged = saved_tensors({**travelled.tensors("forecaster"), **change})
    tampered(server, travelled, forge=["forecaster.pt"], **{"forecaster.pt": forged})
    refused(remote, here, "The forecaster was fitted on the")
