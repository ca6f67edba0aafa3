from pathlib import Path

import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from ingest import checks, licence_policy
from ingest.licences import (
    ALL_RIGHTS_RESERVED,
    FAMILIES,
    MTF,
    PUBLIC_DOMAIN,
    Policy,
    PolicyError,
    family_of,
    load_policy,
    read_policy,
)

RESEARCH = 'title = "Research"\nneeds = ["modify", "redistribute"]\n'


def test_the_built_in_policy_needs_all_three() -> None:
    assert MTF.needs == {"modify", "commercial", "redistribute"}
    assert (MTF.name, MTF.title) == ("mtf", "Multi-Task Faces")
    assert MTF.judge("OGL-UK-3.0").why
    assert MTF.judge(PUBLIC_DOMAIN).verdict == "ask"  # words alone; the marks and dedications are taken


@pytest.mark.parametrize(
    ("needs", "taken"),
    [
        (["modify", "commercial", "redistribute"], {"public_domain", "share_alike", "attribution"}),
        (["modify", "redistribute"], {"public_domain", "share_alike", "attribution", "nc"}),
        (["redistribute"], {"public_domain", "share_alike", "attribution", "nc", "nd", "nc_nd"}),
        (["commercial"], {"public_domain", "share_alike", "attribution", "nd"}),
    ],
)
def test_what_is_needed_decides_which_families_are_taken(needs: list[str], taken: set[str]) -> None:
    policy = read_policy("own", {"needs": needs})
    free = {"no_known_copyright", "open_government", "free_art", "gfdl"}  # which mtf shows to a person
    assert {f.name for f in FAMILIES if policy.judge(f.example).verdict == "take"} == taken | free


def test_every_family_knows_its_example_and_no_other_claims_it() -> None:
    assert [family_of(family.example) for family in FAMILIES] == list(FAMILIES)


def test_lists_come_before_what_follows_from_the_needs() -> None:
    policy = read_policy(
        "own",
        {
            "needs": ["modify"],
            "ask": [{"licences": ["CC-BY-*"], "reason": "our_lawyer"}],
            "refuse": [{"licences": ["CC-BY-1.0"], "reason": "too_old", "why": "It is from 2002."}],
            "take": [{"licences": ["LicenseRef-Ours"], "reason": "ours"}],
        },
    )
    assert policy.judge("CC-BY-4.0").reason == "our_lawyer"
    assert (policy.judge("CC-BY-1.0").verdict, policy.judge("CC-BY-1.0").why) == ("refuse", "It is from 2002.")
    assert policy.judge("LicenseRef-Ours").verdict == "take"
    assert policy.judge("CC0-1.0").verdict == "take"
    assert policy.judge(ALL_RIGHTS_RESERVED).reason == "all_rights_reserved"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("needs = [", "is no TOML"),
        ("", "needs a list “needs” of: commercial, modify, redistribute"),
        ("needs = []", "needs a list “needs”"),
        ('needs = ["fly"]', "needs a list “needs”"),
        ('needs = "modify"', "needs a list “needs”"),
        ('needs = ["modify"]\nneed = 1', "the unknown key 'need'"),
        ('needs = ["modify"]\ntake = "CC0-1.0"', "must write [[take]]"),
        ('needs = ["modify"]\n[[ask]]\nreason = "x"', "a list “ask” without “licences”"),
        ('needs = ["modify"]\n[[ask]]\nlicences = ["CC0-1.0"]', "no “reason” of small letters"),
        ('needs = ["modify"]\n[[ask]]\nlicences = ["CC0-1.0"]\nreason = "No!"', "no “reason” of small letters"),
        (
            'needs = ["modify"]\n[[ask]]\nlicences = ["X"]\nreason = "x"\n[[take]]\nlicences = ["X"]\nreason = "x"',
            "says both “ask” and “take” of X",
        ),
        (
            'needs = ["commercial"]\n[[take]]\nlicences = ["CC-BY-NC-*"]\nreason = "x"',
            "takes CC-BY-NC-ND-4.0, which does not permit what it needs: commercial",
        ),
    ],
)
def test_a_policy_that_cannot_be_meant_is_one_sentence(
    tmp_path: Path, settings: Settings, text: str, sentence: str
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(PolicyError) as error:
        load_policy(str(path))
    assert sentence in str(error.value)
    settings.LICENCE_POLICY = str(path)
    (found,) = checks.licence_policy(None)
    assert (found.id, found.msg) == ("ingest.E004", str(error.value))


@pytest.mark.parametrize("name", ["nobody", "/nowhere/own.toml", "../mtf"])
def test_a_policy_that_is_not_there_is_said(settings: Settings, name: str) -> None:
    settings.LICENCE_POLICY = name
    found: list[CheckMessage] = checks.licence_policy(None)
    assert [message.id for message in found] == ["ingest.E004"]
    assert "name one of mtf" in found[0].msg


def test_the_setting_names_the_policy_in_force(settings: Settings, tmp_path: Path) -> None:
    assert checks.licence_policy(None) == []
    assert licence_policy.policy_in_force() == MTF
    path = tmp_path / "research.toml"
    path.write_text(RESEARCH)
    settings.LICENCE_POLICY = str(path)
    assert licence_policy.policy_in_force() == Policy("research", "Research", frozenset({"modify", "redistribute"}))
    assert licence_policy.judge("CC-BY-NC-4.0").verdict == "take"
