"""What the world does to a crawl: sites that answer wrongly or not at all, disks that are full or read-only, catalogs
that are gone. Each ends with a message and an exit code, nothing is lost, and the next run completes."""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import samplesite
from spiders.course import PATIENCE_WITHOUT_ANY
from tests.command import gongkai, lasting, listed, objects
from tests.rude_server import CHALLENGES, Handler, RudeServer, refused_port

HERE = {"allow_hosts": "127.0.0.1", "language": "en"}


class Ending(NamedTuple):
    code: int
    summary: dict[str, Any]
    err: str
    paths: list[str] | None = None


def crawl(*args: str, **settings: str) -> subprocess.CompletedProcess[str]:
    done = gongkai("crawl", *args, "--json", **{**HERE, **settings})
    assert "Traceback" not in done.stderr
    return done


# Sites ----------------------------------------------------------------------------------------------------------------


def silence(handler: Handler) -> None:
    handler.be_silence()


def busy(handler: Handler) -> None:
    handler.send(b"busy", status=503)


def gone(handler: Handler) -> None:
    handler.send(b"no such page", status=404)


def inwards(handler: Handler) -> None:
    handler.to("http://169.254.169.254/latest/meta-data/")


def challenge(handler: Handler) -> None:
    status, body = CHALLENGES["ruishu"]
    handler.send(body.encode(), status=status)


def nothing_here() -> dict[str, Any]:
    """A hundred columns of another trade, none like the other."""
    columns = {f"/{a}{b}/": f"<a href='/{a}{b}/{b}{a}/'>动态</a>" for a in "abcdefghij" for b in "abcdefghij"}
    home = "".join(f"<a href='{path}'>栏目{path}</a>" for path in columns)
    pages = {"/": home, **columns}
    return {path: f"<html><title>某公司</title>{body}</html>".encode() for path, body in pages.items()}


SITES: dict[str, Callable[[], RudeServer]] = {
    "silence": lambda: RudeServer(pages={"/": silence}),
    "robots answers 503": lambda: RudeServer(robots=busy),
    "robots says no": lambda: RudeServer(robots=b"User-agent: *\nDisallow: /\n"),
    "challenge": lambda: RudeServer(pages={"/": challenge}),
    "no such home page": lambda: RudeServer(pages={"/": gone}),
    "sent inwards": lambda: RudeServer(pages={"/": inwards}),
    "no report": lambda: RudeServer(pages=nothing_here()),
}
HASTE = {"timeout_s": "0.5", "retries": "1", "max_backoff_s": "0.1"}


@pytest.fixture(scope="module")
def endings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ending]:
    """Every kind of bad site, several in one command."""
    archives = tmp_path_factory.mktemp("archives")
    with ExitStack() as stack:
        servers = {name: stack.enter_context(made()) for name, made in SITES.items()}
        urls = {name: server.url("/") for name, server in servers.items()}
        urls |= {"refused": f"http://127.0.0.1:{refused_port()}/", "no such name": "http://nowhere.invalid/"}

        def end(names: list[str]) -> dict[str, Ending]:
            archive = str(archives / names[0])
            asked = [urls[name] for name in names]
            done = crawl(*asked, archive=archive, **HASTE, allow_hosts="127.0.0.1,nowhere.invalid")
            summaries = [json.loads(line) for line in done.stdout.splitlines()]
            assert [summary["site"] for summary in summaries] == asked
            return {n: Ending(done.returncode, s, done.stderr) for n, s in zip(names, summaries, strict=True)}

        with ThreadPoolExecutor(2) as two:
            halves = [two.submit(end, names) for names in (list(urls)[::2], list(urls)[1::2])]
            found = halves[0].result() | halves[1].result()
        return {n: e._replace(paths=servers[n].paths if n in servers else []) for n, e in found.items()}


@pytest.mark.parametrize(
    ("name", "outcome", "kind", "told"),
    [
        ("refused", "unreachable", "robots_unavailable", "the server refused the connection; nothing listens there"),
        ("no such name", "unreachable", "dns", "the name nowhere.invalid does not exist; check the spelling"),
        ("silence", "unreachable", "timeout", "no complete answer within timeout_s"),
        ("robots answers 503", "unreachable", "robots_unavailable", "robots.txt cannot be read"),
        ("robots says no", "blocked", "robots", "robots.txt of the host asks crawlers not to read this"),
        ("challenge", "blocked", "challenge", "a script challenge (瑞数), status 412"),
        ("no such home page", "unreachable", "missing", "status 404"),
        ("sent inwards", "blocked", "egress", "sent on to http://169.254.169.254/latest/meta-data/"),
    ],
)
def test_a_site_that_gives_nothing_says_why(
    endings: dict[str, Ending], name: str, outcome: str, kind: str, told: str
) -> None:
    ending = endings[name]
    assert (ending.code, ending.summary["outcome"]) == (3, outcome)
    [incident] = ending.summary["incidents"]
    assert incident["kind"] == kind and told in incident["detail"]
    assert told in ending.summary["explanation"]
    assert f"{ending.summary['site']}: " in ending.err and told in ending.err, "people are told as well"


