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
    "sac/promotion/gate.py": ("tests/sac/promotion/test_deciding.py",),
    "sac/promotion/case.py": ("tests/sac/promotion/test_case.py",),
    "sac/promotion/decision_log.py": (
        "tests/sac/promotion/test_decision_log.py",
        "tests/sac/promotion/test_deciding.py",
    ),
    "sac/promotion/deciding.py": (
        "tests/sac/promotion/test_deciding_edges.py",
        "tests/sac/promotion/test_deciding.py",
    ),
    "sac/promotion/ledger.py": ("tests/sac/promotion/test_ledger.py",),
    "sac/market/calendar.py": ("tests/sac/market/test_calendar.py",),
    "sac/market/news/sentiment.py": ("tests/sac/market/news/test_sentiment.py",),
    "sac/market/fundamentals/ratios.py": ("tests/sac/market/fundamentals/test_ratios.py",),
    "app/holdings/reading.py": ("tests/app/holdings/test_holdings.py",),
    "app/holdings/portfolio.py": ("tests/app/holdings/test_holdings.py",),
    "app/api/guard.py": ("tests/app/api/test_guard.py",),
    "app/jobs/queue.py": (
        "tests/app/jobs/test_waiting.py",
        "tests/app/jobs/test_stopping.py",
        "tests/app/jobs/test_jobs.py",
    ),
}

# (module, the line as the fault leaves it) -> why it is no fault.
EXPLAINED: dict[tuple[str, str], str] = {}
