from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.access import login, visitors
from app.access.login import admitted
from app.access.roles import Forbidden, Visitor
from app.jobs.queue import Jobs
from app.jobs.store import JobStore
from app.settings import Settings
from sac.errors import DeskError

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
RULES = {"approvers": ["ada@desk.test"], "viewers": ["vic@desk.test"]}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    return Settings(tmp_path)


def opened(page, email=None):
    """A page of a desk with a login, as somebody sees it; nobody is logged in without an address."""
    at = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=30)
    at.secrets["auth"] = {"client_id": "desk"}
    at.secrets["access"] = RULES
    at.user = {"is_logged_in": email is not None, "email": email, "email_verified": True}
    at.run()
    if page:
        at.switch_page(f"../pages/{page}.py").run()
    assert not at.exception, at.exception[0].message
    return at


@pytest.fixture
def undimmed(monkeypatch):
    """Buttons that forgot to be disabled: what stands behind them must refuse by itself."""
    monkeypatch.setattr(visitors, "refusal", lambda: None)


def confirmed(email):
    return {"email": email, "email_verified": True}


def test_roles_follow_the_address_whatever_its_case():
    assert admitted(confirmed("Ada@Desk.test"), RULES) == Visitor("Ada@Desk.test", "approver")
    assert admitted(confirmed("vic@desk.test"), RULES).role == "viewer"
    with pytest.raises(Forbidden, match=r"eve@desk.test has no access"):
        admitted(confirmed("eve@desk.test"), RULES)


def test_without_a_list_of_viewers_everybody_who_can_log_in_may_look():
    assert admitted(confirmed("eve@desk.test"), {"approvers": ["ada@desk.test"]}).role == "viewer"
    assert admitted({"email": "eve@desk.test"}, {}).role == "viewer"


@pytest.mark.parametrize("assumed", [{}, {"assume_email_verified": True}])
@pytest.mark.parametrize("verified", [False, "false", None, "", 0, "no", "1"])
def test_an_address_that_nobody_confirmed_gives_no_role(verified, assumed):
    with pytest.raises(Forbidden, match="confirmed"):
        admitted({"email": "ada@desk.test", "email_verified": verified}, {**RULES, **assumed})


def test_a_provider_that_does_not_say_whether_it_confirmed_an_address_is_believed_on_request_only():
    claims = {"email": "ada@desk.test", "sub": "1234"}
    with pytest.raises(Forbidden, match="confirmed"):
        admitted(claims, RULES)
    assert admitted(claims, {**RULES, "assume_email_verified": True}) == Visitor("ada@desk.test", "approver")


def test_records_do_not_name_an_address_that_nobody_confirmed():
    rules = {"claim": "groups", "approvers": ["desk-approvers"]}
    claims = {"email": "ada@desk.test", "sub": "1234", "groups": ["desk-approvers"]}
    assert admitted(claims, rules) == Visitor("1234", "approver")
    assert admitted({**claims, "email_verified": True}, rules).name == "ada@desk.test"


@pytest.mark.parametrize(
    ("access", "said"),
    [
        ({"approvers": "ada@desk.test"}, "approvers must be a list"),
        ({"viewers": 5}, "viewers must be a list"),
        ({"assume_email_verified": "yes"}, "must be true or false"),
        ("ada@desk.test", "must be a section"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(access, said, monkeypatch):
    monkeypatch.setattr(login, "secrets", lambda: {"auth": {}, "access": access})
    with pytest.raises(DeskError, match=said):
        login.rules_of_access()


def test_roles_can_come_from_another_claim():
    rules = {"claim": "groups", "approvers": ["desk-approvers"], "viewers": ["staff"]}
    assert admitted({"email": "a@b.c", "groups": ["staff", "desk-approvers"]}, rules).role == "approver"
    assert admitted({"email": "a@b.c", "groups": "staff"}, rules).role == "viewer"
    with pytest.raises(Forbidden):
        admitted({"email": "desk-approvers"}, rules)


def test_nobody_sees_a_page_before_logging_in(home):
    at = opened(None)
    assert [button.label for button in at.button] == ["Log in"]
    assert [title.value for title in at.title] == ["SAC Desk"]


def test_a_stranger_sees_why_and_can_log_out_again(home):
    at = opened(None, "eve@desk.test")
    assert "has no access" in at.error[0].value
    assert [button.label for button in at.button] == ["Log out"]


BUTTONS = [("training", "start"), ("overview", "demo"), ("data", "check")]


@pytest.mark.parametrize(("page", "key"), BUTTONS)
def test_a_viewer_sees_disabled_buttons_with_the_reason(home, page, key):
    button = opened(page, "vic@desk.test").button(key=key)
    assert button.disabled
    assert "role viewer" in button.help


@pytest.mark.parametrize(("page", "key"), BUTTONS)
def test_a_viewer_changes_nothing_even_by_a_button_that_works(home, undimmed, page, key):
    at = opened(page, "vic@desk.test")
    at.button(key=key).click().run()
    assert any("role viewer" in error.value for error in at.error)
    assert not Jobs(home).list()
    assert not (home.data / "market.toml").exists()


def test_a_viewer_cancels_nothing(home, undimmed, monkeypatch):
    monkeypatch.setattr(Jobs, "reconcile", lambda jobs: None)  # nobody does this job
    JobStore(home.jobs).add("0123456789ab", "sac_lstm", "full", {}, "Ada")
    at = opened("training", "vic@desk.test")
    at.button(key="cancel-0123456789ab").click().run()
    assert any("role viewer" in error.value for error in at.error)
    assert Jobs(home).get("0123456789ab").status == "queued"


def test_an_approver_is_named_in_the_record(home, monkeypatch):
    monkeypatch.setattr(Jobs, "_spawn", lambda jobs, job_id, lock, secrets: None)
    monkeypatch.setattr(Jobs, "reconcile", lambda jobs: None)
    opened("training", "ada@desk.test").button(key="start").click().run()
    assert [job.actor for job in JobStore(home.jobs).newest(5)] == ["ada@desk.test"]