def test_what_robots_forbids_is_not_asked_for(endings: dict[str, Ending]) -> None:
    assert endings["robots says no"].paths == ["/robots.txt"]
    assert set(endings["robots answers 503"].paths or ()) == {"/robots.txt"}
    assert endings["challenge"].paths == ["/robots.txt", "/"], "a challenge is not tried again"


def test_a_site_without_reports_is_given_up_soon(endings: dict[str, Ending]) -> None:
    ending = endings["no report"]
    assert (ending.code, ending.summary["outcome"], ending.summary["reports"]) == (3, "nothing", 0)
    assert f"no report in {PATIENCE_WITHOUT_ANY} requests; the site is given up" in ending.err
    assert ending.paths and len(ending.paths) <= PATIENCE_WITHOUT_ANY + 2


# Archives -------------------------------------------------------------------------------------------------------------


class Whole(NamedTuple):
    """The sample site, and its archive after a crawl nobody disturbed."""

    site: str
    archive: Path
    records: list[dict[str, Any]]

    def assert_same(self, archive: Path) -> None:
        assert lasting(listed(archive=str(archive))) == lasting(self.records)
        assert objects(archive, "raw", "documents").keys() == objects(self.archive, "raw", "documents").keys()
        verified = gongkai("verify", archive=str(archive))
        assert verified.returncode == 0, verified.stdout

    def copy(self, place: Path) -> Path:
        return Path(shutil.copytree(self.archive, place))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    archive = tmp_path_factory.mktemp("whole") / "archive"
    with samplesite.serve() as site:
        done = crawl(site.url, archive=str(archive))
        assert done.returncode == 0, done.stderr
        yield Whole(site.url, archive, listed(archive=str(archive)))


def test_out_of_requests_the_next_run_goes_on_from_there(whole: Whole, tmp_path: Path) -> None:
    summaries = []
    while not summaries or (summaries[-1]["outcome"] == "budget" and len(summaries) < 5):
        done = crawl(whole.site, "--max-requests", "20", archive=str(tmp_path / "a"))
        assert done.returncode == 0, done.stderr
        summaries.append(json.loads(done.stdout))
    assert len(summaries) == 2
    assert "the budget of 20 requests is spent" in summaries[0]["explanation"]
    assert sum(s["new"] for s in summaries) == len(whole.records), "nothing was asked for twice"
    whole.assert_same(tmp_path / "a")


def test_no_file_can_grow_the_crawl_ends_and_the_next_one_completes(whole: Whole, tmp_path: Path) -> None:
    archive = tmp_path / "a"
    done = gongkai("crawl", whole.site, "--json", largest_file_bytes=400_000, archive=str(archive), **HERE)
    assert_full(done)
    assert crawl(whole.site, archive=str(archive)).returncode == 0
    whole.assert_same(archive)


@contextmanager
def file_system(place: Path, size: str) -> Iterator[Callable[[str], None]]:
    """A small file system at `place`; the function gives it other mount options."""
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True)
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.decode().strip()}")
    try:
        yield lambda options: subprocess.run(["mount", "-o", f"remount,{options}", place], check=True) and None
    finally:
        subprocess.run(["umount", place], check=True)


@pytest.fixture
def may_mount() -> None:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root may mount a small file system")


@pytest.mark.usefixtures("may_mount")
def test_the_disk_is_full_the_crawl_ends_and_the_next_one_completes(whole: Whole, tmp_path: Path) -> None:
    """Full for the catalog; for the frontier; for the first report; and then there is space."""
    with file_system(tmp_path / "disk", "64k") as remount:
        archive = tmp_path / "disk/archive"
        for size in ("64k", "300k", "600k"):
            remount(f"size={size}")
            assert_full(crawl(whole.site, archive=str(archive)))
        remount("size=50m")
        assert crawl(whole.site, archive=str(archive)).returncode == 0
        whole.assert_same(archive)


