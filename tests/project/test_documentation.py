"""What the documents say about settings, commands and targets is what the code has."""

import re
import subprocess
from pathlib import Path

import pytest

from docs import generate
from gongkai.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "docker/README.md"]


def test_generated_pages_are_what_the_code_would_write() -> None:
    for path, text in generate.pages().items():
        assert path.read_text("utf-8") == text, f"{path.relative_to(ROOT)} is out of date; run: make docs"


def test_every_setting_stands_in_the_table_and_in_the_example_environment() -> None:
    table, example = (ROOT / "docs/settings.md").read_text("utf-8"), (ROOT / ".env.example").read_text("utf-8")
    for name in Settings.model_fields:
        assert f"`GONGKAI_{name.upper()}`" in table
        assert f"\n#GONGKAI_{name.upper()}=" in example


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_the_layout_page_names_only_files_that_exist() -> None:
    text = (ROOT / "docs/layout.md").read_text("utf-8")
    for name in re.findall(r"`((?:spiders|crawler|storage|gongkai|tools)/[\w/]+\.py)`", text):
        assert (ROOT / name).is_file(), name


def test_make_help_explains_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    told = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.M)
    for target in phony.split():
        assert re.search(rf"^  {target} +\S", told, re.M), f"make help does not explain {target}"
    for command in re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / "README.md").read_text("utf-8"), re.M):
        assert command in phony.split()
