"""Modules whose tests are tested, the tests that must notice, and faults that none can."""

COMMON = ("tests/test_values.py",)  # which notices a change in any of them
# Module -> its tests, the fastest first: the first failure ends a round.
TESTS = {
    "sac/portfolio/accounting.py": ("tests/portfolio/test_accounting.py",),
    "sac/portfolio/constraints.py": ("tests/portfolio/test_constraints.py", "tests/agent/test_gradients.py"),
    "sac/portfolio/backtest.py": ("tests/portfolio/test_backtest.py",),
    "sac/portfolio/validation.py": ("tests/portfolio/test_validation.py",),
    "sac/trading.py": ("tests/test_trading.py", "tests/app/test_orders.py"),
    "sac/agent/fine_tuning.py": ("tests/test_fine_tuning.py",),
    "sac/evidence/significance.py": ("tests/evidence/test_significance.py",),
    "sac/evidence/comparison.py": ("tests/evidence/test_comparison.py",),
    "sac/evidence/metrics.py": ("tests/evidence/test_metrics.py",),
    "sac/registry/gate.py": ("tests/registry/test_promotion.py",),
    "sac/registry/case.py": ("tests/registry/test_case.py",),
    "sac/registry/decision_log.py": (
        "tests/registry/test_decision_log.py",
        "tests/registry/test_promotion.py",
    ),
    "sac/registry/promotion.py": ("tests/registry/test_deciding.py", "tests/registry/test_promotion.py"),
    "sac/registry/ledger.py": ("tests/registry/test_ledger.py",),
    "sac/market/calendar.py": ("tests/market/test_calendar.py",),
    "sac/market/sentiment.py": ("tests/market/test_sentiment.py",),
    "sac/market/fundamentals.py": ("tests/market/test_fundamentals.py",),
    "app/holdings.py": ("tests/app/test_holdings.py",),
    "app/api_guard.py": ("tests/app/test_request_log.py", "tests/app/test_api_guard.py"),
    "app/jobs.py": (
        "tests/app/test_jobs_waiting.py",
        "tests/app/test_jobs_stopping.py",
        "tests/app/test_jobs.py",
    ),
}

# Module -> part of a line as the fault leaves it -> why no test can tell it from the product.
EXPLAINED: dict[str, dict[str, str]] = {
    "sac/portfolio/constraints.py": {
        "(cash <= constraints": "On the kink itself either slope is right, and no softmax lies on it.",
    },
    "sac/portfolio/backtest.py": {
        "constraints[ -1].cash_growth": "Constraints of walks side by side differ in costs alone.",
    },
    "sac/trading.py": {
        "strict=False": "A panel has a close for each of its symbols.",
        "if value == 0": "Amounts below zero were refused before.",
        "target_weights.get(symbol, -1.0)": "Below zero or zero, everything that is held is sold.",
        "held.get(symbol, 1.0)": "Who holds nothing is not asked to sell it.",
        '"buy" if shares > -1': "An order is never of no share.",
        '"buy" if shares >= 0': "An order is never of no share.",
        "if shares >= 0]": "An order is never of no share.",
        "if shares > -1]": "An order is never of no share.",
        "weight <= 2 + 1e-6": "A weight above 1 beside others of zero or more sums to more than 1, too.",
        "weight <= 1 + 1.000001": "A weight above 1 beside others of zero or more sums to more than 1, too.",
    },
    "sac/agent/fine_tuning.py": {
        "if stop != start": "No committee is judged later than the next one.",
        "if stop > start else -1": "A range of less than nothing is as empty.",
        "PRODUCTION, range( -1)": "A range of less than nothing is as empty.",
        "strict=False": "Two states of one learner have the same parts.",
    },
    "sac/evidence/significance.py": {
        "lru_cache(maxsize=": "How many draws are remembered is a matter of memory.",
        "if len(net) > 1 else -1.0": "Below the least spread it is refused all the same.",
        "max(variance, ": "Kurtosis is at least 1 plus squared skew: below zero is rounding.",
    },
    "sac/evidence/comparison.py": {
        "strict=False": "A back-test has as many fills as ends.",
        "first = walks[ -1]": "The walks share their weeks.",
        "years = walks[ -1]": "The walks share their weeks.",
    },
    "sac/evidence/metrics.py": {
        "min(fall, 1.0)": "No wealth is above its own peak: it guards against rounding.",
    },
    "sac/registry/case.py": {
        "strict=False": "Two roles for two versions.",
        'ours.kind <= "finetune"': "Of the two kinds, full comes after finetune in the alphabet.",
    },
    "sac/registry/decision_log.py": {
        "elif row.seq > expected": "Numbers are unique and given out upwards: none is below its place.",
    },
    "sac/registry/promotion.py": {
        "_PATIENCE = ": "Half a minute is a choice.",
        'policy >= "manual"': "Of auto and manual, manual comes last in the alphabet.",
    },
    "sac/market/calendar.py": {
        "_SINCE = ": "A calendar may begin earlier or later: it begins with what is asked for at the latest.",
        "_LOOK_AHEAD = np.timedelta64( 22": "More sessions than are needed.",
        "_LOOK_AHEAD = np.timedelta64( 20": "Still enough: two weeks and a long weekend are 17 days.",
        "* 10 + 10": "A calendar may end later.",
        "lru_cache(maxsize=": "How many calendars are remembered is a matter of memory.",
        '"int64") + 4) // 7': "Weeks from Sunday hold the same sessions as weeks from Monday.",
        "week[:-1], False)": "The look-ahead ends in a later week than is asked for.",
    },
    "sac/market/sentiment.py": {
        "np.timedelta64( 13": "A few days more or less after the last decision: one session is enough.",
        "np.timedelta64( 15": "A few days more or less after the last decision: one session is enough.",
        "decisions[ 1])": "The first score counts, too: none lies before it.",
        "else now < -1": "No decision lies before the first session.",
        "latest.clip( -1)": "What is not known yet is left out by the other half.",
    },
    "sac/market/fundamentals.py": {
        "np.timedelta64( 13": "A few days more or less after the last decision: one session is enough.",
        "np.timedelta64( 15": "A few days more or less after the last decision: one session is enough.",
        "// np.timedelta64(1": "Ages are whole days.",
    },
    "app/holdings.py": {
        'portfolio.outside >= "sell"': "Of keep and sell, sell comes last in the alphabet.",
        'portfolio.outside > "keep"': "Of keep and sell, sell comes last in the alphabet.",
        "file.read(LARGEST_FILE + 2)": "One byte too many or two: the file is too large.",
    },
    "app/api_guard.py": {
        "MemoryStorage(), -1.0": "Clocks show a time after 1970.",
        "MemoryStorage(), 1.0": "Clocks show a time after 1970.",
        'message["type"] >= "http.response.start"': "Of an answer's messages, its start comes last.",
    },
}
