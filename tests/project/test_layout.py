"""The rooms keep their one direction."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {"gongkai", "spiders", "crawler", "storage", "samplesite", "web"}
MAY_IMPORT = {
    "gongkai": set(),
    "spiders": {"gongkai"},
    "storage": {"gongkai"},
    "crawler": {"gongkai", "spiders", "storage", "samplesite", "web"},
    "samplesite": {"gongkai"},
    "web": {"gongkai", "storage"},
}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names & ROOMS


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_what_stands_before_it(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        assert imported(path) <= MAY_IMPORT[room] | {room}, path.relative_to(ROOT)


def test_only_the_demo_knows_the_sample_site() -> None:
    users = [path for path in (ROOT / "crawler").rglob("*.py") if "samplesite" in imported(path)]
    assert users == [ROOT / "crawler/cli/demo.py"]


def test_only_the_serve_command_knows_the_web() -> None:
    users = [path for path in (ROOT / "crawler").rglob("*.py") if "web" in imported(path)]
    assert users == [ROOT / "crawler/cli/serve.py"]
