"""What every format is given: the reports chosen, where to write, and what is said of the whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongkai import PIPELINE_VERSION, __version__
from gongkai.errors import DamageError, StorageError
from storage.export.codebook import Codebook
from storage.export.selection import Chosen, LeftOut, Selection, chosen
from storage.manifest import CaptureEntry
from storage.records import StoredVersion

if TYPE_CHECKING:
    from storage.archive import Archive

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Origin:
    """Who made the archive, for the heads of what is handed out."""

    contact: str
    user_agent: str


@dataclass
class Work:
    archive: "Archive"
    folder: Path
    selection: Selection
    codebook: Codebook
    origin: Origin
    moment: str
    split: str
    progress: Progress
    left_out: LeftOut = field(default_factory=LeftOut)
    reports: int = 0
    versions: int = 0

    def chosen(self) -> Iterator[Chosen]:
        for found in chosen(self.archive, self.selection, self.left_out):
            self.reports += 1
            self.versions += len(found.versions)
            yield found
            self.progress(self.reports, None)

    def captures(self, version: StoredVersion) -> list[CaptureEntry]:
        """All fetches of a version; those of its manifest alone where a crawl's log is damaged, and that is said."""
        try:
            return self.archive.captures(version)
        except (DamageError, StorageError) as problem:
            self.left_out.problems.append(f"captures of {version.entry.document_id} {version.entry.document_number}: "
                                          f"{problem}")
            return list(version.manifest.captures)

    def about(self) -> dict[str, Any]:
        return {"program": f"gongkai {__version__}", "pipeline_version": PIPELINE_VERSION, "created": self.moment,
                "selection": self.selection.as_json(), "reports": self.reports, "versions": self.versions,
                "left_out": self.left_out.problems}
