"""What the documents say about settings, commands and targets is what the code has."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from crawler.cli import application
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


def commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """A command and everything below it, each with the words that call it."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, f"{path} {name}")


def test_every_command_stands_in_the_reference_with_its_arguments_and_options() -> None:
    told = re.split(r"^#+ `([^`]+)`\n", (ROOT / "docs/cli.md").read_text("utf-8"), flags=re.M)[1:]
    sections = dict(zip(told[::2], told[1::2], strict=True))
    called = dict(commands(typer.main.get_command(application()), "gongkai"))
    assert sections.keys() == called.keys(), "docs/cli.md and the commands differ; run: make docs"
    for path, command in called.items():
        assert " ".join((command.help or "").split("\n\n")[0].split()) in " ".join(sections[path].split()), path
        for parameter in command.params:
            for word in parameter.opts if parameter.param_type_name == "option" else (parameter.metavar,):
                assert f"`{word}" in sections[path].replace(", ", "`"), f"{path}: {word} is not documented"


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
