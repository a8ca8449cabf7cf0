"""The files of a finding, each read in the sandbox: the first half of understanding one, now or years later."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from time import monotonic

from crawler.normalise import join
from crawler.normalise.sandbox import Sandbox
from crawler.reports.alternatives import best_reading
from gongkai.capture import Capture, Finding
from gongkai.document import Document
from gongkai.report import SourceDocument


def read_files(finding: Finding, sandbox: Sandbox) -> tuple[SourceDocument, ...]:
    """The page with its continuation parts as one document, then every file that was fetched."""
    pages = (finding.page, *finding.parts)
    sources = [SourceDocument("page", finding.page.final_url, tuple(p.raw_sha256 for p in pages),
                              _read(pages, sandbox))]
    taken = [(file.url, file.capture) for file in finding.attachments if file.capture is not None]
    for pictured, group in groupby(taken, lambda file: file[1].content_type.startswith("image/")):
        files = list(group)
        for some in [files] if pictured else [[file] for file in files]:  # pictures of one text are its pages
            captures = tuple(capture for _, capture in some)
            sources.append(SourceDocument("attachment", some[0][0], tuple(c.raw_sha256 for c in captures),
                                          _read(captures, sandbox)))
    return tuple(sources)


def _read(captures: Sequence[Capture], sandbox: Sandbox) -> Document:
    documents = [_read_one(capture, sandbox) for capture in captures]
    joined = join(documents)
    return joined if len(documents) == 1 else replace(joined, extractor=documents[0].extractor)


def _read_one(capture: Capture, sandbox: Sandbox) -> Document:
    return read_body(capture.body, sandbox, url=capture.final_url, content_type=capture.header("content-type"))


def read_body(body: bytes, sandbox: Sandbox, *, url: str | None, content_type: str | None = None) -> Document:
    """One file, read the way that makes most of it; all ways together have the time of one file."""
    began = monotonic()
    document = sandbox.read(body, url=url, content_type=content_type)
    return best_reading(document, lambda way: sandbox.read(body, url=url, content_type=content_type, way=way,
                                                           spent_s=monotonic() - began))
