"""Licences: read from addresses, words, pages and files, judged by a policy, weighed, and credited."""

from ingest.licences.attribution import attribution_html, attribution_line
from ingest.licences.embedded import Embedded, embedded
from ingest.licences.families import FAMILIES, Family, family_of, needs_attribution, needs_same_licence
from ingest.licences.ids import (
    ALL_RIGHTS_RESERVED,
    CC_ID,
    NO_ASSERTION,
    NO_KNOWN_COPYRIGHT,
    PUBLIC_DOMAIN,
    SPDX_PORTS,
    US_GOV_WORK,
    licence_name,
    licence_url,
)
from ingest.licences.markup import LicenceLink
from ingest.licences.pages import PageLicence, licence_links, page_licence
from ingest.licences.policy import MTF, Judgement, Policy, PolicyError, Rule, load_policy, read_policy
from ingest.licences.statements import Said
from ingest.licences.urls import parse_licence_url
from ingest.licences.weighing import FOR_A_PERSON, Conclusion, weigh, weigh_file
from ingest.licences.words import (
    licence_in_words,
    licences_in_words,
    read_licence,
)

__all__ = [
    "ALL_RIGHTS_RESERVED",
    "CC_ID",
    "FAMILIES",
    "FOR_A_PERSON",
    "MTF",
    "NO_ASSERTION",
    "NO_KNOWN_COPYRIGHT",
    "PUBLIC_DOMAIN",
    "SPDX_PORTS",
    "US_GOV_WORK",
    "Conclusion",
    "Embedded",
    "Family",
    "Judgement",
    "LicenceLink",
    "PageLicence",
    "Policy",
    "PolicyError",
    "Rule",
    "Said",
    "attribution_html",
    "attribution_line",
    "embedded",
    "family_of",
    "licence_in_words",
    "licence_links",
    "licence_name",
    "licence_url",
    "licences_in_words",
    "load_policy",
    "needs_attribution",
    "needs_same_licence",
    "page_licence",
    "parse_licence_url",
    "read_licence",
    "read_policy",
    "weigh",
    "weigh_file",
]
