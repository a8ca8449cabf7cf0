"""What the archive asks of a place for objects. A directory and S3 answer it; nothing else knows which one it is."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from gongkai.errors import DamageError, StorageError


class ObjectMissingError(StorageError):
    """No object under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"object {key} is missing; gongkai verify lists everything that is")
        self.key = key


class KeyTakenError(DamageError):
    """Another byte string stands under a key that is about to be written. Nothing was overwritten."""

    def __init__(self, key: str) -> None:
        super().__init__(f"object {key} exists with other bytes than those to be kept, and nothing is ever "
                         "overwritten; run gongkai verify to see what else is affected")
        self.key = key


class ObjectStore(Protocol):
    """Bytes under keys, created once. All methods may be called from several threads and raise StorageError."""

    place: str
    """Where the objects are, for messages."""

    def put(self, key: str, data: bytes, content_type: str, about: Mapping[str, str] | None = None) -> bool:
        """True when created, False when the same bytes were there. Raises KeyTakenError for other bytes. `about` goes
        with the object where the place can hold it: for other programs, never for this one."""
        ...

    def remove(self, key: str) -> None:
        """Only for what a crash left behind and nothing refers to, and for what a tombstone names. Gone already is
        well."""
        ...

    def get(self, key: str) -> bytes:
        """Raises ObjectMissingError."""
        ...

    def exists(self, key: str) -> bool: ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Every key that begins with `prefix`, in no promised order."""
        ...

    def sizes(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """The same with the bytes each object takes."""
        ...
