import pandas as pd

from app.ui.shared.charts import weights
from app.ui.training import learning_curve


def test_a_figure_on_the_desk_has_a_transparent_ground_a_unit_and_alt_text():
    chart = weights.before_after({"A": 0.5, "CASH": 0.5}, {"A": 0.9, "CASH": 0.1})
    assert chart.figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert "%" in chart.figure.layout.yaxis.title.text
    assert "A, 90.0 %" in chart.alt


def test_learning_curve_draws_what_there_is():
    curve = pd.DataFrame({"update": [1, 2], "actor_loss": [0.5, 0.4]})
    option = learning_curve.learning_curve(curve, ("actor_loss", "critic_loss"), "Losses")
    assert [series["name"] for series in option["series"]] == ["actor loss"]
    assert list(option["dataset"]["source"].columns) == ["update", "actor_loss"]
