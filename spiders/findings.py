"""What a page that may be a report is handed over with: the continuation of its text, its files and its pictures."""

from collections.abc import Callable

from scrapy.http import Response

from gongkai.capture import Attachment, Capture, Finding
from spiders.bodies import holds_text, lacks_text
from spiders.captures import capture_of
from spiders.course import Course
from spiders.families import body_parts
from spiders.frontier import Lead
from spiders.page import Page, read_page
from spiders.pictures import pictures_of
from spiders.post import Asked
from spiders.scoring import denied
from spiders.wire import FetchFailed, Wire

_MOST_ATTACHMENTS = 12
_MOST_PARTS = 40
_MOST_TEXTS = 2


class Findings:
    """`incident` takes address, kind and detail of what went wrong on the way."""

    def __init__(self, course: Course, wire: Wire, incident: Callable[[str, str, str], None]) -> None:
        self._course, self._wire, self._incident = course, wire, incident

    async def of(self, lead: Lead, page: Page, response: Response) -> Finding:
        """Page, continuation parts and attachments together: the pipelines take them as one."""
        self._wire.torn = False
        parts = await self._parts(page) if page.kind != "file" else ()
        if not parts and lacks_text(page):
            parts = await self._text_of(page)
        files = [link for link in page.files
                 if not denied(link.url) and self._course.territory.place(link.url) != "refused"][:_MOST_ATTACHMENTS]
        attachments = [await self._attachment(link.url, link.name, page.url) for link in files]
        for number, url in enumerate(pictures_of(page, response, self._course.years), 1):
            if self._course.territory.place(url) != "refused":
                attachments.append(await self._attachment(url, f"picture {number} of the text", page.url))
        return Finding(self._course.site, capture_of(response, lead.url), parts, tuple(attachments), lead.hints)

    async def _parts(self, page: Page) -> tuple[Capture, ...]:
        parts: list[Capture] = []
        for url in body_parts(page)[:_MOST_PARTS]:
            try:
                part = await self._wire.fetch(url, page.url, f"part {len(parts) + 2} of the text")
            except FetchFailed as problem:
                if not self._wire.tears(problem):
                    self._incident(url, problem.kind, f"a part of the text is missing: {problem.detail}")
                continue
            if part.status < 400:
                parts.append(capture_of(part, url))
            else:
                self._incident(url, "missing", f"a part of the text is missing: status {part.status}")
        return tuple(parts)

    async def _text_of(self, page: Page) -> tuple[Capture, ...]:
        """What a page that shows no text of its own has in a frame, or its scripts ask for, if it holds one."""
        for frame in page.frames[:_MOST_TEXTS]:
            if self._course.territory.place(frame) != "refused" and (part := await self._holding(Asked(frame), page)):
                return (part,)
            if self._wire.torn:
                return ()
        for script in self._course.rows.unread(page):
            if self._course.rows.asked_by(page, whole=True):
                break
            try:
                code = await self._wire.fetch(script, page.url, "may say where the text of the page is")
            except FetchFailed:
                continue
            self._course.rows.read(script, read_page(code))
        for asked in self._course.rows.asked_by(page, whole=True)[:_MOST_TEXTS]:
            if part := await self._holding(asked, page):
                return (part,)
            if self._wire.torn:
                break
        return ()

    async def _holding(self, asked: Asked, page: Page) -> Capture | None:
        """What was asked for, if it came and holds the text of the page."""
        try:
            answer = await self._wire.fetch(asked.url, page.url, "brings the text of the page", asked.post)
        except FetchFailed as problem:
            self._wire.tears(problem)
            return None
        return capture_of(answer, asked.url) if answer.status == 200 and holds_text(read_page(answer)) else None

    async def _attachment(self, url: str, text: str, referrer: str) -> Attachment:
        if self._course.frontier.asked(url):
            return Attachment(url, text, problem="fetched with another page of this crawl")
        if self._wire.spent:
            self._wire.tears()
            return Attachment(url, text, problem=f"the budget of {self._wire.budget} requests is spent")
        try:
            response = await self._wire.fetch(url, referrer, f"file of the page: {text}")
        except FetchFailed as problem:
            if not self._wire.tears(problem):
                self._incident(url, problem.kind, problem.detail)
            return Attachment(url, text, problem=f"{problem.kind}: {problem.detail}")
        if response.status >= 400:
            self._incident(url, "missing", f"status {response.status}")
            return Attachment(url, text, problem=f"status {response.status}")
        return Attachment(url, text, capture_of(response, url))
