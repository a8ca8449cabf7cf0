"""The registry of sites through the command: what a person enters, lists, retires, hands on and has checked."""

import csv
import io
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from samplesite import serve
from tests.acceptance.test_mistakes import Say, assert_refused, say
from tests.rude_server import Answer, RudeServer, refused_port

__all__ = ["say"]

HEAD = "url,agency,region_code,former_names,schedule\n"


def registry(say: Say, *options: str) -> list[dict[str, Any]]:
    listed = say("sites", "list", "--format", "jsonl", *options)
    assert listed.code == 0, listed.err
    return [json.loads(line) for line in listed.out.splitlines()]


def test_a_site_is_followed_then_retired_and_its_row_stays(say: Say) -> None:
    added = say("sites", "add", "cgj.yunxi.gov.cn", "--agency", "云溪市城市管理局", "--region-code", "350200",
                "--former-names", "云溪市城市管理行政执法局；云溪市市政园林局", language="en")
    assert (added.code, added.err) == (0, "1 added, 0 changed, 0 unchanged")
    say("sites", "add", "https://cgj.yunxi.gov.cn/index.html", "--schedule", "monthly")
    (row,) = registry(say)
    assert row["former_names"] == ["云溪市城市管理行政执法局", "云溪市市政园林局"]
    assert (row["agency"], row["schedule"]) == ("云溪市城市管理局", "monthly"), "the same site under another spelling"
    assert registry(say, "--region", "36") == [] and registry(say, "--agency", "市政园林") == [row]
    assert "云溪市城市管理局" in say("sites", "list").out
    assert say("sites", "retire", "http://cgj.yunxi.gov.cn/", "--reason", "并入门户").code == 0
    assert registry(say) == []
    assert [gone["retired"] for gone in registry(say, "--retired")] == [True]
    assert "before" in say("sites", "retire", "http://cgj.yunxi.gov.cn/", "--reason", "again").err
    assert_refused(say("sites", "retire", "http://www.yunxi.gov.cn/", "--reason", "x"), "is not in the registry")
    assert_refused(say("crawl", "--registered"), "no such site is in the registry")


def test_fourteen_thousand_sites_are_entered_and_come_out_as_they_went_in(
    say: Say, tmp_path: Path
) -> None:
    former = "云溪镇人民政府;云溪乡人民政府"
    rows = [f"http://s{n}.yunxi.gov.cn/,云溪市第{n}街道办事处,350203,{former if n % 3 else ''},\n"
            for n in range(14_000)]
    (tmp_path / "all.csv").write_text(HEAD + "".join(rows), "utf-8-sig")
    done = say("sites", "import", "all.csv", "--reason", "first list", language="en")
    assert done.err == "14000 added, 0 changed, 0 unchanged"
    assert say("sites", "export", "out.csv").code == 0
    written = (tmp_path / "out.csv").read_text("utf-8")
    assert written.startswith(HEAD) and sorted(written.splitlines(True)[1:]) == sorted(rows)
    assert "0 added, 0 changed, 14000 unchanged" in say("sites", "import", "out.csv").err
    assert_refused(say("sites", "export", "out.csv"), "out.csv exists already")


