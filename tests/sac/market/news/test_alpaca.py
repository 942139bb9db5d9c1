"""Headlines from a service on this machine, scored by a true (tiny, untrained) BERT classifier."""

import datetime as dt
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from sac.errors import Cancelled, DataError
from sac.market.news.alpaca import FINBERT, Keys, finbert, refresh_news
from sac.market.news.sentiment import outside_universe, read_sentiment
from tests.support.loopback import LoopbackService
from tests.support.synthetic import write_scores

FIRST, LAST = dt.date(2024, 1, 1), dt.date(2024, 3, 5)
ARTICLES: list[dict[str, Any]] = [
    {"headline": "profit rises", "created_at": "2024-01-03T15:00:00Z", "symbols": ["A", "X"]},
    {"headline": "profit falls", "created_at": "2024-01-03T16:00:00Z", "symbols": ["A"]},
    {"headline": "loss", "created_at": "2024-01-05T03:30:00Z", "symbols": ["B"]},  # the 4th in New York
    {"headline": "profit", "created_at": "2024-02-20T15:00:00Z", "symbols": ["A", "B"]},
    {"headline": "loss falls", "created_at": "2024-02-21T15:00:00Z", "symbols": ["BRK.B"]},
]


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder = tmp_path_factory.mktemp("bert")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "profit", "loss", "rises", "falls"]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    labels = dict(enumerate(("positive", "negative", "neutral")))
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        max_position_embeddings=32,
        id2label=labels,
        label2id={label: i for i, label in labels.items()},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return finbert(str(folder))


class Troubled(LoopbackService):
    troubles: ClassVar[list[int]] = []


@pytest.fixture
def service():
    """Two articles a page; `troubles` are statuses that come first."""

    def answer(path, query, headers):
        if running.troubles:
            return running.troubles.pop(0), "no"
        if headers["APCA-API-KEY-ID"] != "name":
            return 403, "forbidden"
        asked = set(query["symbols"].split(","))
        first, last = pd.Timestamp(query["start"]), pd.Timestamp(query["end"])
        found = [
            one
            for one in ARTICLES
            if first <= pd.Timestamp(one["created_at"]) < last and asked & set(one["symbols"])
        ]
        begin = int(query.get("page_token", 0))
        more = str(begin + 2) if begin + 2 < len(found) else None
        return 200, {"news": found[begin : begin + 2], "next_page_token": more}

    running = Troubled(answer)
    with running:
        yield running


def refresh(path, service, scores, last=LAST, keys=None, watch=lambda *look: None, symbols=("A", "B")):
    keys = keys or Keys("name", "secret")
    return refresh_news(
        path, symbols, FIRST, last, keys, scores, watch, address=service.url, pause=lambda seconds: None
    )


def test_every_day_has_a_row_and_an_article_counts_on_its_new_york_day(tmp_path, service, scores):
    path = tmp_path / "news.parquet"
    assert refresh(path, service, scores) == 4
    table = read_sentiment(path).set_index(["symbol", "date"])
    assert len(table) == 2 * 65
    assert table["articles"].sum() == 5
    assert table.loc[("A", pd.Timestamp("2024-01-03")), "articles"] == 2
    assert table.loc[("B", pd.Timestamp("2024-01-04")), "articles"] == 1
    one, other = scores(["profit rises", "profit falls"])
    expected = np.mean([each["positive"] - each["negative"] for each in (one, other)])
    assert table.loc[("A", pd.Timestamp("2024-01-03")), "score"] == pytest.approx(expected, abs=1e-6)


def test_a_stopped_refresh_goes_on_where_it_was(tmp_path, service, scores):
    path = tmp_path / "news.parquet"

    def stop(done, count, day):
        assert (done, count, day) == (1, 3, "2024-01-30")
        raise Cancelled

    with pytest.raises(Cancelled):
        refresh(path, service, scores, watch=stop)
    assert len(read_sentiment(path)) == 60
    service.asked.clear()
    refresh(path, service, scores)
    assert min(query["start"] for query in service.asked).startswith("2024-01-27")
    assert len(read_sentiment(path)) == 130


def test_refusals_are_waited_out_and_then_told(tmp_path, service, scores):
    service.troubles = [429, 503]
    assert refresh(tmp_path / "news.parquet", service, scores) == 4
    service.troubles = [429] * 9
    with pytest.raises(DataError, match="Alpaca answers 429"):
        refresh(tmp_path / "other.parquet", service, scores)


def test_wrong_keys_are_told(tmp_path, service, scores):
    with pytest.raises(DataError, match="ALPACA_API_KEY"):
        refresh(tmp_path / "news.parquet", service, scores, keys=Keys("other", "secret"))


def test_a_model_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DataError, match="cannot be loaded"):
        finbert(str(tmp_path / "nothing"))


