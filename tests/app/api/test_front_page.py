"""What the pages' HTML is told beyond what Streamlit says, and every other answer that stays as it is."""

import gzip

import pytest
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.testclient import TestClient

from app.api.front_page import TOLD, FrontPage

PAGE = b"<html><head><title>x</title></head><body></body></html>"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def asked(answer, method="GET", **headers):
    return TestClient(FrontPage(answer)).request(method, "/training", headers={**BROWSER, **headers})


def test_the_head_of_a_page_is_told_where_its_server_is():
    said = asked(Response(PAGE, media_type="text/html"))
    assert said.content == PAGE.replace(b"</head>", TOLD + b"</head>")
    assert b"BACKEND_BASE_URL" in said.content
    assert int(said.headers["content-length"]) == len(said.content)


def test_a_page_is_never_taken_for_the_file_that_it_was_made_of(tmp_path):
    """Neither compressed, nor as a part, nor as "not modified": a browser may have another release's."""
    file = tmp_path / "index.html"
    file.write_bytes(PAGE)
    first = asked(FileResponse(file))
    assert not {"etag", "last-modified"} & set(first.headers)

    async def by_its_request(scope, receive, send):
        names = {name for name, _ in scope["headers"]}
        body = gzip.compress(PAGE) if b"accept-encoding" in names else PAGE
        status = 304 if b"if-none-match" in names else 206 if b"range" in names else 200
        await Response(body, status, media_type="text/html")(scope, receive, send)

    again = {"If-None-Match": '"a"', "Range": "bytes=0-9", "Accept-Encoding": "gzip"}
    said = asked(by_its_request, **again)
    assert (said.status_code, TOLD in said.content) == (200, True)


@pytest.mark.parametrize(
    ("answer", "headers"),
    [
        (PlainTextResponse("</head>"), {}),
        (Response(PAGE, media_type="text/html"), {"Accept": "*/*"}),
    ],
)
def test_what_is_no_page_for_a_browser_stays_as_it_is(answer, headers):
    assert asked(answer, **headers).content == answer.body


def test_the_headers_alone_are_answered_without_a_body():
    async def headers_alone(scope, receive, send):
        start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]}
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    assert asked(headers_alone, "HEAD").content == b""