def test_an_export_in_yaml_makes_the_same_registry_elsewhere(say: Say, tmp_path: Path) -> None:
    (tmp_path / "sites.yaml").write_text(
        "- url: http://cgj.yunxi.gov.cn/\n  agency: 云溪市城市管理局\n  region_code: 350200\n"
        "  former_names: [云溪市城市管理行政执法局, '云溪市市政园林局']\n- url: http://www.yunxi.gov.cn/\n", "utf-8")
    assert say("sites", "import", "sites.yaml").code == 0
    assert say("sites", "export", "again.yaml").code == 0
    say("sites", "import", "again.yaml", archive="other")
    facts = [{k: row[k] for k in ("url", "agency", "region_code", "former_names")} for row in registry(say)]
    assert facts[1]["former_names"] == ["云溪市城市管理行政执法局", "云溪市市政园林局"]
    first = [{k: row[k] for k in facts[0]} for row in registry(say, "--archive", "archive")]
    assert first == facts


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "url\nhttp://a.gov.cn/\n\nhttps://A.gov.cn/index.html\n",
         ["a.csv line 4: https://a.gov.cn/index.html already stands at a.csv line 2 (there http://a.gov.cn/)"]),
        ("a.yaml", "- url: http://a.gov.cn/\n- url: http://a.gov.cn/\n",
         ["a.yaml line 2", "already stands at a.yaml line 1"]),
        ("a.xlsx", b"PK\x03\x04\x14\x00", ["a.xlsx: is a spreadsheet", "save as CSV UTF-8"]),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ["a.csv: is a spreadsheet"]),
        ("a.csv", "url,agency\nhttp://a.gov.cn/,某局\n".encode("gbk"), ["it looks like GBK", "save as CSV UTF-8"]),
        ("a.csv", "url,agency\nhttp://a.gov.cn/,某局\n".encode("utf-16"), ["it is UTF-16"]),
        ("a.csv", "url;agency\nhttp://a.gov.cn/;某局\n", ["no column url", "separated by ';'"]),
        ("a.csv", "url,region_code\nhttp://a.gov.cn/,350299\n",
         ["a.csv line 2: region_code '350299' is no division of GB/T 2260 in force; 350200 is 厦门市"]),
        ("a.csv", "url,region_code\nhttp://a.gov.cn/,990000\n", ["region_code '990000' is no division"]),
        ("a.csv", 'url,agency\nhttp://a.gov.cn/,"' + "局" * 140_000 + '"\n', ["a.csv line", "not CSV"]),
        ("a.yaml", "sites: [{url: http://a.gov.cn/}]\nsites: [{url: b}, {url: b}]\n", ["a.yaml line 2: 'b' is not"]),
        ("a.yaml", "x: &x {sites: [{url: b}]}\n<<: *x\n", ["a.yaml line 1: 'b' is not"]),
        ("a.yaml", "sites: {url: http://a.gov.cn/}\n", ["a.yaml: expected a list of sites"]),
        ("a.yaml", "", ["a.yaml: expected a list of sites"]),
        ("a.yaml", "- url: http://a.gov.cn/\n  schedule: 2020-13-45\n", ["a.yaml: not valid YAML"]),
        ("a.yaml", "[" * 3000, ["a.yaml: not valid YAML"]),
        ("none.csv", None, ["none.csv: cannot be read (No such file"]),
    ],
)
def test_a_file_that_cannot_be_imported_says_where_and_what_to_do(
    say: Say, tmp_path: Path, name: str, content: str | bytes | None, told: list[str]
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    assert_refused(say("sites", "import", name), *told)
    assert not (tmp_path / "archive").exists(), "nothing is written before the file is right"


def test_options_that_do_not_go_together_are_told(say: Say) -> None:
    assert_refused(say("sites", "import"), "give a sites file", "--known")
    assert_refused(say("sites", "import", "x.csv", "--known"), "give a sites file")
    assert_refused(say("sites", "import", "x.csv", "--region", "35"), "choose rows of --known")
    assert_refused(say("sites", "import", "--known", "--region", "999999"), "--known has no such site")
    assert_refused(say("sites", "list", "--kind", "portal"), "--known")
    assert_refused(say("sites", "list"), "there is no archive")
    assert_refused(say("crawl", "--registered", "http://a.gov.cn/"), "--registered crawls the registry's sites")
    assert_refused(say("crawl", "http://a.gov.cn/", "--region", "35"), "--registered")
    assert_refused(say("sites", "retire", "http://a.gov.cn/", "--reason", " "), "--reason is empty")


def test_rows_of_the_shipped_list_are_entered_by_region_level_and_kind(say: Say) -> None:
    shown = say("sites", "list", "--known", "--region", "350000", "--kind", "portal", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(shown.out)))
    assert {"厦门市人民政府", "福建省人民政府"} <= {row["agency"] for row in rows}
    say("sites", "import", "--known", "--region", "35", "--kind", "portal")
    assert {row["url"] for row in registry(say)} == {row["url"] for row in rows}
    say("sites", "import", "--known", "--level", "central")
    assert any(row["agency"] == "教育部" for row in registry(say))


