"""What every answer tells browsers, whoever gives it."""

import pytest

from tests.support import api_client

EXPECTED = {
    "content-security-policy": "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


@pytest.mark.parametrize(
    ("path", "status", "headers"),
    [
        ("/", 200, {}),
        ("/health", 200, {}),
        ("/docs", 200, {}),
        ("/docs/assets/swagger-ui.css", 200, {}),
        ("/health/nothing", 404, {}),
        ("/jobs", 400, {"Host": "evil.test"}),
        ("/", 400, {"Host": "evil.test"}),
        ("/", 403, {"Origin": "http://evil.test"}),
        ("/health", 403, {"Origin": "http://evil.test"}),
    ],
)
def test_no_answer_may_be_framed_guessed_at_or_told_of_elsewhere(path, status, headers):
    answer = api_client.client().get(path, headers=headers)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED
