"""Modules whose tests are tested, the tests that must notice, and faults that none can."""

COMMON = ("tests/test_values.py",)  # which notices a change in any of them
# Module -> its tests, the fastest first: the first failure ends a round.
TESTS = {
    "sac/portfolio/accounting.py": ("tests/sac/portfolio/test_accounting.py",),
    "sac/portfolio/constraints.py": (
        "tests/sac/portfolio/test_constraints.py",
        "tests/sac/agent/networks/test_gradients.py",
    ),
    "sac/portfolio/backtest.py": ("tests/sac/portfolio/test_backtest.py",),
    "sac/portfolio/validation.py": ("tests/sac/portfolio/test_validation.py",),
    "sac/portfolio/trades.py": ("tests/sac/portfolio/test_trades.py", "tests/app/holdings/test_plan.py"),
    "sac/agent/fine_tuning.py": ("tests/sac/test_fine_tuning.py",),
    "sac/evidence/significance.py": ("tests/sac/evidence/test_significance.py",),
    "sac/evidence/comparison.py": ("tests/sac/evidence/test_comparison.py",),
    "sac/evidence/metrics.py": ("tests/sac/evidence/test_metrics.py",),
    "sac/promotion/gate.py": ("tests/sac/promotion/test_gate.py",),
    "sac/promotion/case.py": ("tests/sac/promotion/test_case.py",),
    "sac/chain.py": ("tests/sac/promotion/test_decision_log.py", "tests/sac/track/test_sealed.py"),
    "sac/promotion/decision_log.py": (
        "tests/sac/promotion/test_decision_log.py",
        "tests/sac/promotion/test_deciding.py",
    ),
    "sac/promotion/deciding.py": (
        "tests/sac/promotion/test_deciding_edges.py",
        "tests/sac/promotion/test_deciding.py",
    ),
    "sac/promotion/state.py": (
        "tests/sac/promotion/test_deciding_edges.py",
        "tests/sac/promotion/test_deciding.py",
    ),
    "sac/promotion/ledger.py": ("tests/sac/promotion/test_ledger.py",),
    "sac/market/calendar.py": ("tests/sac/market/test_calendar.py",),
    "sac/market/news/sentiment.py": (
        "tests/sac/market/news/test_weekly_news.py",
        "tests/sac/market/news/test_news_files.py",
        "tests/sac/market/news/test_sentiment.py",
    ),
    "sac/market/fundamentals/ratios.py": ("tests/sac/market/fundamentals/test_ratios.py",),
    "sac/market/fundamentals/reports.py": (
        "tests/sac/market/fundamentals/test_reports.py",
        "tests/sac/market/fundamentals/test_ratios.py",
    ),
    "sac/market/fundamentals/bodies.py": (
        "tests/sac/market/fundamentals/test_reports.py",
        "tests/sac/market/fundamentals/test_ratios.py",
    ),
    "app/holdings/reading/reader.py": ("tests/app/holdings/test_holdings.py",),
    "app/holdings/portfolio.py": ("tests/app/holdings/test_holdings.py",),
    "app/api/guard.py": ("tests/app/api/test_guard.py",),
    "app/api/request_log.py": ("tests/app/api/test_request_log.py", "tests/app/api/test_guard.py"),
    "app/jobs/queue.py": (
        "tests/app/jobs/test_waiting.py",
        "tests/app/jobs/test_stopping.py",
        "tests/app/jobs/test_jobs.py",
    ),
}

# Module -> part of a line as the fault leaves it -> why no test can tell it from the product.
EXPLAINED: dict[str, dict[str, str]] = {
    "sac/portfolio/constraints.py": {
        "(cash <= constraints": "On the kink itself either slope is right, and no softmax lies on it.",
    },
    "sac/portfolio/backtest.py": {
        "constraints[ -1].cash_growth": "Constraints of backtests side by side differ in costs alone.",
    },
    "sac/portfolio/trades.py": {
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
        "strict=False": "A backtest has as many fills as ends.",
        "first = results[ -1]": "Results beside each other share their weeks.",
        "years = results[ -1]": "Results beside each other share their weeks.",
    },
    "sac/evidence/metrics.py": {
        "min(fall, 1.0)": "No wealth is above its own peak: it guards against rounding.",
    },
    "sac/promotion/case.py": {
        "strict=False": "Two roles for two versions.",
        'ours.kind <= "finetune"': "Of the two kinds, full comes after finetune in the alphabet.",
    },
    "sac/promotion/decision_log.py": {
        'MOVES}", limit= 2': "Of the rows only the first is taken.",
    },
    "sac/chain.py": {
        "elif seq > expected": "Numbers are unique and given out upwards: none is below its place.",
    },
    "sac/promotion/deciding.py": {
        "_PATIENCE = ": "Half a minute is a choice.",
        'policy <= "auto"': "Of auto and manual, auto comes first in the alphabet.",
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
    "sac/market/news/sentiment.py": {
        "np.timedelta64( 13": "A few days more or less after the last decision: one session is enough.",
        "np.timedelta64( 15": "A few days more or less after the last decision: one session is enough.",
    },
    "sac/market/fundamentals/ratios.py": {
        "np.timedelta64( 13": "A few days more or less after the last decision: one session is enough.",
        "np.timedelta64( 15": "A few days more or less after the last decision: one session is enough.",
        "// np.timedelta64(1": "Ages are whole days.",
        "_EXPIRED = np.timedelta64( ": "Any day on which a report is too old for the first decision will do.",
    },
    "app/holdings/portfolio.py": {
        'portfolio.outside >= "sell"': "Of keep and sell, sell comes last in the alphabet.",
        'portfolio.outside > "keep"': "Of keep and sell, sell comes last in the alphabet.",
    },
    "app/holdings/reading/reader.py": {
        "file.read(LARGEST_FILE + 2)": "One byte too many or two: the file is too large.",
    },
    "app/api/guard.py": {
        "MemoryStorage(), -1.0": "Clocks show a time after 1970.",
        "MemoryStorage(), 1.0": "Clocks show a time after 1970.",
    },
    "app/api/request_log.py": {
        'message["type"] >= "http.response.start"': "Of an answer's messages, its start comes last.",
    },
}
