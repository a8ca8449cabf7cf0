"""A developer asks which publishing systems are known, and begins a new one in a checkout of the repository."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from spiders.families import all_families
from tests.command import REPOSITORY, environment, gongkai

PACKAGES = ("gongkai", "spiders", "crawler", "storage", "samplesite")
PLUGINS = ("cacheprovider", "schemathesis", "hypothesispytest", "anyio", "xdist")
FILLED_IN = '''
_LAST = re.compile(r'class="newcomer-pager" data-here="(\\d+)" data-last="(\\d+)"')


def _more_pages(page: Page) -> tuple[NextPage, ...]:
    """The pager names only where it is and the last page; page k is ``index_k.html``."""
    said = _LAST.search(page.source)
    if said is None:
        return ()
    here, last = map(int, said.groups())
    return tuple(NextPage(sibling(page.url, f"index_{k}.html"), k) for k in range(here + 1, min(last, MOST_PAGES) + 1))


FAMILY = Family("newcomer", "某某系统", marks(source="newcomer-pager"), more_pages=_more_pages)
'''


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the repository's code and tests, to be written into."""
    for room in (*PACKAGES, "tests"):
        shutil.copytree(REPOSITORY / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def run(place: Path, *args: str) -> "subprocess.CompletedProcess[str]":
    """One that does not end within 200 s is made to say where it stands (faulthandler), then fails."""
    command = [sys.executable, "-X", "faulthandler", "-u", "-m", *args]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=place, env=environment(), stdout=pipe, stderr=pipe, text=True) as running:
        try:
            out, told = running.communicate(timeout=200)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGABRT)
            out, told = running.communicate(timeout=30)
            raise AssertionError(f"did not end in 200 s: {command}\n{out}\n{told}") from None
    return subprocess.CompletedProcess(command, running.returncode, out, told)


def test_list_names_every_family_how_it_is_recognised_and_what_it_offers() -> None:
    done = gongkai("family", "list", "--json")
    lines = json.loads(done.stdout)
    assert done.returncode == 0 and [line["name"] for line in lines] == [known.name for known in all_families()]
    assert all(len(line["recognised"]) > 20 and "\n" not in line["recognised"] for line in lines)
    offers = {line["name"]: line["offers"] for line in lines}
    assert (offers["trs"], offers["gkmlpt"], offers["epoint"]) == (["pager", "parts"], ["columns", "pager"], ["rows"])
    shown = gongkai("family", "list").stdout
    assert all(line["name"] in shown and line["title"] in shown for line in lines)


def test_a_new_family_lints_fails_for_the_reason_told_and_passes_when_filled_in(checkout: Path) -> None:
    made = run(checkout, "crawler", "family", "new", "newcomer", "--title", "某某系统")
    assert made.returncode == 0, made.stderr
    assert made.stdout.split() == ["spiders/families/newcomer.py", "tests/worlds/families/newcomer.py"]
    asked = ["tests/spiders/test_mechanisms.py", "-k", "newcomer"]
    assert " ".join(asked) in made.stderr and "missing" in made.stderr and "_more_pages" in made.stderr
    lint = run(checkout, "ruff", "check", *made.stdout.split())
    assert lint.returncode == 0, lint.stdout

    # What the test beside needs and no more; its files beside those of this one, where no other session clears up.
    without = [option for plugin in PLUGINS for option in ("-p", f"no:{plugin}")]
    test = ["pytest", "-q", *without, f"--basetemp={checkout / 'files'}", *asked]
    failing = run(checkout, *test)
    assert failing.returncode == 1 and "1 failed" in failing.stdout, failing.stdout + failing.stderr
    assert "AssertionError: missing (" in failing.stdout and "tests/worlds" not in failing.stderr

    file = checkout / "spiders/families/newcomer.py"
    text = file.read_text("utf-8").split("\n\ndef ")[0]
    text = text.replace("from spiders.families.family", "import re\n\nfrom spiders.families.family")
    text = text.replace("import NextPage", "import MOST_PAGES, NextPage, sibling")
    file.write_text(text + FILLED_IN, encoding="utf-8")
    passing = run(checkout, *test)
    assert passing.returncode == 0 and "1 passed" in passing.stdout, passing.stdout + passing.stderr
    known = run(checkout, *test[:-3], "tests/spiders/test_families.py", *asked[1:])
    assert known.returncode == 0 and "2 passed" in known.stdout, known.stdout + known.stderr
    lint = run(checkout, "ruff", "check", *made.stdout.split())
    assert lint.returncode == 0, lint.stdout

    again = run(checkout, "crawler", "family", "new", "newcomer", "--title", "另一个")
    assert again.returncode == 2 and "newcomer.py" in again.stderr and "Traceback" not in again.stderr
    assert file.read_text("utf-8").endswith(FILLED_IN)


@pytest.mark.parametrize(
    ("name", "title", "about"),
    [
        ("Trs", "拓尔思", "NAME"), ("../x", "拓尔思", "NAME"), ("x", "拓尔思", "NAME"), ("class", "拓尔思", "NAME"),
        ("generic", "通用", "generic.py"), ("trs", "拓尔思", "trs.py"), ("portal", "门户", "portal.py"),
        ("newcomer", "", "--title"), ("newcomer", 'a"""b', "--title"), ("newcomer", "一\n二", "--title"),
        ("newcomer", "长" * 31, "--title"),
    ],
)
def test_a_name_or_title_that_cannot_be_is_refused_and_nothing_is_written(name: str, title: str, about: str) -> None:
    done = gongkai("family", "new", name, "--title", title)
    assert done.returncode == 2 and about in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert not list(REPOSITORY.rglob("newcomer.py"))


def test_outside_a_checkout_new_says_what_to_do(tmp_path: Path) -> None:
    for room in PACKAGES:
        shutil.copytree(REPOSITORY / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    done = run(tmp_path, "crawler", "family", "new", "newcomer", "--title", "某某系统")
    assert done.returncode == 2 and "make setup" in done.stderr and str(tmp_path) in done.stderr
    assert not list(tmp_path.rglob("newcomer.py"))
    assert run(tmp_path, "crawler", "family", "list").returncode == 0
