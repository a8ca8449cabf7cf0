"""What a user gets wrong: each mistake is named with what was expected, and ends with exit code 2 before anything is
asked or written. Reading unreadable files ends with 3 and an object for each."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from crawler.cli import main
from tests.command import REPOSITORY, environment
from tests.normalise import makers


class Said(NamedTuple):
    code: int
    out: str
    err: str


Say = Callable[..., Said]


@pytest.fixture
def say(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> Say:
    """The command in this process: nothing here gets as far as crawling."""
    for name in [name for name in os.environ if name.startswith("GONGKAI_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*args: str, **settings: str) -> Said:
        for name, value in settings.items():
            monkeypatch.setenv(f"GONGKAI_{name.upper()}", value)
        monkeypatch.setattr(sys, "argv", ["gongkai", *args])
        with pytest.raises(SystemExit) as end:
            main()
        captured = capsys.readouterr()
        code = end.value.code
        assert isinstance(code, int)
        assert "Traceback" not in captured.err
        warned = caplog.text  # without a test around, warnings of the log go to stderr
        return Said(code, captured.out, " ".join((warned + captured.err).split()))

    return run


def assert_refused(said: Said, *told: str) -> None:
    assert said.code == 2, said
    assert said.out == ""
    for words in told:
        assert words in said.err


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("notaurl", "'notaurl' is not a web address; expected an agency's home page such as"),
        ("htp://x", "'htp://x' is not a web address"),
        ("ftp://www.example.gov.cn/", "is not a web address"),
        ("", "'' is not a web address"),
        ("http://[::1/", "is not a web address"),
        ("localhost", "'localhost' is not a web address"),
        ("http://localhost:9131/", "localhost is outside .gov.cn; add it to GONGKAI_ALLOW_HOSTS"),
        ("http://example.com/", "example.com is outside .gov.cn; add it to GONGKAI_ALLOW_HOSTS"),
        ("http://127.0.0.1/", "a bare IP address is asked only when GONGKAI_ALLOW_HOSTS lists it"),
        ("http://10.1.2.3/", "http://10.1.2.3/ will not be asked"),
        ("http://[::1]/", "http://[::1]/ will not be asked"),
        ("http://169.254.169.254/latest/meta-data/", "will not be asked"),
        ("http://www.example.gov.cn:22/", "port 22 is not a web server's"),
    ],
)
def test_an_address_that_cannot_be_crawled(say: Say, tmp_path: Path, url: str, told: str) -> None:
    assert_refused(say("crawl", url), told)
    assert list(tmp_path.iterdir()) == []


def test_wrong_options_of_crawl(say: Say) -> None:
    home, other = "http://a.gov.cn/", "http://b.gov.cn/"
    assert_refused(say("crawl"), "give the agency's home page", "--sites FILE")
    assert_refused(say("crawl", home, "--no-such-option"), "No such option: --no-such-option")
    assert_refused(say("crawl", home, other, "--agency", "某市水务局"), "--agency", "give one URL")
    assert_refused(say("crawl", home, "--sites", "sites.csv"), "--sites FILE")
    assert_refused(say("crawl", "--sites", "sites.csv", "--agency", "某市水务局"), "--sites takes them from the file")
    assert_refused(say("crawl", home, "--max-requests", "0"), "max_requests as given: 0 cannot be used", "Example: 300")
    assert_refused(say("crawl", home, "--max-requests", "many"), "--max-requests")
    assert_refused(say("crawl", home, "--delay", "-1"), "delay_s as given: -1.0 cannot be used")
    assert_refused(say("crawl", home, "--region-code", "3502"), "'3502'", "six digits such as 350200")
    assert_refused(say("crawl", home, "--archive", "ftp://x"), "'ftp://x'", "expected a directory or s3://bucket/prefix")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("none.csv", None, ["none.csv: cannot be read (No such file or directory)"]),
        ("sites.csv", "site,agency\nhttp://a.gov.cn/,某局\n", ["sites.csv: the first line has no column url"]),
        ("sites.csv", "", ["sites.csv: the first line has no column url"]),
        ("sites.csv", "url,agency\n", ["sites.csv: no site in it"]),
        ("sites.csv", "url\nhttp://a.gov.cn/\nnotaurl\n", ["sites.csv line 3: 'notaurl' is not a web address"]),
        ("sites.csv", "url,agency\nhttp://a.gov.cn/,甲局,乙局\n", ["sites.csv line 2: more fields than columns"]),
        ("sites.csv", "url,agency\n,某局\n", ["sites.csv line 2: no url"]),
        ("sites.csv", "url,region_code\nhttp://a.gov.cn/,35\n", ["sites.csv line 2: region_code '35'"]),
        ("sites.csv", "url,region\nnotaurl,350200\n", ["not used: region; the columns are url,", "'notaurl'"]),
        ("sites.csv", "网址,机关\n".encode("gbk"), ["cannot be read (it is not UTF-8)", "save as CSV UTF-8"]),
        ("sites.yaml", "sites: [\n", ["sites.yaml: not valid YAML"]),
        ("sites.yaml", "- agency: 某局\n", ["sites.yaml: expected a list of sites, each with a url"]),
        ("sites.yaml", "- url: 5\n", ["sites.yaml: expected a list of sites, each with a url"]),
        ("sites.yaml", "- url: notaurl\n  former_names: 7\n", ["sites.yaml line 1: 'notaurl'"]),
    ],
)
def test_a_sites_file_that_cannot_be_used(
    say: Say, tmp_path: Path, name: str, content: str | bytes | None, told: list[str]
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    assert_refused(say("crawl", "--sites", name), *told)


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("max_requests", "ten", "GONGKAI_MAX_REQUESTS: 'ten' cannot be used"),
        ("delay_s", "-1", "GONGKAI_DELAY_S: '-1' cannot be used"),
        ("language", "fr", "GONGKAI_LANGUAGE: 'fr' cannot be used"),
        ("archive", "ftp://x", "GONGKAI_ARCHIVE: 'ftp://x' cannot be used"),
        ("config", "none.toml", "GONGKAI_CONFIG names none.toml, which is not a file"),
    ],
)
def test_a_bad_value_in_the_environment(say: Say, setting: str, value: str, told: str) -> None:
    assert_refused(say("reports", **{setting: value}), told)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("delay_s = = 2", "gongkai.toml: not valid TOML"),
        ('delay_s = "much"', "delay_s in gongkai.toml: 'much' cannot be used"),
        ("speed = 2", "speed in gongkai.toml: no such setting; the known ones are allow_hosts, archive"),
    ],
)
def test_a_bad_configuration_file(say: Say, tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "gongkai.toml").write_text(line + "\n")
    assert_refused(say("reports"), told)


def test_a_misspelt_setting_is_doubted_aloud(say: Say) -> None:
    assert "GONGKAI_ARCHVE is not a setting and is not used; did you mean GONGKAI_ARCHIVE?" in say(
        "reports", archve="/data/archive"
    ).err


def test_an_archive_that_is_not_there(say: Say, tmp_path: Path) -> None:
    for command in (["reports"], ["show", "abcd"], ["history", "abcd"], ["diff", "abcd"], ["verify"], ["rebuild"]):
        assert_refused(say(*command, "--archive", "nowhere"), "there is no archive at nowhere", "--archive")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("no archive")
    assert_refused(say("reports", "--archive", "full"), "full is not an archive")
    assert_refused(say("reports", "--archive", "full/letter.txt"), "letter.txt is a file, not an archive directory")


def test_s3_settings_that_lead_nowhere(say: Say) -> None:
    place = ("--archive", "s3://bucket/prefix")
    assert_refused(say("reports", *place), "GONGKAI_S3_ENDPOINT, GONGKAI_S3_ACCESS_KEY, GONGKAI_S3_SECRET_KEY")
    keys = {"s3_access_key": "a", "s3_secret_key": "b"}
    assert_refused(say("reports", *place, s3_endpoint="http://127.0.0.1", **keys), "expected host:port without http://")


# Files ---------------------------------------------------------------------------------------------------------------


def docx_bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", b" " * (300 << 20))
    return made.getvalue()


ENCRYPTED = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<"
    + b"0a" * 32 + b">/U<" + b"0b" * 32 + b">>>endobj\ntrailer<</Root 1 0 R/Encrypt 4 0 R/Size 5"
    b"/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]>>\n%%EOF\n"
)  # fmt: skip
UNREADABLE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "empty.html": (lambda: b"", "failed", "the file is empty"),
    "torn.pdf": (lambda: b"%PDF-1.7\n" + b"\0torn" * 60, "failed", "download it again"),
    "locked.pdf": (lambda: ENCRYPTED, "encrypted", "remove the password"),
    "bomb.docx": (docx_bomb, "limit", "would inflate to"),
    "old.doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "unsupported", "gongkai doctor"),
}


def test_one_good_file_among_unreadable_ones(say: Say, tmp_path: Path) -> None:
    (tmp_path / "good.html").write_bytes(makers.page(makers.report_html()))
    for name, (made, _, _) in UNREADABLE.items():
        (tmp_path / name).write_bytes(made())
    said = say("extract", "good.html", *UNREADABLE, language="en")
    assert said.code == 3
    records: list[dict[str, Any]] = [json.loads(line) for line in said.out.splitlines()]
    assert {r["file"]: r["status"] for r in records} == {"good.html": "ok"} | {n: u[1] for n, u in UNREADABLE.items()}
    assert records[0]["is_report"] and not any(r["is_report"] for r in records[1:])
    for name, (_, status, told) in UNREADABLE.items():
        assert f"{name}: not read ({status})" in said.err and told in said.err


def test_what_a_reader_doubts_is_told_in_chinese_beside_the_text(say: Say, tmp_path: Path) -> None:
    torn = makers.page(makers.report_html()).rpartition(b"</tr>")[0]
    (tmp_path / "torn.html").write_bytes(torn)
    said = say("extract", "torn.html", "--format", "text", language="zh")
    assert said.code == 0 and "总体情况" in said.out and "torn.html：网页不完整，在表格中间中断" in said.err


def test_files_that_cannot_be_opened(say: Say, tmp_path: Path) -> None:
    (tmp_path / "good.html").write_bytes(makers.page(makers.report_html()))
    said = say("extract", "none.pdf", ".", "/dev/zero", "good.html", language="en")
    assert said.code == 2
    assert json.loads(said.out)["status"] == "ok", "the readable one is read all the same"
    for told in ("none.pdf: cannot be read (No such file or directory)", ".: cannot be read (Is a directory)",
                 "/dev/zero: cannot be read (it is larger than 32 MiB, see GONGKAI_MAX_BODY_MIB)"):
        assert told in said.err
    assert_refused(say("extract", "good.html", "--url", "notaurl"), "--url 'notaurl' is not a web address")


def test_a_reader_that_had_enough_ends_the_command_quietly(tmp_path: Path) -> None:
    (tmp_path / "good.html").write_bytes(makers.page(makers.report_html()))
    command = f"{sys.executable} -m crawler extract {tmp_path}/good.html"
    closed = ["bash", "-c", f"{command} | true; exit ${{PIPESTATUS[0]}}"]
    done = subprocess.run(closed, cwd=REPOSITORY, env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    full = ["bash", "-c", f"{command} > /dev/full"]
    done = subprocess.run(full, cwd=REPOSITORY, env=environment(language="en"), capture_output=True, text=True)
    assert done.returncode == 1
    assert "the output: No space left on device. Check free space" in done.stderr
