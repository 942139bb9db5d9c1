"""Two kills of the real server; `python -m tests.faults` does twenty."""

import random

from tests.faults.servers import ServedDesk


def test_what_a_killed_server_promised_is_there_and_trainings_go_on(tmp_path):
    desk, rng = ServedDesk(tmp_path), random.Random(2)
    desk.round(rng)
    desk.end()
    assert desk.losses == []
    assert desk.kills == 1
    assert desk.promised