def assert_full(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 1, done.stdout
    assert "pace" in done.stderr and "un the same command again" in done.stderr
    assert "Traceback" not in done.stderr
    if done.stdout:
        assert json.loads(done.stdout)["outcome"] == "failed"


@pytest.mark.usefixtures("may_mount")
def test_a_read_only_archive_answers_and_verifies_but_takes_nothing(whole: Whole, tmp_path: Path) -> None:
    with file_system(tmp_path / "disk", "50m") as remount:
        archive = whole.copy(tmp_path / "disk/archive")
        remount("ro")
        for place in (archive, archive.parent / "new"):
            done = crawl(whole.site, archive=str(place))
            assert (done.returncode, done.stdout) == (1, "")
            assert "not writable (Read-only file system). Check the owner and the mount" in done.stderr
        assert gongkai("rebuild", archive=str(archive)).returncode == 1
        whole.assert_same(archive)


def test_an_archive_owned_by_someone_else(whole: Whole, tmp_path: Path) -> None:
    archive = whole.copy(tmp_path / "a")
    for folder in [archive, *(p for p in archive.rglob("*") if p.is_dir())]:
        folder.chmod(0o555)
    try:
        done = crawl(whole.site, mere_user=True, archive=str(archive))
        assert done.returncode == 1 and "Check the owner" in done.stderr, done.stderr
    finally:
        for folder in [archive, *(p for p in archive.rglob("*") if p.is_dir())]:
            folder.chmod(0o755)


def without_catalog(archive: Path) -> Path:
    for name in ("catalog.db", "catalog.db-wal", "catalog.db-shm"):
        (archive / name).unlink(missing_ok=True)
    return archive


@pytest.mark.parametrize("left", [None, b"this is no database, whatever its name says"])
def test_a_catalog_that_is_gone_or_garbage_is_made_again(whole: Whole, tmp_path: Path, left: bytes | None) -> None:
    archive = without_catalog(whole.copy(tmp_path / "a"))
    if left is not None:
        (archive / "catalog.db").write_bytes(left)
        refused = crawl(whole.site, archive=str(archive))
        assert refused.returncode == 1 and "make it again with: gongkai rebuild" in refused.stderr
    done = gongkai("reports", archive=str(archive))
    assert (done.returncode, done.stdout) == (1, "")
    assert "gongkai rebuild" in done.stderr and str(archive / "catalog.db") in done.stderr
    assert gongkai("verify", archive=str(archive)).returncode == 5
    assert gongkai("rebuild", archive=str(archive)).returncode == 0
    assert listed(archive=str(archive)) == whole.records
    assert gongkai("verify", archive=str(archive)).returncode == 0


def test_a_damaged_frontier_is_put_aside(whole: Whole, tmp_path: Path) -> None:
    archive = whole.copy(tmp_path / "a")
    [frontier] = (archive / "state/frontiers").glob("*.db")
    frontier.write_bytes(b"this is no database, whatever its name says")
    done = crawl(whole.site, archive=str(archive))
    assert done.returncode == 0
    assert json.loads(done.stdout)["unchanged"] == len(whole.records)
    log = max((archive / "state/logs").iterdir()).read_text("utf-8")
    assert f"{frontier} is damaged (file is not a database) and put aside" in log


def test_while_someone_holds_the_catalog_it_can_be_read(whole: Whole, tmp_path: Path) -> None:
    archive = whole.copy(tmp_path / "a")
    holder = sqlite3.connect(archive / "catalog.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert listed(archive=str(archive)) == whole.records
    holder.close()


def test_an_s3_service_that_is_away(whole: Whole) -> None:
    away = {"s3_endpoint": f"127.0.0.1:{refused_port()}", "s3_access_key": "a", "s3_secret_key": "b"}
    done = crawl(whole.site, archive="s3://bucket/prefix", s3_secure="false", **away)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{away['s3_endpoint']} does not answer" in done.stderr and "GONGKAI_S3_ENDPOINT" in done.stderr


def test_the_log_tells_the_crawl_and_nothing_else(whole: Whole) -> None:
    [log] = (whole.archive / "state/logs").iterdir()
    lines = log.read_text("utf-8").splitlines()
    assert f"gongkai 0.1.0: {whole.site} into {whole.archive}, at most 300 requests, 0 s apart" in lines[0]
    assert f"{whole.site}: incomplete; {len(whole.records)} reports" in lines[-1]
    for noise in ("Overridden settings", "Enabled", "Dumping", "Deprecat", "Warning", "Traceback", "scrapy"):
        assert not [line for line in lines if noise in line]
