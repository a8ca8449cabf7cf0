"""What each state in a report's history is to those before it, in a person's words."""

from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import urlsplit

from storage.absence import Absence
from storage.grouping import Member

Step = Literal["first", "reissue", "correction", "move", "copy", "rendition"]


def steps(members: Sequence[Member], absent: Mapping[str, Sequence[Absence]]) -> list[Step]:
    """For each member in order. `absent` are the absences of each document's page."""
    return [_step(member, members[:position], absent) for position, member in enumerate(members)]


def _step(member: Member, earlier: Sequence[Member], absent: Mapping[str, Sequence[Absence]]) -> Step:
    if not earlier:
        return "first"
    row = member.row
    if any(other.row.document_id == row.document_id for other in earlier):
        return "reissue"
    same = [o for o in earlier if row.body_sha256 == o.row.body_sha256 or row.text_sha256 == o.row.text_sha256]
    if any(_took_the_place(member, other, earlier, absent) for other in same):
        return "move"
    if member.role == "rendition" or any(o.row.doc_format != row.doc_format for o in same) or _same_figures(
            member, earlier):
        return "rendition"
    return "copy" if same or member.role == "copy" else "correction"


def _took_the_place(new: Member, old: Member, earlier: Sequence[Member],
                    absent: Mapping[str, Sequence[Absence]]) -> bool:
    """The same report on the agency's own site, first seen when its old page was no longer: it is known to be gone, or
    stood on a host that the site has left."""
    last = max(o.seen.last for o in earlier if o.row.document_id == old.row.document_id)
    if not (new.row.own_host and old.row.own_host) or last >= new.seen.first:
        return False
    gone = any(absence.until is None for absence in absent.get(old.row.document_id, ()))
    return gone or urlsplit(new.row.url).hostname != urlsplit(old.row.url).hostname


def _same_figures(member: Member, earlier: Sequence[Member]) -> bool:
    row = member.row
    return row.cells_sha256 is not None and member.role == "rendition" and any(
        o.row.cells_sha256 == row.cells_sha256 and o.row.doc_format != row.doc_format for o in earlier)
