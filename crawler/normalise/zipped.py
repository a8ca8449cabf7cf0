"""What a zipped format may cost, told from its directory before anything is inflated; members read with a cap."""

import zipfile
from io import BytesIO

MAX_MEMBERS = 4_000
MAX_INFLATED_BYTES = 160 << 20
MAX_XML_BYTES = 48 << 20
MAX_RATIO = 200
_RATIO_FROM_BYTES = 16 << 20


def oversize(data: bytes) -> str | None:
    """Why a zipped document is not to be opened, or None."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members = archive.infolist()
    total = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS:
        return f"{len(members)} members"
    markup = max((member.file_size for member in members if member.filename.endswith((".xml", ".rels"))), default=0)
    if total > MAX_INFLATED_BYTES or markup > MAX_XML_BYTES:
        return f"would inflate to {total} bytes"
    if total > _RATIO_FROM_BYTES and total > MAX_RATIO * max(len(data), 1):
        return f"would inflate {total // max(len(data), 1)} times"
    return None


def is_locked(data: bytes) -> bool:
    """Whether a member needs a password."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return any(member.flag_bits & 1 for member in archive.infolist())
