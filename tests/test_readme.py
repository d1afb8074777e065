"""What the README and the Makefile say is there, is there."""

import re

import pytest

from bot.files import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:data|docs|bot|actions|tests)/[\w/.-]*)`|\]\(([\w/.-]+)\)", README)))
TARGETS = sorted(set(re.findall(r"make ([a-z-]+)", README)))
VARIABLES = sorted(set(re.findall(r"`(BOT_[A-Z_]+|PORT)`", README)))


@pytest.mark.parametrize("path", ["".join(found) for found in PATHS])
def test_path_named_in_the_readme_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("target", TARGETS)
def test_target_named_in_the_readme_is_in_the_makefile(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("variable", VARIABLES)
def test_setting_named_in_the_readme_is_read(variable: str) -> None:
    assert f'"{variable}"' in (ROOT / "bot" / "settings.py").read_text(encoding="utf-8")


def test_every_setting_that_is_read_is_in_the_readme() -> None:
    read = set(re.findall(r'"(BOT_[A-Z_]+|PORT)"', (ROOT / "bot" / "settings.py").read_text(encoding="utf-8")))
    assert read == set(VARIABLES)


def test_every_target_says_what_it_is_for() -> None:
    targets = re.findall(r"^([a-z-]+):(.*)$", MAKEFILE, re.MULTILINE)
    assert targets
    assert not [name for name, rest in targets if "##" not in rest]


def test_ci_runs_make_test() -> None:
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("make test")
