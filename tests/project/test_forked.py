"""The forked command is the command: what tests see of it is what a user sees of a started one."""

import multiprocessing
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.command import REPOSITORY, environment, gongkai
from tests.forked import run

PROGRAM = [sys.executable, "-m", "crawler"]


@pytest.mark.parametrize(("args", "settings"), [
    (("reports", "--archive", "/nowhere/at all"), {"language": "en"}),  # exit code 2, a sentence on stderr
    (("sites", "list", "--known", "--region", "35"), {}),  # a table, with what is counted on stderr
])
def test_it_says_and_ends_as_a_started_one(args: tuple[str, ...], settings: dict[str, str]) -> None:
    started = subprocess.run([*PROGRAM, *args], capture_output=True, encoding="utf-8", cwd=REPOSITORY,
                             env=environment(**settings))
    forked = gongkai(*args, **settings)
    assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)
    assert started.stdout or started.returncode


def test_many_at_once_each_have_their_own_exit_code_and_words(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html><body>年报</body></html>", "utf-8")
    asked = [("reports", "--archive", f"/nowhere/{n}") if n % 2 else ("extract", str(tmp_path / "page.html"))
             for n in range(12)]
    done: dict[int, subprocess.CompletedProcess[str]] = {}
    threads = [threading.Thread(target=lambda n=n: done.update({n: gongkai(*asked[n], language="en")}))
               for n in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [done[n].returncode == 2 for n in range(12)] == [n % 2 == 1 for n in range(12)]
    assert all(f"/nowhere/{n}" in done[n].stderr if n % 2 else done[n].stdout for n in range(12))


def test_one_that_does_not_end_is_ended(tmp_path: Path) -> None:
    before = multiprocessing.active_children()
    with pytest.raises(subprocess.TimeoutExpired):
        run(("schedule",), environment(archive=str(tmp_path / "archive")), REPOSITORY, timeout_s=1)
    assert not set(multiprocessing.active_children()) - set(before)
