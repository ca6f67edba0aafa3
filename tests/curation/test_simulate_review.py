import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("simulate_review", *arguments, stdout=out)
    return out.getvalue()


def quick(*arguments: str) -> str:
    return run("--quick", "--faces", "300", *arguments)


# ---- In memory: the database is out of reach in these tests


def test_quick_needs_no_database_and_compares_strategies() -> None:
    out = quick("--question", "gender", "--question", "usable")
    assert out.startswith("Six reviewers, 80 to 97 % right: 6 reviewers\n\nusable: 300 faces, 1 seed\n")
    assert [line.split("  ")[0] for line in out.splitlines() if " %  " in line] == [
        "majority, 3", "dawid-skene, 3", "third on disagreement", "adaptive",
    ] * 2  # fmt: skip
    assert quick("--question", "gender", "--question", "usable") == out


def test_json_tells_the_seeds_and_every_line() -> None:
    told: dict[str, Any] = json.loads(
        quick("--json", "--question", "age", "--seeds", "5", "--first-seed", "7", "--votes", "2", "3")
    )
    assert (told["seeds"], told["reviewers"]) == ([7, 8, 9, 10, 11], 6)
    by_name = {line["strategy"]: line for line in told["lines"]}
    assert by_name["dawid-skene, 3"]["difference"] is None
    assert by_name["majority, 2"]["difference"]["low"] < by_name["majority, 2"]["difference"]["high"]
    assert by_name["adaptive"]["ratio"] < 1
    assert by_name["majority, 3"]["per_face"] == 3


def test_reviewers_and_profile_are_as_told(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    people = "\n".join(f'[[annotators]]\nname = "{n}"\naccuracy = 0.9' for n in range(4))
    mine.write_text(f'title = "Mine"\n[fields.hat]\nclasses = {{ yes = 0.5, no = 0.5 }}\n{people}\n')
    out = quick("--profile", str(mine), "--reviewers", "3")
    assert out.startswith("Mine: 3 reviewers\n\nhat: 300 faces")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--profile", "/nowhere.toml"], "/nowhere.toml cannot be read: No such file"),
        (["--question", "hat"], "the profile has no field “hat”; there are: usable, race"),
        (["--reviewers", "0"], "1 to 1,000 reviewers"),
        (["--reviewers", "2"], "3 votes on a face want 3 reviewers, and there are 2"),
        (["--seeds", "0"], "at least one seed"),
        (["--first-seed", "-1"], "no less than 0"),
        (["--faces", "0"], "the number of faces must be a whole number from 1"),
        (["--votes", "0"], "a face gets 1 to 9 votes"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says) as refused:
        run("--quick", *arguments)
    assert refused.value.returncode == 1
    assert "\n" not in str(refused.value)
