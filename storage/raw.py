"""Bytes as received, named by their digest: markup and text compressed, binaries as they are, each kept once."""

import zstandard

from gongkai.digest import sha256_hex
from gongkai.errors import DamageError
from storage.layout import raw_key
from storage.objects import KeyTakenError, ObjectMissingError, ObjectStore

_LEVEL = 3  # 3.1x on this field's pages at 6.5x the speed of gzip-6; level 19 gains 15% for fifty times the time
_LOOK_BYTES = 4096
_BINARY_HEADS = (b"%PDF",)
_BINARY_BYTES = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
_LARGEST_BYTES = 1024**3  # a stored frame that claims more is damage, not a capture


def compresses(body: bytes) -> bool:
    """Decided by the bytes alone, so that one byte string has one key whatever a server called it."""
    head = body[:_LOOK_BYTES]
    return not head.startswith(_BINARY_HEADS) and len(head.translate(None, _BINARY_BYTES)) == len(head)


def key_of(body: bytes) -> str:
    return raw_key(sha256_hex(body), compressed=compresses(body))


def pack(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(data)


def unpack(data: bytes) -> bytes:
    """Raises DamageError for what is not one whole frame with its checksum and nothing behind it."""
    try:
        if not zstandard.get_frame_parameters(data).has_checksum:
            raise DamageError("a zstd frame without the checksum it was kept with")
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=_LARGEST_BYTES, allow_extra_data=False)
    except (zstandard.ZstdError, MemoryError) as problem:
        raise DamageError(f"not a whole zstd frame ({problem})") from None


def keep_raw(objects: ObjectStore, body: bytes, content_type: str) -> str:
    """The key it stands under. Raises DamageError when what stands there is not what its name says."""
    key = key_of(body)
    try:
        if key.endswith(".zst"):
            objects.put(key, pack(body), "application/zstd", {"media-type": content_type})
        else:
            objects.put(key, body, content_type or "application/octet-stream", {"media-type": content_type})
    except KeyTakenError:
        # Another release of the compressor packs the same bytes differently; that is no conflict.
        if not key.endswith(".zst") or not _holds(objects, key, body):
            raise
    return key


def raw_bytes(objects: ObjectStore, sha256: str) -> bytes:
    """Raises ObjectMissingError, or DamageError when the bytes are not what their name says."""
    for compressed in (True, False):
        key = raw_key(sha256, compressed=compressed)
        try:
            stored = objects.get(key)
        except ObjectMissingError:
            continue
        body = unpack(stored) if compressed else stored
        if sha256_hex(body) != sha256:
            raise DamageError(f"object {key} no longer holds the bytes its name promises; run gongkai verify")
        return body
    raise ObjectMissingError(raw_key(sha256, compressed=False))  # or dropped on purpose: verify tells which


def _holds(objects: ObjectStore, key: str, body: bytes) -> bool:
    try:
        return unpack(objects.get(key)) == body
    except DamageError:
        return False
