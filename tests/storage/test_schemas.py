"""What other programs may rely on: the published schemas, and what an object on S3 says of itself."""

import json
from pathlib import Path

import jsonschema
import pytest

from gongkai.document import Document
from gongkai.settings import Settings
from storage import Archive
from storage.schemas import FILES, load_schema, made, problem
from tests.factories import document, finding, with_attachment, with_unfetched
from tests.s3_server import S3Place
from tests.storage.steps import crawl


def test_the_published_files_are_what_the_types_say() -> None:
    folder = Path(__import__("storage.schemas").schemas.__file__).parent
    for name, text in made().items():
        assert (folder / name).read_text("utf-8") == text, f"{name} is out of date; run: make docs"
    for name in FILES:
        jsonschema.Draft202012Validator.check_schema(load_schema(name))


def test_every_object_kept_is_valid(sqlite_settings: Settings) -> None:
    with Archive.open(sqlite_settings) as archive:
        pdf = with_attachment(finding(2019), "http://a.gov.cn/1.pdf", b"%PDF", document(2019, doc_format="pdf"))
        crawl(archive, pdf, finding(2020, 13), with_unfetched(finding(2018), "http://a.gov.cn/2.doc", "timeout"),
              with_attachment(finding(2017), "http://a.gov.cn/3.doc", b"\xd0", Document("unsupported", "doc")))
    seen = 0
    for path in Path(sqlite_settings.archive, "documents").rglob("*.json"):
        fields = json.loads(path.read_text("utf-8"))
        assert problem(fields) is None
        jsonschema.validate(fields, load_schema(fields["schema"]))
        seen += 1
    assert seen == 8


@pytest.mark.parametrize("harm", [
    {"schema": "gongkai/version/9"}, {"number": "one"}, {"captures": None}, {"unheard": 1}])
def test_what_is_not_valid_is_told(sqlite_settings: Settings, harm: dict[str, object]) -> None:
    with Archive.open(sqlite_settings) as archive:
        crawl(archive, finding(2020))
    path = next(Path(sqlite_settings.archive, "documents").rglob("manifest.json"))
    assert problem({**json.loads(path.read_text("utf-8")), **harm})


def test_an_object_on_s3_says_what_it_is(s3_settings: S3Place) -> None:
    with Archive.open(Settings(**s3_settings.settings())) as archive:
        crawl(archive, finding(2020))
    client = s3_settings.client()
    told = {}
    for found in client.list_objects(s3_settings.bucket, recursive=True):
        stat = client.stat_object(s3_settings.bucket, found.object_name or "")
        headers = {k.lower(): v for k, v in (stat.metadata or {}).items()}
        told[headers["x-amz-meta-gongkai-kind"]] = (
            stat.content_type, headers.get("x-amz-meta-gongkai-schema") or headers.get("x-amz-meta-gongkai-media-type"))
    assert told["raw"] == ("application/zstd", "text/html")
    assert told["manifest"] == ("application/json", "gongkai/version/1")
    assert told["document"] == ("application/json", "gongkai/document/1")
    assert told["text"][0] == "text/markdown; charset=utf-8" and told["crawl-log"][0] == "application/zstd"
