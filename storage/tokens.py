"""Who may order something: names with the digests of their secrets, in a file of the archive's state.

A secret is 32 random bytes, so that a plain digest gives nothing away; it is shown once, when it is made.
"""

import hmac
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from gongkai.clock import stamp, utc_now
from gongkai.digest import sha256_hex
from gongkai.errors import ConfigurationError, NotFoundError, StorageError
from storage.failures import file_failures
from storage.locks import exclusively

_PREFIX = "gk_"


@dataclass(frozen=True)
class Token:
    name: str
    sha256: str
    created_at: str


class Tokens:
    """Of one archive, on this machine."""

    def __init__(self, state_dir: Path) -> None:
        self._file = state_dir.absolute() / "tokens.json"
        self._lock = state_dir.absolute() / "locks" / "tokens.lock"

    def all(self) -> list[Token]:
        """Raises StorageError for a file that is none of ours."""
        with file_failures(f"read {self._file}"):
            if not self._file.is_file():
                return []
            text = self._file.read_text(encoding="utf-8")
        try:
            return [Token(**one) for one in json.loads(text)]
        except (ValueError, TypeError):
            raise StorageError(f"{self._file} is no list of tokens; remove it and make new ones with gongkai token "
                               "new") from None

    def new(self, name: str) -> str:
        """The secret, for the only time. Raises ConfigurationError where the name is taken."""
        name = name.strip()
        if not name or len(name) > 80:
            raise ConfigurationError("a token's name must have 1 to 80 characters; it says who orders, for example "
                                     "editor")
        secret = _PREFIX + secrets.token_urlsafe(32)

        def add(tokens: list[Token]) -> list[Token]:
            if any(token.name == name for token in tokens):
                raise ConfigurationError(f"there is a token {name!r} already; revoke it first (gongkai token revoke) "
                                         "or take another name")
            return [*tokens, Token(name, sha256_hex(secret), stamp(utc_now()))]

        self._change(add)
        return secret

    def revoke(self, name: str) -> None:
        def remove(tokens: list[Token]) -> list[Token]:
            left = [token for token in tokens if token.name != name]
            if len(left) == len(tokens):
                raise NotFoundError(f"there is no token {name!r}; gongkai token list shows them")
            return left

        self._change(remove)

    def owner(self, secret: str) -> str | None:
        """Whose it is. Takes the same time whatever the secret shares with a right one."""
        digest, found = sha256_hex(secret), None
        for token in self.all():
            if hmac.compare_digest(token.sha256, digest):
                found = token.name
        return found

    def _change(self, change: Callable[[list[Token]], list[Token]]) -> None:
        with file_failures(f"write {self._file}"):
            self._lock.parent.mkdir(parents=True, exist_ok=True)
        with exclusively(self._lock):
            tokens = change(self.all())
            text = json.dumps([asdict(token) for token in tokens], ensure_ascii=False, indent=1) + "\n"
            with file_failures(f"write {self._file}"):
                fresh = self._file.with_suffix(".new")
                handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                fresh.replace(self._file)
