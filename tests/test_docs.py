"""The commands that README.md and docs/ tell people to type exist, and take what is written there."""

import re
import shlex

import pytest
from django.core.management import get_commands, load_command_class

from tests.conftest import REPO

PAGES = ["README.md", "CONTRIBUTING.md", *(str(page.relative_to(REPO)) for page in REPO.glob("docs/*.md"))]


def blocks(page: str) -> str:
    return "\n".join(re.findall(r"^```\w*\n(.*?)^```", (REPO / page).read_text(), re.DOTALL | re.MULTILINE))


def told() -> list[tuple[str, str]]:
    return [
        (page, line.split("manage.py ", 1)[1].partition("  #")[0].strip())
        for page in PAGES
        for line in blocks(page).splitlines()
        if "manage.py " in line and not line.startswith("docker")
    ]


@pytest.mark.parametrize(("page", "command"), told())
def test_told_commands_take_what_is_written(page: str, command: str) -> None:
    name, *arguments = shlex.split(command)
    app = get_commands()[name]
    parser = load_command_class(app, name).create_parser("manage.py", name)
    parser.parse_args(arguments)


def test_readme_tells_the_two_commands_that_the_makefile_has() -> None:
    makefile = (REPO / "Makefile").read_text()
    for target in ("demo", "test"):
        assert f"make {target}" in blocks("README.md")
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_every_link_to_a_file_leads_somewhere() -> None:
    for page in PAGES:
        folder = (REPO / page).parent
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", (REPO / page).read_text()):
            assert (folder / target).exists(), f"{page}: {target}"


def test_settings_page_names_every_variable() -> None:
    read = set(re.findall(r'"((?:MTF_)?[A-Z_]+)"', (REPO / "mtf_site" / "settings.py").read_text()))
    wanted = {name for name in read if name.startswith("MTF_")} | {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"}
    page = (REPO / "docs" / "settings.md").read_text()
    assert [name for name in sorted(wanted) if f"`{name}`" not in page] == []
