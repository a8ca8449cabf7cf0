"""How the documents of one report stand to each other: which is canonical, which are copies, renditions, revisions.

Pure functions over what the catalog knows, so that a rebuilt catalog groups alike.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from gongkai.title import read_title
from storage.catalog.rows import VersionRow
from storage.likeness import ALIKE, shared_words

Role = Literal["canonical", "copy", "rendition", "revision"]

# Two readers of one report differ by a stray cell or some furniture; less than this is a shell or an excerpt.
_FULL_CELLS, _FULL_TEXT = 0.9, 0.5


@dataclass(frozen=True)
class Seen:
    """When a version was captured: first and last time, and how often its page was looked at."""

    first: str
    last: str
    times: int


Why = Literal["same text", "same figures", "same words and figures", "not read", "other figures", "other words"]


@dataclass(frozen=True)
class Bond:
    """What a document is to the report, and why: `to` is the document it was compared with, `shared` the part of the
    shorter text's words the other has, where that decided. The canonical document is compared with none."""

    role: Role
    why: Why | None = None
    to: str | None = None
    shared: float | None = None


@dataclass(frozen=True)
class Member:
    row: VersionRow
    seen: Seen
    bond: Bond

    @property
    def role(self) -> Role:
        return self.bond.role


@dataclass(frozen=True)
class Group:
    """`members` in order of time: by publication for what first appeared, by capture for what changed later."""

    members: tuple[Member, ...]
    canonical: VersionRow
    states: int

    @property
    def latest(self) -> Member:
        """The state the agency shows now: a re-issue published later comes before the original it corrects."""
        return [m for m in self.members if m.role in ("canonical", "revision")][-1]

    def role_of(self, document_id: str) -> Role:
        return next(m.role for m in self.members if m.row.document_id == document_id)


def group(rows: Iterable[VersionRow], seen: Mapping[tuple[str, int], Seen]) -> Group:
    """`rows` are all versions of one report, at least one."""
    documents = [sorted(found, key=lambda r: r.number)
                 for _, found in groupby(sorted(rows, key=lambda r: r.document_id), key=lambda r: r.document_id)]
    documents.sort(key=_rank(documents, seen))
    bonds = _bonds(documents)
    members = [Member(row, _look(seen, row), bonds[row.document_id])
               for versions in documents for row in versions]
    first = {versions[0].document_id: versions[0].number for versions in documents}
    members.sort(key=lambda m: _when(m, first[m.row.document_id]))
    roles = {document: bond.role for document, bond in bonds.items()}
    return Group(tuple(members), documents[0][-1], _count_states(documents, roles))


_Rank = tuple[bool, bool, bool, bool, str, str]


def _rank(documents: list[list[VersionRow]], seen: Mapping[tuple[str, int], Seen]) -> Callable[
        [list[VersionRow]], _Rank]:
    """What can be read before what cannot, the agency's own page before copies, fuller before thinner, a page before
    a file, earlier before later."""
    cells = max(versions[-1].filled_cells for versions in documents) * _FULL_CELLS
    chars = max(versions[-1].text_chars for versions in documents) * _FULL_TEXT

    def rank(versions: list[VersionRow]) -> _Rank:
        last, start = versions[-1], versions[0]
        thin = last.filled_cells < cells or last.text_chars < chars
        unread = bool(last.pending) and thin
        first = _look(seen, start).first
        return unread, not last.own_host, thin, last.doc_format != "html", _day(start, first), last.url

    return rank


def _bonds(documents: list[list[VersionRow]]) -> dict[str, Bond]:
    bonds = {documents[0][0].document_id: Bond("canonical")}
    originals = list(documents[0])
    for versions in documents[1:]:
        bond = _bond(versions[-1], originals)
        bonds[versions[0].document_id] = bond
        if bond.role == "revision":
            originals.extend(versions)
    return bonds


def _bond(row: VersionRow, originals: list[VersionRow]) -> Bond:
    """Of one agency and year they are already. Any figure that differs makes a revision, whatever the words."""
    for other in originals:
        if row.text_sha256 == other.text_sha256 or row.body_sha256 == other.body_sha256:
            return Bond("copy" if row.doc_format == other.doc_format else "rendition", "same text", other.document_id)
    for other in originals:
        elsewise = row.doc_format != other.doc_format
        same_figures = row.cells_sha256 is not None and row.cells_sha256 == other.cells_sha256
        if elsewise and same_figures:
            return Bond("rendition", "same figures", other.document_id)
        if (elsewise and row.pending and row.text_chars == 0) or _is_picture(row):
            return Bond("rendition", "not read", other.document_id)  # so nothing says that it differs
        shared = shared_words(row.words, other.words) if same_figures else None
        if shared is not None and shared >= ALIKE:
            return Bond("copy", "same words and figures", other.document_id, shared)
    last = originals[-1]
    return Bond("revision", "other words" if row.cells_sha256 == last.cells_sha256 else "other figures",
                last.document_id)


def _is_picture(row: VersionRow) -> bool:
    """A 图解 or 图片版: what it shows is in its pictures, which nobody compared with anything."""
    return row.cells_sha256 is None and read_title(row.title or "").edition == "picture"


def compared_with(position: int, members: Sequence[Member]) -> int | None:
    """Which of `members` (in order of time) the one at `position` is compared with: the state before of the same
    document, else, for another document, the state of the original it came after."""
    member, earlier = members[position], range(position - 1, -1, -1)
    document = member.row.document_id
    is_original = member.role in ("canonical", "revision")

    def other_original(at: int) -> bool:
        return members[at].role in ("canonical", "revision") and members[at].row.document_id != document

    same = next((at for at in earlier if members[at].row.document_id == document), None)
    if same is not None:
        return same
    older = next((at for at in earlier if other_original(at)), None)
    if older is not None or is_original:
        return older
    return next((at for at in range(len(members)) if other_original(at)), None)


def _count_states(documents: list[list[VersionRow]], roles: Mapping[str, Role]) -> int:
    bodies: set[str] = set()
    states: set[str] = set()
    for versions in documents:
        if roles[versions[0].document_id] in ("canonical", "revision"):
            states |= {row.version_sha256 for row in versions
                       if roles[row.document_id] == "canonical" or row.body_sha256 not in bodies}
            bodies |= {row.body_sha256 for row in versions}
    return len(states)


def _look(seen: Mapping[tuple[str, int], Seen], row: VersionRow) -> Seen:
    """A version without captures is damage, which verify names; it must not stop everything else."""
    return seen.get((row.document_id, row.number), Seen("", "", 0))


def _when(member: Member, first_number: int) -> tuple[str, str, str, int]:
    row, first = member.row, member.seen.first
    day = _day(row, first) if row.number == first_number else first[:10]
    return day, first, row.url, row.number


def _day(row: VersionRow, first_seen: str) -> str:
    """A date of publication that lies after the first capture is a misprint."""
    return min(row.published or first_seen[:10], first_seen[:10])
