"""The one digest: SHA-256 in lower-case hex."""

import hashlib


def sha256_hex(data: bytes | str) -> str:
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()
