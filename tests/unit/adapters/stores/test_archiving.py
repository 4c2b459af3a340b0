from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text

from app.adapters.stores import archiving
from app.adapters.stores.opening import open_sqlite
from tests.fakes.stores import SetClock


def test_what_came_later_is_asked_of_each_release_and_not_walked(tmp_path: Path) -> None:
    open_sqlite(tmp_path / "gate.db", "gate.test/log", SetClock()).close()
    engine = create_engine(f"sqlite:///{tmp_path}/gate.db")
    with engine.begin() as connection:
        query = archiving.STILL["sqlite"].compile(engine).string
        asked = text(f"EXPLAIN QUERY PLAN {query}".replace("?", "0"))
        plan = [row[3] for row in connection.execute(asked)]
    engine.dispose()

    assert "SEARCH later USING INDEX entry_about (log=? AND release_digest=?)" in plan
