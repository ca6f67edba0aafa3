"""The reviewer's screen in a real browser: one key an answer, nothing lost, everything undone."""

import io
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from PIL import Image
from playwright.sync_api import Page, expect

from curation.claims import open_claims
from curation.models import Annotation, Claim, Flag, Skip
from curation.reopening import reopen
from ingest import store
from ingest.models import DuplicateGroup, Face, Identity
from mtf_site.roles import Role
from tests import factories
from tests.curation import scenes

SignIn = Callable[[User], Page]
SYNC = "**/review/sync/"


def jpeg(size: tuple[int, int], shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (shade, 90, 120)).save(out, "JPEG")
    return out.getvalue()


def visible_claims(count: int, identity: Identity | None = None) -> list[Claim]:
    """Claims whose crops and photos the browser can really load."""
    identity = identity or factories.identity("Ada Marlow")
    faces = []
    for n in range(count):
        photo = factories.photo(preview_sha256=store.put("previews", jpeg((1200, 900), n)))
        factories.candidate(identity, photo)
        faces.append(factories.face(photo, crop_sha256=store.put("crops", jpeg((320, 320), n))))
    open_claims()
    return list(Claim.objects.filter(face__in=faces).order_by("id"))


def accepted_claims(count: int) -> list[int]:
    claims = visible_claims(count)
    for claim in claims:
        for reviewer in factories.reviewers(2):
            scenes.say(reviewer, claim)
    return [claim.pk for claim in claims]


def open_screen(page: Page, path: str = "/review/") -> Page:
    page.goto(path)
    seen(page)
    return page


def seen(page: Page) -> None:
    expect(page.locator("#review")).to_have_attribute("data-state", "asking")
    expect(page.locator("[data-slot=crop] img")).to_be_visible()


def shows(page: Page, claim: int) -> None:
    expect(page.locator("input[name=claim]")).to_have_value(str(claim))
    seen(page)


def claim_on(page: Page) -> int:
    return int(page.input_value("input[name=claim]"))


def press(page: Page, key: str) -> int:
    """Answers the face on the screen with one key; says which claim it was."""
    seen(page)
    claim = claim_on(page)
    page.keyboard.press(key)
    return claim


def saved(page: Page) -> None:
    """Waits until the outbox is empty; also so that no request runs into the next test's empty tables."""
    expect(page.locator("[data-slot=saving]")).to_have_text("✓ saved")
    expect(page.locator("[data-slot=saving]")).to_have_attribute("aria-busy", "false")


def answers(claim: int) -> list[tuple[str, str]]:
    return list(Annotation.objects.filter(claim=claim).order_by("received_at").values_list("verdict", "reason"))


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    visible_claims(8)
    return open_screen(sign_in(factories.reviewer()))


def test_one_key_accepts_rejects_quarantines_and_skips(page: Page) -> None:
    pressed = {key: press(page, key) for key in ("a", "x", "4", "u", "0", " ")}
    saved(page)
    assert answers(pressed["a"]) == [("accept", "")]
    assert answers(pressed["x"]) == [("reject", "wrong_person")]
    assert answers(pressed["4"]) == [("reject", "occluded")]
    assert answers(pressed["u"]) == [("quarantine", "under_age")]
    assert answers(pressed["0"]) == [("cannot_tell", "")]
    assert Skip.objects.get().claim_id == pressed[" "]


def test_a_reference_picture_is_painted_for_those_who_have_one(sign_in: SignIn) -> None:
    kept = {
        "reference_preview_sha256": store.put("previews", jpeg((640, 800), 9)),
        "reference_page_url": "https://commons.example.org/wiki/File:Ada_Marlow_1.jpg",
        "reference_credit": "Ada Marlow 1.jpg · J. Okafor · CC BY-SA 4.0 · Wikimedia Commons",
    }
    visible_claims(1, factories.identity("Ada Marlow", **kept))
    visible_claims(1, factories.identity("Bo Lindqvist"))
    page = open_screen(sign_in(factories.reviewer()))
    first = _person_on(page)
    claim = press(page, " ")
    expect(page.locator("input[name=claim]")).not_to_have_value(str(claim))
    assert {first, _person_on(page)} == {"Ada Marlow", "Bo Lindqvist"}
    saved(page)


def _person_on(page: Page) -> str:
    """Whom the screen names, after a look at what it shows to compare with."""
    seen(page)
    name = page.locator("p[data-slot=name]").inner_text()
    picture, none = page.locator("[data-slot=reference-picture]"), page.locator("[data-slot=no-reference]")
    if name == "Ada Marlow":
        expect(picture).to_contain_text("Reference picture Ada Marlow 1.jpg · J. Okafor")
        expect(picture.locator("a")).to_have_attribute("href", "https://commons.example.org/wiki/File:Ada_Marlow_1.jpg")
        expect(picture.locator("img")).to_be_visible()
        expect(none).to_be_hidden()
    else:
        expect(picture).to_be_hidden()
        expect(none).to_be_visible()
    return name


def test_relabel_takes_a_name_from_the_list(page: Page) -> None:
    factories.identity("Bo Lindqvist")
    claim = press(page, "r")
    page.keyboard.type("lind")
    expect(page.locator("#relabel-found li")).to_have_text("Bo Lindqvist")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=claim]")).not_to_have_value(str(claim))
    saved(page)
    assert Annotation.objects.get(claim=claim, verdict="relabel").relabel_to.name == "Bo Lindqvist"  # type: ignore[union-attr]


