"""Approved public figures enter here: by an import that is all or nothing, or by approving a proposed one."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ingest.attributes import GENDER, RACE, code_of
from ingest.csv_input import CsvError, Problem
from ingest.identity_csv import IdentityRow, Reference
from ingest.models import Identity, IdentityEvent
from ingest.tombstones import is_tombstoned, mark, names_of, one_line, tombstones_among
from mtf_site.roles import Role, has_role

Outcome = Literal["created", "already there"]
NO_REFERENCE = Reference("", "", "")
IMPORT_LOCK = 7_264_001  # PostgreSQL advisory lock: two imports at once would both find a name missing


class IdentityRefused(Exception):
    """One sentence that says why."""


@dataclass(frozen=True)
class RowReport:
    line: int
    name: str
    outcome: Outcome
    detail: str = ""


def approver(username: str) -> User:
    """The active admin account of this name, or IdentityRefused."""
    account = User.objects.filter(username=username, is_active=True).first()
    if account is None:
        raise IdentityRefused(_("There is no active account named %(username)r.") % {"username": username})
    if not has_role(account, Role.ADMIN):
        raise IdentityRefused(_("The account %(username)r does not have the role admin.") % {"username": username})
    return account


@transaction.atomic
def import_identities(rows: Iterable[IdentityRow], *, approved_by: User, basis: str) -> list[RowReport]:
    """Approve every row by this account on this basis (a row's own goes first).

    Raises CsvError with every faulty line, and then nothing was imported.
    """
    rows = list(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
    known = _Known(rows)
    problems = [problem for row in rows for problem in _problems(row, known, basis)]
    if problems:
        raise CsvError(sorted(problems))
    return [_enter(row, known, approved_by, basis) for row in rows]


@dataclass(frozen=True)
class Outlook:
    """What an import would say of one row."""

    problems: tuple[str, ...]
    existing: Identity | None


def outlook(rows: Iterable[IdentityRow], *, basis: str) -> dict[int, Outlook]:
    """By line, without importing anything."""
    rows = list(rows)
    known = _Known(rows)
    return {row.line: Outlook(tuple(text for _, text in _problems(row, known, basis)), known.find(row)) for row in rows}


class _Known:
    """What the database already has that these rows could meet."""

    def __init__(self, rows: list[IdentityRow]) -> None:
        everyone = list(Identity.objects.all())
        self.by_name = {one_line(identity.name).casefold(): identity for identity in everyone}
        self.by_wikidata = {identity.wikidata_id: identity for identity in everyone if identity.wikidata_id}
        self.slugs = {identity.slug for identity in everyone}
        self.tombstones = tombstones_among(mark(text) for row in rows for text in _names_of(row))

    def find(self, row: IdentityRow) -> Identity | None:
        return self.by_number(row) or self.by_name.get(row.name.casefold())

    def by_number(self, row: IdentityRow) -> Identity | None:
        numbers = (row.wikidata_id, *row.former_ids)
        return next((self.by_wikidata[number] for number in numbers if number in self.by_wikidata), None)


def _names_of(row: IdentityRow) -> list[str]:
    return [*names_of(row.name, row.aliases, row.wikidata_id), *row.former_ids]


def _problems(row: IdentityRow, known: _Known, basis: str) -> list[Problem]:
    found: list[str] = []
    if any(mark(text) in known.tombstones for text in _names_of(row)):
        found.append(_("This person was erased and must not enter again."))
    if not (row.basis or basis).strip():
        found.append(_("There is no basis for calling this a public figure."))
    if row.race and code_of(RACE, row.race) is None:
        found.append(
            _("Unknown race %(race)r; the classes are %(all)s.") % {"race": row.race, "all": ", ".join(RACE.values())}
        )
    if row.gender and code_of(GENDER, row.gender) is None:
        found.append(
            _("Unknown gender %(gender)r; the classes are %(all)s.")
            % {"gender": row.gender, "all": ", ".join(GENDER.values())}
        )
    if any(len(alias) > 200 for alias in row.aliases):
        found.append(_("An alias is longer than 200 characters."))
    namesake = known.by_name.get(row.name.casefold())
    if namesake and row.wikidata_id and namesake.wikidata_id not in (None, row.wikidata_id, *row.former_ids):
        found.append(
            _("Another person of this name is there already (%(wikidata_id)s).") % {"wikidata_id": namesake.wikidata_id}
        )
    return [(row.line, text) for text in found]


def _enter(row: IdentityRow, known: _Known, approved_by: User, basis: str) -> RowReport:
    existing = known.find(row)
    if existing is not None:
        is_same = existing.state == Identity.State.APPROVED and known.by_number(row) is not None
        added = _complete(existing, row) if is_same else []
        return RowReport(row.line, row.name, "already there", ", ".join([*_standing(existing, row), *added]))
    reference = row.reference or NO_REFERENCE
    entered = Identity.objects.create(
        name=row.name,
        slug=_free_slug(row.name, known.slugs),
        aliases=list(row.aliases),
        wikidata_id=row.wikidata_id or None,
        birth_date=row.birth_date,
        birth_precision=row.birth_precision,
        claimed_race=code_of(RACE, row.race),
        claimed_gender=code_of(GENDER, row.gender),
        about=row.about,
        commons_category=row.commons_category,
        reference_preview_sha256=reference.preview_sha256,
        reference_page_url=reference.page_url,
        reference_credit=reference.credit,
        public_figure_basis=row.basis or basis,
        approved_by=approved_by,
        approved_at=timezone.now(),
        state=Identity.State.APPROVED,
    )
    note = entered.public_figure_basis
    IdentityEvent.objects.create(identity=entered, kind=IdentityEvent.Kind.IMPORTED, by=approved_by, note=note)
    return RowReport(row.line, row.name, "created")


def _complete(identity: Identity, row: IdentityRow) -> list[str]:
    """Fill in what the same person's entry lacked for looking for pictures and comparing; names what was added."""
    added: dict[str, str] = {}
    if row.commons_category and not identity.commons_category:
        added["commons_category"] = row.commons_category
    if row.reference and not identity.reference_preview_sha256:
        added |= {f"reference_{name}": value for name, value in asdict(row.reference).items()}
    if added:
        Identity.objects.filter(pk=identity.pk).update(**added)
    words = {"commons_category": "Commons category added", "reference_credit": "reference picture added"}
    return [text for name, text in words.items() if name in added]


def _standing(identity: Identity, row: IdentityRow) -> list[str]:
    words = [] if identity.name == row.name else [f"as {identity.name}"]
    if identity.state != Identity.State.APPROVED:
        words.append(identity.get_state_display())
    if row.wikidata_id and identity.wikidata_id is None:
        words.append("without a Wikidata id")  # a namesake, perhaps: nobody's id is given to them unasked
    return words


def _free_slug(name: str, taken: set[str]) -> str:
    """Readable, unique and never empty; remembers what it gave."""
    stem = slugify(name)[:200] or "person"
    slug, number = stem, 2
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    taken.add(slug)
    return slug


@transaction.atomic
def approve(identity: Identity, *, by: User, basis: str) -> None:
    """A proposed identity becomes an approved one."""
    locked = Identity.objects.select_for_update().get(pk=identity.pk)
    if locked.state != Identity.State.PROPOSED:
        standing = locked.get_state_display()
        raise IdentityRefused(
            _("%(name)s is %(standing)s already; only a proposed one can be approved.")
            % {"name": locked.name, "standing": standing}
        )
    if is_tombstoned(locked):
        raise IdentityRefused(_("%(name)s was erased and must not enter again.") % {"name": locked.name})
    if not basis.strip():
        raise IdentityRefused(_("Say on what basis this is a public figure."))
    locked.state = Identity.State.APPROVED
    locked.approved_by, locked.approved_at, locked.public_figure_basis = by, timezone.now(), basis.strip()
    locked.save(update_fields=["state", "approved_by", "approved_at", "public_figure_basis"])
    IdentityEvent.objects.create(identity=locked, kind=IdentityEvent.Kind.APPROVED, by=by, note=basis.strip())


def approved() -> QuerySet[Identity]:
    return Identity.objects.filter(state=Identity.State.APPROVED)


@dataclass(frozen=True)
class Named:
    """Identities found for the names of an order, and the names for which there is no approved one."""

    found: tuple[Identity, ...]
    missing: tuple[str, ...]


def named(names: Iterable[str]) -> Named:
    """Approved identities by name, alias or slug, whatever the case."""
    everyone = list(approved())
    index = {one_line(alias).casefold(): identity for identity in everyone for alias in identity.aliases}
    index |= {identity.slug: identity for identity in everyone}
    # Names come last: a name goes before somebody else's alias.
    index |= {one_line(identity.name).casefold(): identity for identity in everyone}
    found: dict[int, Identity] = {}
    missing: list[str] = []
    for name in dict.fromkeys(names):
        identity = index.get(one_line(name).casefold())
        if identity is None:
            missing.append(name)
        else:
            found[identity.pk] = identity
    return Named(tuple(found.values()), tuple(missing))
