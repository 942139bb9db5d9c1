from pathlib import Path

from benchmarks.mutants import COMMON, EXPLAINED, TESTS

ROOT = Path(__file__).parents[2]


def test_every_module_and_test_of_the_table_is_there():
    paths = {*TESTS, *COMMON, *(path for tests in TESTS.values() for path in tests)}
    assert sorted(path for path in paths if not (ROOT / path).is_file()) == []


def test_what_is_explained_lies_in_modules_that_are_tested():
    assert set(EXPLAINED) <= set(TESTS)