LATE_CLOSING = """
addEventListener("close", (event) => {
  if (event.late) return;
  event.stopImmediatePropagation();
  setTimeout(() => event.target.dispatchEvent(Object.assign(new Event("close"), { late: true })), 1000);
}, true);
"""


def test_a_quick_hand_at_the_list_answers_the_face_it_means(sign_in: SignIn) -> None:
    """Enter before the names are there, the next key before the browser has said that the list is closed."""
    visible_claims(3), factories.identity("Bo Lindqvist"), factories.identity("Bo Lindström")
    page = sign_in(factories.reviewer())
    page.add_init_script(LATE_CLOSING)
    open_screen(page)
    first = press(page, "r")
    page.keyboard.type("lind")
    page.keyboard.press("Enter")
    expect(page.locator("#relabel-found li")).to_have_text(["Bo Lindqvist", "Bo Lindström"])
    expect(page.locator("#dialog-relabel")).to_be_visible()  # two are found: nobody chose between them
    page.keyboard.type("q")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=claim]")).not_to_have_value(str(first))
    second = press(page, "r")
    expect(page.locator("#relabel-found kbd").first).to_be_visible()
    page.keyboard.press("1")
    third = press(page, "x")
    saved(page)
    assert len({first, second, third}) == 3
    assert dict(Annotation.objects.values_list("claim", "verdict")) == {
        first: "relabel",
        second: "relabel",
        third: "reject",
    }
    assert set(Annotation.objects.filter(verdict="relabel").values_list("relabel_to__name", flat=True)) == {
        "Bo Lindqvist"
    }


def test_other_reason_and_flag_ask_for_words_and_keys_rest_meanwhile(page: Page) -> None:
    claim = press(page, "9")
    page.keyboard.type("a wax figure")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=claim]")).not_to_have_value(str(claim))
    flagged = press(page, "f")
    page.keyboard.type("a x 3")
    page.click("#dialog-flag button[value=done]")
    expect(page.locator(".toast")).to_have_text("Flagged; thank you")
    saved(page)
    assert Annotation.objects.get().note == "a wax figure"
    assert (Flag.objects.get().claim_id, Flag.objects.get().comment) == (flagged, "a x 3")


def test_space_after_a_click_skips_instead_of_pressing_the_button_again(page: Page) -> None:
    clicked = claim_on(page)
    page.click(".actions [data-action=accept]")
    expect(page.locator("input[name=claim]")).not_to_have_value(str(clicked))
    skipped = press(page, " ")
    saved(page)
    assert answers(clicked) == [("accept", "")]
    assert answers(skipped) == []
    assert Skip.objects.get().claim_id == skipped


def test_a_face_answered_on_this_page_comes_again_when_it_is_reopened(sign_in: SignIn) -> None:
    [claim] = visible_claims(1)
    page = open_screen(sign_in(factories.reviewer()))
    press(page, "a")
    saved(page)
    expect(page.locator("#review")).to_have_attribute("data-state", "empty")
    senior = factories.user(Role.ADJUDICATOR)
    assert reopen(claims=[claim.pk], question="usable", cause="requeued", reason="bad light", by=senior) == 1
    page.evaluate("dispatchEvent(new Event('online'))")
    seen(page)
    press(page, "x")
    saved(page)
    assert len(answers(claim.pk)) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_scrolls_and_axe_is_content(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # no colour on its way
    assert page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]") == [720, 1280]
    cut = "[...document.querySelectorAll('.side, .stage')].filter((box) => box.scrollHeight > box.clientHeight).length"
    assert page.evaluate(cut) == 0
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []


def test_near_duplicates_stand_beside_the_crop_and_nothing_moves(sign_in: SignIn) -> None:
    group, claims = DuplicateGroup.objects.create(), visible_claims(2)
    for n in range(6):
        photo = factories.photo()
        factories.candidate(claims[0].identity, photo)
        factories.face(photo, crop_sha256=store.put("crops", jpeg((200, 200), 100 + n)), duplicate_group=group)
    page = open_screen(sign_in(factories.reviewer()))
    Face.objects.filter(pk=Claim.objects.get(pk=claim_on(page)).face_id).update(duplicate_group=group)
    page.reload()
    with_copies = {claim_on(page): place_of_crop(page)}
    expect(page.locator("[data-slot=copies-count]")).to_have_text("6 near-duplicates. This one is asked for all.")
    expect(page.locator(".copies img")).to_have_count(4)
    copies, crop = page.locator(".copies").bounding_box(), page.locator("[data-slot=crop]").bounding_box()
    assert copies is not None
    assert crop is not None
    assert copies["x"] + copies["width"] <= crop["x"]
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert Axe().run(page).response["violations"] == []
    first = press(page, "a")
    seen(page)
    expect(page.locator(".copies")).to_be_hidden()
    assert place_of_crop(page) == with_copies[first]
    page.keyboard.press("z")
    expect(page.locator(".copies")).to_be_visible()
    expect(page.locator(".copies img")).to_have_count(4)
    saved(page)
    assert len(claims) == 2


def place_of_crop(page: Page) -> object:
    seen(page)
    return page.locator("[data-slot=crop]").bounding_box()