@pytest.mark.parametrize(
    ("model", "name", "revision"),
    [
        (FINBERT, "ProsusAI/finbert", "4556d13015211d73dccd3fdd39d39232506f3e43"),
        ("owner/model", "owner/model", None),
        ("owner/model@main", "owner/model", "main"),
    ],
)
def test_a_model_of_the_hub_is_taken_at_its_revision(monkeypatch, model, name, revision):
    asked = []
    monkeypatch.setattr("transformers.pipeline", lambda task, **options: asked.append(options))
    finbert(model)
    assert (asked[0]["model"], asked[0]["revision"]) == (name, revision)


def test_a_folder_may_have_any_name(monkeypatch, tmp_path):
    folder, asked = tmp_path / "model@home", []
    folder.mkdir()
    monkeypatch.setattr("transformers.pipeline", lambda task, **options: asked.append(options))
    finbert(str(folder))
    assert (asked[0]["model"], asked[0]["revision"]) == (str(folder), None)


@pytest.mark.parametrize("symbol", ["BRK-B", "BRK.B"])
def test_a_share_class_is_asked_for_as_alpaca_writes_it_and_comes_back_to_its_stock(
    tmp_path, service, scores, symbol
):
    path = tmp_path / "news.parquet"
    assert refresh(path, service, scores, symbols=("A", symbol)) == 4
    assert {query["symbols"] for query in service.asked} == {"A,BRK.B"}
    scored = read_sentiment(path)
    assert outside_universe(scored, ("A", symbol)) == {}
    assert scored[scored["symbol"] == "BRK-B"]["articles"].sum() == 1


def test_a_share_class_that_was_asked_for_in_vain_is_fetched_again_and_the_others_are_not(
    tmp_path, service, scores
):
    days = [str(day.date()) for day in pd.date_range(FIRST, LAST)]
    write_scores(tmp_path, [(day, symbol, 0.0, 0) for day in days for symbol in ("A", "BRK-B")])
    path = tmp_path / "output" / "daily_sentiment.parquet"
    refresh(path, service, scores, symbols=("A", "BRK-B"))
    assert service.asked[0]["symbols"] == "BRK.B"
    assert read_sentiment(path)["articles"].sum() == 1
    service.asked.clear()
    refresh(path, service, scores, symbols=("A", "BRK-B"))
    assert min(query["start"] for query in service.asked).startswith("2024-03-02")


def test_a_new_symbol_gets_its_history_and_the_others_only_what_is_new(tmp_path, service, scores):
    path = tmp_path / "news.parquet"
    refresh(path, service, scores, symbols=("A",))
    service.asked.clear()
    refresh(path, service, scores, symbols=("A", "B"))
    assert [query["symbols"] for query in service.asked if "2024-01" in query["start"]] == ["B", "B"]
    assert len(read_sentiment(path)) == 2 * 65


def test_a_file_of_ones_own_is_brought_up_to_date_in_any_spelling(tmp_path, service, scores):
    write_scores(tmp_path, [("2024-01-02", "$a", 0.5, 2), ("2024-01-03", "a", 0.5, 9)])
    path = tmp_path / "output" / "daily_sentiment.parquet"
    refresh(path, service, scores, symbols=("A",))
    table = read_sentiment(path).set_index("date")
    assert table.loc["2024-01-03", "articles"] == 2  # Alpaca's
    assert len(table) == 65


@pytest.mark.parametrize(
    "page",
    [
        "{ cut off",
        [],
        {},
        {"message": "busy"},
        {"news": None},
        {"news": {}},
        {"news": ["article"]},
        {"news": [{"headline": "x", "symbols": ["A"]}]},
        {"news": [{"headline": "x", "symbols": None, "created_at": "2024-01-03T15:00:00Z"}]},
        {"news": [{"headline": "x", "symbols": ["A"], "created_at": "2024-01-03T15:00:00"}]},
        {"news": [{"headline": "x", "symbols": ["A"], "created_at": 5}]},
    ],
)
def test_an_answer_that_is_not_news_is_told_and_is_no_day_without_articles(tmp_path, scores, page):
    with LoopbackService(lambda *request: (200, page)) as service:
        with pytest.raises(DataError, match="Alpaca sends something else than news"):
            refresh(tmp_path / "news.parquet", service, scores)
        assert len(service.asked) == 4
    assert not (tmp_path / "news.parquet").exists()


def test_what_alpaca_says_of_a_question_that_it_refuses_is_shown_as_it_is(tmp_path, scores):
    with LoopbackService(lambda *request: (400, {"message": "invalid symbol: ^GSPC"})) as service:
        with pytest.raises(DataError, match=r"Alpaca answers 400: .*invalid symbol: \^GSPC"):
            refresh(tmp_path / "news.parquet", service, scores)
        assert len(service.asked) == 1
