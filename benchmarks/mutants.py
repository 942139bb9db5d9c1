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
    "app/api_guard.py": ("tests/app/test_api_guard.py",),
    "app/jobs.py": (
        "tests/app/test_jobs_waiting.py",
        "tests/app/test_jobs_stopping.py",
        "tests/app/test_jobs.py",
    ),
}

# (module, the line as the fault leaves it) -> why it is no fault.
EXPLAINED: dict[tuple[str, str], str] = {}