def test_registered_sites_are_crawled_without_naming_them(say: Say) -> None:
    with serve() as site:
        allowed = {"allow_hosts": "127.0.0.1", "delay_s": "0", "max_requests": "12"}
        assert say("sites", "add", site.url, "--agency", site.agency, **allowed).code == 0
        done = say("crawl", "--registered", "--limit", "1", "--json", **allowed)
        (summary,) = map(json.loads, done.out.splitlines())
    assert summary["agency"] == site.agency and summary["reports"] > 0
    assert_refused(say("crawl", "--registered", allow_hosts=""), "registry: http://127.0.0.1", "will not be asked")


def test_a_check_names_everything_that_is_wrong_with_its_line(say: Say, tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text(
        "url,agency,region_code,former_names\n"
        "http://cgj.xm.gov.cn/,厦门市城市管理局,350200,厦门市城市管理行政执法局\n"
        "http://www.example.com/,某市水务局,350200,\n"
        "http://a.gov.cn/,首页,350200,\n"
        "http://b.gov.cn/,福州市水利局,350200,\n"
        "http://c.gov.cn/,厦门市思明区教育局,350299,\n"
        "https://cgj.xm.gov.cn/index.htm,厦门市城市管理局,350200,\n"
        "http://d.gov.cn/,厦门市水利局,350200,水利\n", "utf-8")
    done = say("sites", "check", "sites.csv", language="en")
    told = dict(line.split(": ", 1) for line in done.out.splitlines())
    assert done.code == 3
    assert list(told) == [f"sites.csv line {n}" for n in (3, 4, 5, 6, 7, 8)]
    assert "outside .gov.cn" in told["sites.csv line 3"] and "'首页'" in told["sites.csv line 4"]
    assert "named after 福州市 (350100)" in told["sites.csv line 5"] and "350299" in told["sites.csv line 6"]
    assert "already stands at sites.csv line 2" in told["sites.csv line 7"] and "'水利'" in told["sites.csv line 8"]
    assert "6 findings" in done.err


def test_the_shipped_list_and_a_sound_registry_have_nothing_wrong(say: Say) -> None:
    assert (known := say("sites", "check", "--known")).code == 0, known.out
    say("sites", "import", "--known", "--level", "central")
    say("sites", "add", "http://a.gov.cn/", "--agency", "政府信息公开")
    done = say("sites", "check", "--json")
    assert done.code == 3
    (found,) = map(json.loads, done.out.splitlines())
    assert found["where"] == "registry http://a.gov.cn/"


def home_page(name: str) -> bytes:
    return f"<title>{name}门户网站</title><h1>{name}</h1><p>欢迎</p>".encode()


def sent_on_to(url: str) -> Answer:
    return lambda handler: handler.send(b"", status=302, Location=url)


def test_a_check_that_asks_tells_a_dead_site_and_another_agency_s_from_the_right_one(say: Say, tmp_path: Path) -> None:
    rude = [RudeServer(b"", {"/": home_page("云溪市财政局")}), RudeServer(b"", {"/": home_page("柳溪市教育局")}),
            RudeServer(b"", {"/": lambda handler: handler.send(b"gone", status=404)}),
            RudeServer(b"User-agent: *\nDisallow: /\n", {"/": home_page("云溪市财政局")})]
    with ExitStack() as running:
        servers = [running.enter_context(server) for server in rude]
        silent = f"http://127.0.0.1:{refused_port()}/"
        moved = running.enter_context(RudeServer(b"", {"/": sent_on_to(servers[0].url("/"))})).url("/")
        rows = [f"{url},云溪市财政局\n" for url in (*(server.url("/") for server in servers), silent, moved)]
        (tmp_path / "sites.csv").write_text("url,agency\n" + "".join(rows), "utf-8")
        done = say("sites", "check", "sites.csv", "--fetch", allow_hosts="127.0.0.1", delay_s="0")
        asked = [[seen.path for seen in server.seen] for server in servers]
    told = dict(line.split(": ", 1) for line in done.out.splitlines())
    assert done.code == 3 and list(told) == [f"sites.csv line {n}" for n in (3, 4, 5, 6, 7)], done
    assert told["sites.csv line 3"] == "the home page calls itself 柳溪市教育局, the row 云溪市财政局"
    assert "status 404" in told["sites.csv line 4"] and "robots.txt" in told["sites.csv line 5"]
    assert "nothing listens there" in told["sites.csv line 6"]
    assert f"sends its readers on to {servers[0].url('/')}" in told["sites.csv line 7"]
    assert asked[0].count("/") == 2, "its own visit and the one sent on to it"
    assert asked[1:] == [["/robots.txt", "/"]] * 2 + [["/robots.txt"]], "one request a site; none where robots say no"
    assert not list(tmp_path.rglob("catalog.db")) and not list(tmp_path.rglob("journals")), "no crawl is opened"


def test_what_was_archived_without_being_registered_is_proposed_reviewed_and_entered(say: Say, tmp_path: Path) -> None:
    with serve() as site:
        allowed = {"allow_hosts": "127.0.0.1", "delay_s": "0", "max_requests": "12"}
        crawled = say("crawl", site.url, "--agency", site.agency, "--region-code", "350200", **allowed)
        proposed = say("sites", "propose", **allowed)
        assert proposed.code == 0, (crawled.err, proposed.err)
        (row,) = csv.DictReader(io.StringIO(proposed.out))
        assert (row["url"], row["agency"]) == (site.url, site.agency)
        assert int(row["reports"]) > 0 and site.url in row["evidence"]
        (tmp_path / "proposed.csv").write_text(proposed.out, "utf-8")
        entered = say("sites", "import", "proposed.csv", **allowed)
        assert entered.code == 0 and "not used: reports, years, evidence" in entered.err
        assert [r["agency"] for r in registry(say)] == [site.agency]
        assert say("sites", "propose", **allowed).out == ""
        say("sites", "retire", site.url, "--reason", "not wanted", **allowed)
        assert say("sites", "propose", **allowed).out == "", "what a person retired is not proposed again"


def test_agencies_a_page_lists_are_proposed_with_their_place(say: Say) -> None:
    bureaus = ("财政局", "教育局", "水利局", "民政局", "商务局", "司法局", "统计局", "审计局")
    links = "".join(f"<li><a href='http://b{n}.xm.gov.cn/zwgk/'>市{name}</a></li>" for n, name in enumerate(bureaus))
    departments = f"<title>部门</title><ul>{links}</ul>".encode()
    pages: dict[str, Answer] = {"/bm/": departments, "/": home_page("厦门市人民政府")}
    allowed = {"allow_hosts": "127.0.0.1", "delay_s": "0"}
    with RudeServer(b"", pages) as rude:
        say("sites", "add", "http://b0.xm.gov.cn/", "--agency", "厦门市财政局", "--region-code", "350200", **allowed)
        done = say("sites", "propose", rude.url("/bm/"), "--region-code", "350200", **allowed)
        rows = list(csv.DictReader(io.StringIO(done.out)))
        assert [row["agency"] for row in rows] == sorted(f"厦门市{name}" for name in bureaus[1:])
        assert {row["region_code"] for row in rows} == {"350200"}
        assert "http://b1.xm.gov.cn/" in {row["url"] for row in rows}
        assert_refused(say("sites", "propose", rude.url("/"), **allowed), "lists no agencies")
    assert_refused(say("sites", "propose", "--region-code", "350200"), "--region-code says whose page")
