"""What crawls on several machines share beside the archive, in a schema of its own on the catalog's server: whose turn
it is at a host, which hosts rest, what is remembered of sites. No part of the archive: `gongkai rebuild` leaves it
alone, and losing it costs requests, never a report."""

from storage.shared.hosts import Rested, SharedHosts
from storage.shared.memories import Memory, SharedMemories
from storage.shared.server import SCHEMA, Shared, open_shared

__all__ = ["SCHEMA", "Memory", "Rested", "Shared", "SharedHosts", "SharedMemories", "open_shared"]
