import re
import tomllib

import esxvirt
from tests.tools import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_version_is_the_same_in_the_package_and_in_its_metadata() -> None:
    assert esxvirt.__version__ == PROJECT["project"]["version"]


def test_every_changelog_fragment_is_of_a_kind_that_is_printed() -> None:
    kinds = "|".join(kind["directory"] for kind in PROJECT["tool"]["towncrier"]["type"])
    names = [path.name for path in (ROOT / "changelog.d").iterdir() if path.name != "README.md"]
    assert [name for name in names if not re.fullmatch(rf"\+[a-z0-9-]+\.({kinds})\.md", name)] == []


def test_every_ignored_rule_has_its_reason_beside_it() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    rules = re.findall(r'^    "[A-Z]+[0-9]*",.*$', text, re.MULTILINE)
    assert rules
    assert [line for line in rules if " # " not in line] == []


def test_the_readme_names_only_make_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    used = {target for page in pages for target in re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8"))}
    assert used
    assert used <= targets


def test_links_between_pages_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    links = {
        (page, link)
        for page in pages
        for link in re.findall(r"\]\((?!https?:)([^)#:]+)[^)]*\)", page.read_text(encoding="utf-8"))
    }
    assert links
    assert [f"{page.name}: {link}" for page, link in sorted(links) if not (page.parent / link).exists()] == []
