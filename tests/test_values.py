"""What is handed around is a value: nobody changes it behind another's back."""

import ast
import dataclasses
from pathlib import Path

import sac
from sac.config import Constraints
from sac.market import trading_weeks
from sac.portfolio import EqualWeight, backtest
from tests.support.synthetic import random_panel

ROOT = Path(sac.__file__).parents[1]
MODULES = sorted(path for package in ("sac", "app") for path in (ROOT / package).rglob("*.py"))


def open_to_change(path):
    """Lines of dataclasses that are not frozen."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            texts = [ast.unparse(decorator) for decorator in node.decorator_list]
            if any("dataclass" in text and "frozen=True" not in text for text in texts):
                yield node.lineno


def test_every_dataclass_is_frozen():
    found = {str(path.relative_to(ROOT)): list(open_to_change(path)) for path in MODULES}
    assert len(found) > 50
    assert not {path: lines for path, lines in found.items() if lines}


def test_what_holds_arrays_is_compared_and_hashed_as_itself():
    panel = random_panel()
    walk = backtest(EqualWeight(Constraints()), panel, range(0, 3), Constraints())
    weeks = trading_weeks(panel.sessions[0], panel.sessions[-1])
    for value in (panel, walk, weeks):
        assert value == value
        assert value != dataclasses.replace(value)
        assert len({value, value}) == 1
