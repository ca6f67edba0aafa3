import pytest

from bench import _peers

TABLES = 100  # bench/agreement.py tries 500
COMPARED = {
    "krippendorff: nominal alpha",
    "krippendorff: ordinal alpha",
    "krippendorff: interval alpha",
    "irrCAC: percent agreement",
    "irrCAC: Gwet's AC1",
    "irrCAC: Fleiss' kappa",
    "irrCAC: standard error of AC1",
    "irrCAC: standard error of Fleiss' kappa",
    "statsmodels: Fleiss' kappa",
    "statsmodels: Cohen's kappa, weights none",
    "statsmodels: Cohen's kappa, weights linear",
    "statsmodels: Cohen's kappa, weights quadratic",
    "statsmodels: its standard error, weights none",
    "statsmodels: its standard error, weights linear",
    "statsmodels: its standard error, weights quadratic",
}


def test_figures_are_those_of_other_packages_on_random_tables() -> None:
    """Tables with gaps, columns of one value and lone votes; where one has no figure, neither has the other."""
    found = _peers.differences(TABLES)
    assert set(found) == COMPARED
    assert min(tables for tables, _ in found.values()) > TABLES / 8
    for name, (_, apart) in found.items():
        assert apart == pytest.approx(0, abs=1e-12), name
