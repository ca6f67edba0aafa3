import pytest

from ingest.captcha import is_captcha
from tests.ingest.crawling import BY, page

LONG = b"<p>" + b"A photograph of the minister at the opening of the new bridge. " * 20 + b"</p>"


@pytest.mark.parametrize(
    "body",
    [
        b"<html><head><title>Just a moment...</title></head><body></body></html>",
        b"<title>Attention Required! | Cloudflare</title>" + LONG,
        b"<script>window._cf_chl_opt={cvId:'3'}</script>" + LONG,
        b'<div id="px-captcha"></div>' + LONG,
        b"<script src='https://geo.captcha-delivery.com/x.js'></script>",
        b"<p>Our systems have detected unusual traffic from your computer network.</p>" + LONG,
        b"<h1>Verify you are human</h1><form></form>",
        "<p>Please confirm that you’re human</p>".encode(),
        b"<title>Robot Check</title>",
        b"<body><p>Type the characters of the CAPTCHA</p></body>",
    ],
)
def test_a_guards_question_is_known(body: bytes) -> None:
    assert is_captcha(body)


@pytest.mark.parametrize(
    "body",
    [
        page(BY).body,
        b"",
        LONG + b"<form><label>Are you a human?</label><div class=g-recaptcha></div></form>",
        b"<script src='https://www.google.com/recaptcha/api.js'></script><p>Photo by Ada, CC BY</p>",
        b"<style>.captcha{}</style><p>A photo</p>",
        b"<title>Just a momentous day</title>" + LONG.replace(b"bridge", b"captcha museum"),
    ],
)
def test_a_page_that_has_a_captcha_beside_its_words_is_a_page(body: bytes) -> None:
    assert not is_captcha(body)
