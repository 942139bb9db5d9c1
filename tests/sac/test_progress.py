"""How far a job is: a share of its time, whatever its stages cost."""

import pytest

import sac.progress as module
from sac.progress import Stopwatch

EXPECTED = {"forecasts": 60.0, "agents": 300.0, "evaluation": 4.0, "saving": 1.0}


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = 1_000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def work(monkeypatch):
    """A job whose stages take the seconds that they are given; every look at it, with the true share."""
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)

    def done(seconds, expected=EXPECTED):
        looks, began = [], clock.now
        watch = Stopwatch(lambda look: looks.append((clock.now - began, look)))
        watch.expect(expected)
        for stage, length in seconds.items():
            watch.enter(stage, stage)
            for step in range(1, 101):
                clock.now += length / 100
                watch.inner(step / 100, stage)
        whole = clock.now - began
        return [(gone / whole, whole - gone, look) for gone, look in looks]

    return done


def at(looks, share):
    return next(look for gone, _, look in looks if gone >= share)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.75, 0.9])
def test_half_means_half_of_the_time_where_stages_take_what_they_took_before(work, share):
    looks = work(EXPECTED)
    assert at(looks, share).fraction == pytest.approx(share, abs=0.02)
    assert at(looks, share).eta_seconds == pytest.approx((1.0 - share) * 365.0, rel=0.05)


def test_forecasters_that_are_found_again_do_not_make_half_of_the_bar(work):
    looks = work({**EXPECTED, "forecasts": 0.2})
    assert at(looks, 0.1).fraction == pytest.approx(0.1, abs=0.02)
    agents = next(look for _, _, look in looks if look.stage == "agents")
    assert agents.eta_seconds == pytest.approx(305.0, abs=1.0), "six minutes are no second"


@pytest.mark.parametrize(("slower", "shares"), [(0.25, (0.5, 0.75)), (4.0, (0.05, 0.1, 0.25, 0.5, 0.75))])
def test_another_machine_is_known_by_its_pace(work, slower, shares):
    looks = work({stage: slower * seconds for stage, seconds in EXPECTED.items()})
    for share in shares:
        assert at(looks, share).fraction == pytest.approx(share, abs=0.1)


@pytest.mark.parametrize("agents", [3.0, 300.0, 3_000.0])
def test_the_bar_never_falls_and_is_not_full_before_the_end(work, agents):
    fractions = [look.fraction for _, _, look in work({**EXPECTED, "agents": agents})]
    assert fractions == sorted(fractions)
    assert max(fractions) < 0.995, "rounded it would be 100 %"


def test_nothing_is_said_of_time_while_no_stage_is_known():
    looks = []
    watch = Stopwatch(looks.append)
    watch.enter("data", "Reading market data")
    assert (looks[-1].fraction, looks[-1].eta_seconds) == (0.0, None)
    assert Stopwatch.of(watch) is watch, "one that runs already counts on"
