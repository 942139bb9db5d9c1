"""A refused command ends with code 1 and one line; `python -m tests.faults.exits` asks 500 times."""

from tests.faults.exits import COMMANDS, ended


def test_a_refused_command_ends_with_its_code_and_one_line():
    assert set(ended(len(COMMANDS))) == {(command, 1, 1) for command in COMMANDS}
