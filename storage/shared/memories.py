"""What crawls remember of sites, for whichever machine crawls them next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from storage.raw import pack, unpack
from storage.shared.tables import memories


@dataclass(frozen=True)
class Memory:
    """One state of what is remembered; `generation` grows with each."""

    generation: int
    data: bytes


class SharedMemories:
    def __init__(self, do: Callable[..., Any]) -> None:
        self._do = do

    def generation(self, memory_id: str) -> int:
        """0 where nothing is remembered."""
        asked = select(memories.c.generation).where(memories.c.memory_id == memory_id)
        return int(self._do(lambda c: c.execute(asked).scalar()) or 0)

    def load(self, memory_id: str) -> Memory | None:
        """Raises DamageError."""
        asked = select(memories.c.generation, memories.c.data).where(memories.c.memory_id == memory_id)
        row = self._do(lambda c: c.execute(asked).first())
        return Memory(row.generation, unpack(bytes(row.data))) if row is not None else None

    def save(self, memory_id: str, data: bytes, *, before: int) -> int:
        """The generation it became. `before` is the one it was made from; one that is newer by now is kept, and the
        answer is `before`."""
        row = {"memory_id": memory_id, "generation": before + 1, "saved_at": func.now(), "data": pack(data)}
        statement = insert(memories).values(**row).on_conflict_do_update(
            index_elements=["memory_id"], set_={k: v for k, v in row.items() if k != "memory_id"},
            where=memories.c.generation <= before).returning(memories.c.generation)

        def put(connection: Connection) -> int:
            return int(connection.execute(statement).scalar() or before)

        generation: int = self._do(put)
        return generation
