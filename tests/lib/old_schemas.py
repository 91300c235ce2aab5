"""Databases as older versions left them, with or without what a present one holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

from storage import schema
from storage.engine import WRITING, open_engine
from storage.migrations.full_text import PREFIX

if TYPE_CHECKING:
    from pathlib import Path

_OWN = ("sqlite_", "alembic_", PREFIX)


def old_database(path: Path, revision: str) -> None:
    """Make an empty database as an older version left it."""
    engine = open_engine(f"sqlite:///{path}", create=True)
    steps = Config()
    steps.set_main_option("script_location", str(schema.MIGRATIONS))
    with engine.connect().execution_options(**{WRITING: True}) as writing, writing.begin():
        steps.attributes["connection"] = writing
        command.upgrade(steps, revision)
    engine.dispose()


def take_back(path: Path, revision: str) -> None:
    """Put an older schema's database in a present one's place, holding all that it can hold."""
    new = path.with_name("newer.db")
    path.rename(new)
    old_database(path, revision)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("ATTACH ? AS newer", (str(new),))
        raw.execute("PRAGMA foreign_keys = OFF")
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall():
            if name.startswith(_OWN):
                continue
            there = {row[1] for row in raw.execute(f'PRAGMA newer.table_info("{name}")')}
            shared = ", ".join(
                f'"{row[1]}"'
                for row in raw.execute(f'PRAGMA main.table_info("{name}")')
                if row[1] in there
            )
            raw.execute(
                f'INSERT INTO main."{name}" ({shared}) SELECT {shared} FROM newer."{name}"'  # noqa: S608 - names of our own tables
            )
    new.unlink()
