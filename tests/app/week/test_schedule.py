"""schedule.toml: what it may say, and what the desk answers to what it may not."""

import pytest

from app.week.schedule import Schedule, read_schedule, schedule_file, write_schedule
from sac.errors import SettingsError


def written(folder, text):
    schedule_file(folder).write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_nothing_runs_by_itself(tmp_path):
    assert read_schedule(tmp_path) == Schedule(on=False, hours=6, every=13, challengers={})
    assert Schedule().challenger("sac_lstm") == "none"


def test_what_is_written_is_read(tmp_path):
    chosen = Schedule(True, 9, 4, {"sac_lstm": "fine-tune", "ppo_lstm": "train"})
    write_schedule(tmp_path, chosen)
    again = read_schedule(tmp_path)
    assert (again.on, again.hours, again.every) == (True, 9, 4)
    assert [again.challenger(name) for name in ("sac_lstm", "sac_patchtst", "ppo_lstm")] == [
        "fine-tune",
        "none",
        "train",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("on = 1", "on is 1"),
        ("hours = 61", "from 0 to 60"),
        ("hours = 1.5", "from 0 to 60"),
        ("hours = true", "from 0 to 60"),
        ("every = 0", "from 1 to 52"),
        ("often = 3", "has a key 'often'"),
        ("challengers = 3", "challengers is a table"),
        ('[challengers]\nsac_gru = "train"', "There is no variant 'sac_gru'"),
        ('[challengers]\nsac_lstm = "always"', 'sac_lstm is "always": choose one of none, fine-tune, train'),
        ("[challengers]\nsac_lstm = [1]", "choose one of none"),
        ("on = ", "is not valid TOML"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_file_s_name(tmp_path, text, reason):
    with pytest.raises(SettingsError, match=r"^schedule\.toml") as refusal:
        read_schedule(written(tmp_path, text))
    assert reason in str(refusal.value)


def test_a_folder_in_its_place_is_refused(tmp_path):
    schedule_file(tmp_path).mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        read_schedule(tmp_path)
