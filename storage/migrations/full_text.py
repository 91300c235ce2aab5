"""The index of words over what was read, by the database's kind.

It holds no text of its own (``content=``): it points into ``version``, and triggers keep
it in step with every way a text can come, change or go. Whoever purges texts also has to
run ``INSERT INTO search_words(search_words) VALUES ('optimize')``: until then single
words of what was purged may still be found in the file's free pages.
"""

from __future__ import annotations

PREFIX = "search_"
"""Tables that begin so are the index and what SQLite keeps for it; they are no rows of ours."""

IS_POSSIBLE = "SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'"
"""An SQLite that was built without FTS5 searches by reading."""

SEARCHABLE = {
    "sqlite": (
        """CREATE VIRTUAL TABLE search_words USING fts5(
text, content='version', content_rowid='id', tokenize='unicode61 remove_diacritics 2')""",
        """CREATE TRIGGER search_words_added AFTER INSERT ON version
BEGIN INSERT INTO search_words(rowid, text) VALUES (NEW.id, NEW.text); END""",
        """CREATE TRIGGER search_words_gone AFTER DELETE ON version
BEGIN INSERT INTO search_words(search_words, rowid, text)
VALUES ('delete', OLD.id, OLD.text); END""",
        """CREATE TRIGGER search_words_changed AFTER UPDATE OF text ON version
BEGIN INSERT INTO search_words(search_words, rowid, text)
VALUES ('delete', OLD.id, OLD.text);
INSERT INTO search_words(rowid, text) VALUES (NEW.id, NEW.text); END""",
    ),
    "postgresql": (),
}
