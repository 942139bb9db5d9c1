"""The Hub on a page, over a true outbox and a Hub on the loopback interface."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.access import visitors
from app.access.roles import Forbidden
from app.hub.outbox import enqueue_champion, enqueue_version
from app.hub.repository import remote_of
from app.hub.sending import deliver, run_send
from app.hub.uploads import UploadStore
from app.jobs.kind import NoSettings
from app.queries import jobs
from sac.errors import DeskError
from sac.hub import repository
from sac.hub.arrivals import pull
from sac.progress import unwatched
from sac.registry import Registry
from tests.support.loopback_hub import REPO
from tests.support.small_versions import VARIANT, small_artifacts

pytestmark = pytest.mark.slow

MAIN = Path(__file__).resolve().parents[4] / "app" / "main.py"


def page():
    from app.ui.data.sharing import sharing

    sharing()


@pytest.fixture
def opened(sharing, monkeypatch):
    """The section; what it would start is written down instead."""
    started, asked = [], []
    for module in ("app.hub.outbox", "app.ui.data.sharing"):
        monkeypatch.setattr(f"{module}.start_sending", started.append)

    def submit(kind, subject, request, actor):
        if request.version == "nonsense":
            raise DeskError("'nonsense' is not a valid version name.")
        asked.append((subject, kind.name, request.model_dump(), actor))

    monkeypatch.setattr(jobs.jobs(), "submit", submit)

    def run():
        at = AppTest.from_function(page, default_timeout=30).run()
        assert not at.exception, at.exception[0].message
        return at

    vars(run).update(started=started, asked=asked)
    return run


@pytest.fixture
def travelled(sharing, tmp_path):
    """The champion of another desk, on the Hub."""
    saved = Registry(tmp_path / "elsewhere").save(small_artifacts(seed=4))
    repository.make_champion(remote_of(VARIANT), saved)
    return saved


def words(at):
    return " ".join(part.value for part in (*at.markdown, *at.caption, *at.warning, *at.error))


def states(at):
    table = at.dataframe[0].value
    return dict(zip(table["Version"], table["On the Hub"], strict=True))


def test_a_desk_that_shares_nothing_says_what_to_set(opened, monkeypatch):
    monkeypatch.delenv("HF_SAC_LSTM_MODEL_REPO")
    at = opened()
    assert "HF_SAC_LSTM_MODEL_REPO=owner/name" in words(at)
    assert not at.button


def test_a_variant_that_is_not_shared_says_what_to_set(opened, version):
    at = opened()
    at.segmented_control(key="hub-variant").set_value("ppo_lstm").run()
    assert "set HF_PPO_LSTM_MODEL_REPO to owner/name" in words(at)


def test_what_was_sent_is_shown(opened, sharing, version):
    enqueue_version(VARIANT, version.name)
    enqueue_champion(VARIANT)
    run_send(None, NoSettings(), sharing, unwatched)
    at = opened()
    assert states(at) == {version.name: "sent"}
    assert f"main holds the champion {version.name}." in words(at)
    assert [button.key for button in at.button] == ["hub-pull-now"]  # nothing is missing


def test_a_challenger_that_was_pulled_says_so_where_it_is_reviewed(opened, sharing, travelled):
    pull(remote_of(VARIANT), Registry(sharing.models), VARIANT)
    at = AppTest.from_file(str(MAIN), default_timeout=30).run()
    at.switch_page("../pages/promotion.py").run()
    assert not at.exception, at.exception[0].message
    assert f"Not trained here: pulled from {REPO} at " in words(at)
    at.switch_page("../pages/data.py").run()
    assert "Sharing: 1 variant" in [expander.label for expander in at.expander]
    assert at.button(key="hub-pull-now")


def test_what_is_missing_is_sent_at_the_press_of_a_button(opened, sharing, version, hub_server):
    at = opened()
    assert states(at) == {version.name: "not sent"}
    assert f"main does not hold the champion {version.name} yet." in words(at)
    at.button(key="hub-send").click().run()
    assert opened.started == [sharing] * 2  # the button, and the page that found something queued
    assert states(at) == {version.name: "queued"}
    run_send(None, NoSettings(), sharing, unwatched)
    assert hub_server.repositories[REPO].history("main")[0] == f"Promote {version.name}"


def test_a_hub_that_is_down_is_shown_with_the_next_try(opened, sharing, version, hub_server):
    hub_server.trouble = [("GET", "/revision/", 503)]
    enqueue_version(VARIANT, version.name)
    store = UploadStore(sharing.hub)
    deliver(sharing, store, store.next())
    at = opened()
    assert states(at) == {version.name: "queued"}
    assert f"`{hub_server.url}` answered with status 503. Next try 20" in words(at)


def test_a_failure_says_why_and_can_be_tried_again(opened, sharing, version, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("HF_TOKEN", "hf_wrong")
        enqueue_version(VARIANT, version.name)
        run_send(None, NoSettings(), sharing, unwatched)
    at = opened()
    assert states(at) == {version.name: "failed"}
    assert "The Hub does not accept the token" in words(at)
    at.button(key="hub-send").click().run()
    assert states(at) == {version.name: "queued"}


def test_a_pulled_version_shows_where_it_came_from(opened, sharing, travelled):
    pull(remote_of(VARIANT), Registry(sharing.models), VARIANT)
    at = opened()
    assert states(at) == {travelled.name: "pulled"}
    assert f"pulled from {REPO} at " in at.dataframe[0].value["Came from"][0]


NAME = "v2020-01-03-0123456789ab"


@pytest.mark.parametrize(("typed", "asked"), [("", None), (f" {NAME} ", NAME)])
def test_a_pull_is_asked_for_by_name_or_for_the_champion(opened, typed, asked):
    at = opened()
    at.text_input(key="hub-version").set_value(typed)
    at.button(key="hub-pull-now").click().run()
    request = {"variant": VARIANT, "version": asked}
    assert opened.asked == [("sac_lstm from the Hub", "pull", request, "local user")]


def test_a_pull_that_is_refused_is_said(opened):
    at = opened()
    at.text_input(key="hub-version").set_value("nonsense")
    at.button(key="hub-pull-now").click().run()
    assert "is not a valid version name" in words(at)


def test_a_viewer_sends_and_pulls_nothing(opened, sharing, version, monkeypatch):
    def forbidden():
        raise Forbidden("vic only looks.")

    monkeypatch.setattr(visitors, "approver", forbidden)
    at = opened()
    for key in ("hub-send", "hub-pull-now"):
        at.button(key=key).click().run()
        assert "vic only looks." in words(at)
    assert opened.asked == []
    assert UploadStore(sharing.hub).next() is None


def test_the_page_finds_what_a_killed_job_left(opened, sharing, version):
    UploadStore(sharing.hub).ask(REPO, VARIANT, version.name)
    opened()
    assert opened.started == [sharing]
