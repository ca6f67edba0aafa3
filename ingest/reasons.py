"""What the codes of refusals and failures mean, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ingest import quality

NO_FACE = "no_face"
GROUP_PHOTO = "group_photo"
# Why a photo gave no face: what another detector or another threshold may judge otherwise.
FACELESS = (NO_FACE, GROUP_PHOTO, quality.TOO_SMALL, quality.BLURRED)

REASONS: Mapping[str, str | Promise] = {
    "licence_nc": _("non-commercial (NC)"),
    "licence_nd": _("licence forbids changes (ND)"),
    "licence_all_rights_reserved": _("all rights reserved"),
    "licence_unknown": _("licence unknown"),
    "page_unreadable": _("source page cannot be read"),
    "licence_unproved": _("licence not proved"),
    "licence_ask": _("licence needs a person's decision"),
    "licence_contradictory": _("contradictory words about the licence"),
    "licence_in_file": _("the file names another licence"),
    "licence_sources_differ": _("sources of the photo name different licences"),
    "licence_not_passed_on": _("licence forbids passing on"),
    "licence_sold": _("sign that the picture is sold"),
    "licence_decided": _("refused by a person"),
    "robots": _("robots.txt forbids it"),
    "robots_unreachable": _("robots.txt cannot be read"),
    "captcha": _("asks whether we are human (captcha)"),
    "redis_away": _("Redis does not answer"),
    "identity_not_approved": _("person no longer approved"),
    "throttled": _("waits for its turn at this host"),
    "cap_reached": _("this person has enough photos"),
    "near_duplicate_erased": _("looks like an erased picture"),
    "group_photo": _("too many faces in the photo"),
    "small": _("small"),
    "blurred": _("blurred"),
    "dark": _("dark"),
    "bright": _("overexposed"),
    "no_eyes": _("no eyes found"),
    "disk_full": _("the picture store is full"),
    "exact_duplicate": _("exact duplicate"),
    "no_face": _("no face found"),
    "face_too_small": _("face too small"),
    "erased": _("erased, must not enter again"),
    "no_contact": _("no contact address set"),
    "not_a_picture": _("not a picture"),
    "unsupported_format": _("kind of picture not taken"),
    "broken_picture": _("broken picture"),
    "too_many_pixels": _("too many pixels"),
    "too_many_bytes": _("file too large"),
    "too_large": _("file too large"),
    "too_small": _("picture too small"),
    "too_slow": _("picture takes too long to read"),
    "wrong_type": _("server sent no picture"),
    "blocked_address": _("address that is not public"),
    "bad_url": _("address cannot be used"),
    "unknown_host": _("no such host"),
    "certificate": _("server's certificate is not valid"),
    "redirect_loop": _("redirects in a circle"),
    "too_many_redirects": _("too many redirects"),
    "outside_folder": _("leads out of the folder"),
    "file_missing": _("file cannot be read"),
    "timeout": _("server too slow"),
    "truncated": _("download broke off"),
    "connection": _("connection failed"),
    "unforeseen": _("an error that nobody foresaw"),
    "gave_up": _("given up after several attempts"),
    "identity_merged": _("the person was merged into another, who has this hit too"),
}


def in_words(code: str) -> str:
    if code in REASONS:
        return str(REASONS[code])
    if code.startswith("http_"):
        return f"server answered {code.removeprefix('http_')}"
    return code.replace("_", " ")
