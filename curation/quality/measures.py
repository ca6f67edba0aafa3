"""The coefficients that the quality pages show, of the votes on one field."""

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from curation.agreement import Agreement, agreement_of
from curation.agreement_report import tabled
from curation.coefficients import fleiss_kappa_figure, gwet_ac1_figure, percent_figure, scott_pi_figure
from curation.figure import Figure
from curation.krippendorff_alpha import alpha_figure
from curation.patterns import Patterns
from curation.vote_columns import Ballot

MEASURES: Mapping[str, str | Promise] = {
    "alpha": _("Krippendorff’s α"),
    "kappa": _("Fleiss’ κ"),
    "ac1": _("Gwet’s AC1"),
    "pi": _("Scott’s π"),
    "percent": _("Same answer"),
}
FIGURES: Mapping[str, Callable[[Patterns], Figure]] = {
    "alpha": lambda patterns: alpha_figure(patterns, "nominal"),
    "kappa": fleiss_kappa_figure,
    "ac1": gwet_ac1_figure,
    "pi": scott_pi_figure,
    "percent": percent_figure,
}


def agreement_on(cast: Ballot) -> Agreement:
    return agreement_of(tabled(cast))


def in_figures(found: Agreement) -> dict[str, Figure]:
    return {
        "alpha": found.krippendorff_alpha,
        "kappa": found.fleiss_kappa,
        "ac1": found.gwet_ac1,
        "pi": found.scott_pi,
        "percent": found.percent_agreement,
    }


def of_ballot(cast: Ballot, measure: str) -> Figure:
    """One coefficient alone, without a comparison of each two reviewers."""
    return FIGURES[measure](tabled(cast).patterns)
