"""A catalog as an earlier release left it: its schema, its rows, no search index."""

import json
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect, text

import storage.catalog.schema as schema
from gongkai.settings import Settings

_COUNTED = "coverage_counts"
"""Its rows had another shape before 0010."""


def age(settings: Settings, revision: str = "0001") -> None:
    """Takes an archive's catalog back to an earlier schema."""
    engine = create_engine(settings.catalog_url)
    without = {"alembic_version"} | ({_COUNTED} if revision < "0010" else set())
    with engine.begin() as connection:
        rows = {name: [dict(row._mapping) for row in connection.execute(text(f"SELECT * FROM {name}"))]
                for name in inspect(connection).get_table_names() if name not in without}
        for name in inspect(connection).get_table_names():
            connection.execute(text(f"DROP TABLE {name}"))
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        there = inspect(connection).get_table_names()
        for name, found in ((name, found) for name, found in rows.items() if name in there):
            connection.execute(text(f"DELETE FROM {name}"))  # what a migration counted while there was nothing
            known = {column["name"] for column in inspect(connection).get_columns(name)}
            for full in found:
                row = {key: _as_json(value) for key, value in full.items() if key in known}
                if name == "versions" and "folded" in known:
                    row["folded"] = "what the first release searched in"
                names, values = ", ".join(row), ", ".join(f":{key}" for key in row)
                connection.execute(text(f"INSERT INTO {name} ({names}) VALUES ({values})"), row)
    engine.dispose()
    for left in Path(settings.archive).glob("catalog.search.db*"):
        left.unlink()


def _as_json(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value
