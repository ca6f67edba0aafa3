"""Where every page of the product is to be seen: for each name of the URL resolver the addresses to visit.

`{names}` are filled in from `world.build`. Whoever adds a page adds a line here, or the tests of every page fail.
"""

from django.urls import URLPattern, get_resolver

from tests.e2e.world import Names

VISITS: dict[str, list[str]] = {
    # Reviewing
    "home": ["/"],
    "review": ["/review/"],
    "attributes": ["/review/attributes/"],
    "grid": ["/review/grid/"],
    "practice": ["/review/practice/", "/review/practice/?seen={practised}"],
    "practice-attributes": ["/review/practice/attributes/", "/review/practice/attributes/?seen={perceived}"],
    "answers": ["/answers/?pace=1", "/answers/?list=flags"],
    "answer-take-back": ["/answers/{reviewer_answer}/take-back/", "/answers/{adjudicator_answer}/take-back/"],
    "paused": ["/review/usable/paused/"],
    "profile": ["/profile/"],
    "profile-about": ["/profile/about/"],
    "profile-keys": ["/profile/keys/"],
    # Disputes
    "disputes": [
        f"/disputes/?list={name}"
        for name in ("quarantined", "usable", "attributes", "nobody_left", "flags", "skipped", "decided")
    ],
    "dispute": [
        "/disputes/{disputed}/usable/?names=1",
        "/disputes/{disputed_attributes}/attributes/",
        "/disputes/{flagged}/usable/",
        "/disputes/{alarm}/usable/",
        "/disputes/{often_skipped}/usable/",
    ],
    "contradictions": ["/disputes/contradictions/"],
    "contradiction": ["/disputes/contradictions/{torn}/race/"],
    "unclear": ["/disputes/unclear/"],
    # Faces
    "faces": ["/faces/", "/faces/?size=l&state=accepted", "/faces/?q=nobody"],
    "face": [f"/faces/{{{which}}}/" for which in ("face", "rejected_face", "waiting_face", "barred_face")],
    "faces-requeue": ["/faces/requeue/?claim={claim}", "/faces/requeue/?claim={claim}&question=attributes"],
    "requeue": ["/faces/requeue/{requeue}/", "/faces/requeue/{finished_requeue}/"],
    "photos": ["/photos/", "/photos/?view=table"],
    "photo-page": ["/photos/{photo}/"],
    "candidates": ["/candidates/", "/candidates/?host=x"],
    # Identities and crawling
    "identities": ["/identities/", "/identities/?q=nobody"],
    "identity": [f"/identities/{{{which}}}/" for which in ("identity", "proposed", "retired", "merged")],
    "identity-approve": ["/identities/{proposed}/approve/"],
    "identity-retire": ["/identities/{identity}/retire/"],
    "identity-reactivate": ["/identities/{retired}/reactivate/"],
    "identity-edit": ["/identities/{identity}/edit/"],
    "identity-merge": ["/identities/{torn}/merge/?q=a", "/identities/{torn}/merge/?into={identity}"],
    "identity-import": ["/identities/import/"],
    "identity-import-wikidata": ["/identities/import/wikidata/"],
    "jobs": ["/jobs/"],
    "job": [f"/jobs/{{{which}}}/" for which in ("job", "paused_job", "cancelled_job", "done_job", "trial_job")],
    "job-new": ["/jobs/new/?identity={identity}", "/jobs/new/?source=urls"],
    "job-cancel": ["/jobs/{job}/cancel/"],
    "licences": ["/licences/"],
    "balance": ["/balance/"],
    # Quality and gold
    "quality": ["/quality/", "/quality/?since=2031-01-01"],
    "quality-pairs": ["/quality/pairs/"],
    "quality-confusion": ["/quality/confusion/"],
    "quality-reasons": ["/quality/rejects/"],
    "quality-pace": ["/quality/pace/"],
    "quality-identities": ["/quality/identities/"],
    "quality-modes": ["/quality/modes/"],
    "quality-faces": ["/quality/faces/"],
    "gold": ["/gold/", "/gold/?question=attributes"],
    "gold-reviewers": ["/gold/reviewers/"],
    "gold-retire": ["/gold/{gold}/retire/"],
    # Rules, people, releases
    "policies": ["/policies/"],
    "policy": ["/policies/{policy}/", "/policies/{draft}/"],
    "policy-new": ["/policies/new/"],
    "policy-edit": ["/policies/{draft}/edit/"],
    "policy-delete": ["/policies/{draft}/delete/"],
    "policy-activate": ["/policies/{draft}/activate/"],
    "people": ["/people/", "/people/?q=nobody"],
    "annotators": ["/people/annotators/"],
    "invite": ["/people/invite/"],
    "person": ["/people/{zoe}/", "/people/{gone}/"],
    "person-deactivate": ["/people/{zoe}/deactivate/"],
    "person-reactivate": ["/people/{gone}/reactivate/"],
    "person-excuse": ["/people/{zoe}/excuse/"],
    "person-limit": ["/people/{zoe}/limit/"],
    "accuracy": ["/people/{hasty}/accuracy/"],
    "person-pause": ["/people/{zoe}/pause/"],
    "pause-lift": ["/people/{hasty}/pauses/{pause}/lift/"],
    "exclude": ["/people/{zoe}/exclude/"],
    "exclusion": ["/people/{zoe}/exclusions/{exclusion}/"],
    "release-sheet": ["/releases/sheet/"],
    "releases": ["/releases/", "/releases/?set=non-curated&accept=licence_unproved"],
    "release": ["/releases/1.0.0/"],
    "release-paper": ["/releases/1.0.0/papers/README.md", "/releases/1.0.0/papers/reports/balance.md"],
    "release-compare": ["/releases/compare/?from=1.0.0&to=1.1.0"],
    "freezing": ["/releases/orders/{stopped}/", "/releases/orders/{ordered}/"],
    # For strangers
    "login": ["/login/?next=/review/"],
    "invitation": ["/invitation/{token}/"],
    "password_change": ["/password/"],
    "password_change_done": ["/password/changed/"],
    "password_reset": ["/password/reset/"],
    "password_reset_done": ["/password/reset/sent/"],
    "password_reset_confirm": ["/password/reset/{uid}/{reset}/", "/password/reset/{uid}/gone/"],
    "password_reset_complete": ["/password/reset/complete/"],
}
# What refuses, each with the reply's own status: a page of one's own role, of nobody, a link that was used.
REFUSALS = ["/nowhere/", "/people/", "/policies/", "/review/", "/faces/{face}/", "/invitation/used/"]
# What is no page of its own: actions that are only sent, pieces of pages, data, pictures.
NO_PAGE = {
    "grid-next", "grid-answer", "grid-undo", "practice-end", "review-sync", "review-heartbeat", "review-leave",
    "review-answer", "review-identities", "review-unskip", "flag-seen",
    "dispute-decide", "dispute-return", "quarantine-decide", "flag-resolve",
    "contradiction-stand", "contradiction-again", "requeue-cancel",
    "job-priority", "job-progress", "job-pause", "job-resume", "job-retry", "job-whole",
    "licence-decide", "licence-evidence", "policy-compare", "policy-progress", "invitation-withdraw",
    "release-order", "release-download", "freezing-progress", "freezing-cancel",
    "person-roles", "leases-release", "gold-choose",
    "crop", "guideline-picture", "photo", "logout", "health-live", "health-ready",
}  # fmt: skip


def names() -> set[str]:
    """Of every address of ours; Django's own admin is Django's."""
    inner = [one for one in get_resolver().url_patterns if not isinstance(one, URLPattern) and one.app_name != "admin"]
    patterns = [pattern for resolver in (get_resolver(), *inner) for pattern in resolver.url_patterns]
    return {pattern.name for pattern in patterns if isinstance(pattern, URLPattern) and pattern.name}


def addresses(known: Names) -> dict[str, list[str]]:
    return {name: [url.format_map(known) for url in urls] for name, urls in VISITS.items()}


def refusals(known: Names) -> list[str]:
    return [url.format_map(known) for url in REFUSALS]
