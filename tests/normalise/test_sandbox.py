"""Whatever a file does to its reader, the crawler gets a status and goes on."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.normalise import normalise
from crawler.normalise.sandbox import Sandbox
from gongkai.settings import Settings
from tests.normalise.makers import MENU, PROSE, TITLE, page, pdf, report_html, word

ROOT = Path(__file__).resolve().parents[2]
REPORT = page(f"{MENU}<div class='TRS_Editor'>{report_html()}</div>")
# A ">" in every attribute keeps the tag from being taken for a long one; libxml2 then takes minutes over it.
ENDLESS = b"<html><body><div " + b" ".join(b'a%d=">"' % i for i in range(200_000)) + b"><p>x</p></div></body></html>"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Settings()) as made:
        yield made


@pytest.mark.parametrize(
    "data", [REPORT, word([TITLE, PROSE]), pdf([[("text", 50, 700, 12, TITLE)]]), TITLE.encode("gbk"), b"", b"GIF89a"]
)
def test_a_file_reads_the_same_as_in_the_caller(sandbox: Sandbox, data: bytes) -> None:
    url = "http://a.gov.cn/x.html"
    assert sandbox.read(data, url=url, content_type="text/html; charset=gbk") == normalise(
        data, url=url, content_type="text/html; charset=gbk"
    )


def test_many_threads_read_at_once(sandbox: Sandbox) -> None:
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(sandbox.read(REPORT))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [normalise(REPORT)] * 12


def test_a_file_larger_than_any_pipe_goes_through(sandbox: Sandbox) -> None:
    text = (PROSE + "\n") * 20_000
    assert sandbox.read(text.encode()).text == text


@pytest.mark.parametrize(
    ("limits", "says"), [({"sandbox_wall_s": 0.7}, "within 0.7 s"), ({"sandbox_cpu_s": 1}, "processor time")]
)
def test_a_file_that_never_ends_meets_a_limit(limits: dict[str, float], says: str) -> None:
    with Sandbox(Settings(**limits)) as sandbox:
        document = sandbox.read(ENDLESS)
        assert (document.status, document.doc_format) == ("limit", "html")
        assert says in document.warnings[0]
        assert sandbox.read(REPORT[:500]).doc_format == "html"


def test_a_file_that_wants_too_much_memory_meets_a_limit() -> None:
    with Sandbox(Settings(sandbox_memory_mib=512)) as sandbox:
        document = sandbox.read(page("<table>" + "<tr><td>1</td><td>2</td></tr>" * 600_000 + "</table>"))
        assert document.status in ("limit", "failed")
        assert sandbox.read(TITLE.encode()).status == "ok"


def test_a_reader_that_aborts_is_a_failed_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os\ndef _trap():\n    import crawler.normalise.pdf\n"
        "    crawler.normalise.pdf.read_pdf = lambda data: os.abort()\n"
        "import sys, importlib.abc, importlib.util\n"
        "class Late(importlib.abc.MetaPathFinder):\n    def find_spec(self, name, path, target=None):\n"
        "        if name == 'crawler.normalise.readers':\n            _trap()\n"
        "        return None\nsys.meta_path.insert(0, Late())\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with Sandbox(Settings()) as sandbox:
        document = sandbox.read(pdf([[("text", 50, 700, 12, TITLE)]]))
        assert (document.status, document.doc_format) == ("failed", "pdf")
        assert "SIGABRT" in document.warnings[0]
        assert sandbox.read(REPORT).status == "ok"


def test_a_server_that_was_killed_is_started_again(sandbox: Sandbox) -> None:
    assert sandbox.read(REPORT).status == "ok"
    for pid in _servers_of(os.getpid()):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.1)
    assert sandbox.read(REPORT).status == "ok"


def test_nothing_outlives_a_killed_caller_or_holds_its_pipes() -> None:
    program = (
        "import sys, threading\nfrom crawler.normalise.sandbox import Sandbox\nfrom gongkai.settings import Settings\n"
        "s = Sandbox(Settings())\ns.read(b'x')\nfile = open(sys.argv[1], 'rb').read()\n"
        "threading.Thread(target=s.read, args=(file,), daemon=True).start()\n"
        "import time; time.sleep(1); print('ready', flush=True); time.sleep(600)\n"
    )
    hostile = ROOT / "tests" / "normalise" / "__init__.py"
    caller = subprocess.Popen(
        [sys.executable, "-c", program, str(hostile)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert caller.stdout is not None
    assert caller.stdout.readline() == b"ready\n"
    servers = _servers_of(caller.pid)
    assert len(servers) == 1
    caller.kill()
    assert caller.stdout.read() == b""  # ends only when nobody holds the pipe any more
    caller.wait()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() and _state(pid) != "Z" for pid in servers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in servers if Path(f"/proc/{pid}").exists() and _state(pid) != "Z"] == []


def test_a_script_without_a_main_guard_may_read() -> None:
    program = (
        "print('once')\nfrom crawler.normalise.sandbox import Sandbox\nfrom gongkai.settings import Settings\n"
        "print(Sandbox(Settings()).read(b'text').status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "once\nok\n"


def _servers_of(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat, command = (entry / "stat").read_text(), (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if int(stat.rpartition(")")[2].split()[1]) == parent and b"crawler.normalise.forkserver" in command:
                found.append(int(entry.name))
    return found


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"
