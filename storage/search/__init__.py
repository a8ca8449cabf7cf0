"""Full text of the reports: bigrams in FTS5 beside an SQLite catalog, in a tsvector in PostgreSQL. Derived from the
objects, filled from a queue that the catalog keeps, so that index and catalog never disagree for good."""

from storage.search.asked import Counts, SearchQuery
from storage.search.index import SearchIndex, open_index
from storage.search.snippets import Snippet

__all__ = ["Counts", "SearchIndex", "SearchQuery", "Snippet", "open_index"]
