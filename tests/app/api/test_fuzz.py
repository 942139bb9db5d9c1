"""The HTTP interface against requests that its own description makes up: no fault, no undocumented answer."""

import dataclasses

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from app.api import dependencies
from app.jobs.queue import Jobs
from app.settings import Settings
from sac import training
from sac.market import load_panel
from sac.registry import Registry
from tests.support import api_client
from tests.support.api_client import TOKEN, bearer
from tests.support.small_trainings import TINY
from tests.support.synthetic import random_closes, write_prices

pytestmark = pytest.mark.slow

SYMBOLS = ("AAPL", "MSFT", "JPM")
EXAMPLES = 40 * settings().max_examples // 100  # ten times as many with --hypothesis-profile=many
OPERATIONS = [
    ("POST", "/train/{variant}/full"),
    ("POST", "/train/{variant}/finetune"),
    ("POST", "/inference/{variant}"),
    ("POST", "/holdings"),
    ("POST", "/jobs/{job_id}/cancel"),
    ("GET", "/jobs"),
    ("GET", "/jobs/{job_id}"),
    ("GET", "/models/{variant}"),
    ("POST", "/week"),
    ("GET", "/weeks/{week}"),
    ("GET", "/track/{variant}"),
    ("GET", "/decisions/sealed"),
]
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A desk with one trained variant, whose new jobs wait for a worker that never comes."""
    home = Settings(tmp_path_factory.mktemp("fuzzed"))
    closes = random_closes(3, "2019-01-02", "2022-12-30").set_axis(list(SYMBOLS), axis=1)
    write_prices(home.data / "raw" / "prices", closes)
    symbols = ", ".join(f'"{symbol}"' for symbol in SYMBOLS)
    choice = f'source = "files"\nsymbols = [{symbols}]\nstart = 2019-01-02\n'
    (home.data / "market.toml").write_text(choice)
    panel, registry = load_panel(home.data), Registry(home.models)
    settings_used = dataclasses.replace(TINY, evaluation_years=1)
    training.full("sac_lstm", panel, settings_used, registry, home.cache)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAC_DESK_DATA", str(home.data))
        patch.setattr(Jobs, "_spawn", lambda jobs, job_id, lock, secrets: None)
        patch.setattr(dependencies, "queue", lambda: Jobs(home))
        yield api_client.application(api_client.GUARDED, hosts=("testserver",))


@pytest.fixture(scope="module")
def described(desk):
    return schemathesis.openapi.from_asgi("/openapi.json", desk)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_is_asked_gets_a_described_answer(described, method, path, mode):
    requests = described[path][method].as_strategy(generation_mode=mode)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(requests)
    def ask(case):
        # A job that waits for ever would make its client wait as long.
        query = case.query or {}
        assume("wait" not in query)
        # A list or an object without an entry is no part of an address: what it violates is never asked.
        assume(not any(value in ([], {}) for value in query.values()))
        case.call_and_validate(headers=bearer(TOKEN), checks=CHECKS)

    ask()


def test_no_operation_that_takes_anything_is_left_out(described):
    operations = [found.ok() for found in described.get_all_operations()]
    asked = {(one.method.upper(), one.path) for one in operations if not one.path.startswith("/health")}
    assert asked == set(OPERATIONS)
