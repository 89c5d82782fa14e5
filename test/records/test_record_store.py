"""Opening a database: tables as the models say, upgraded at once, refused when newer, named when out of reach."""

import re
import subprocess
import sys
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from record_samples import make_booking
from sqlalchemy import text

from robot_trials.records import Records, RecordsError, migrate
from robot_trials.records.bookings import add_booking, list_bookings
from robot_trials.records.models import APPEND_ONLY, Base
from robot_trials.records.permits import record_permit


def test_migrations_make_the_tables_of_the_models(records):
    with records.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert migrate.read_version(connection) == migrate.NEWEST
    assert migrate.known_versions()[0] == migrate.NEWEST


def test_newer_database_is_refused_with_both_versions(records, url):
    with records.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordsError, match=rf"version 9999, newer than {migrate.NEWEST}.*update robot_trials"):
        Records.open(url)


def test_database_of_something_else_is_refused(records, url):
    with records.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(RecordsError, match="tables of something else"):
        Records.open(url)


def test_two_who_open_an_empty_database_at_once_make_one_set_of_tables(url):
    failures = []

    def open_it():
        try:
            Records.open(url).close()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_sqlite_survives_a_loss_of_power(tmp_path):
    records = Records.open(f"sqlite:///{tmp_path}/new/folder/records.sqlite")
    with records.engine.connect() as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
        assert pragmas == ["wal", 2]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    records.close()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("records.sqlite", "no URL of a database"),
        ("mysql://host/name", "mysql: must be sqlite or postgresql"),
        ("sqlite:////proc/none/records.sqlite", "/proc/none/records.sqlite"),
        ("postgresql+psycopg://someone:secret@/none?host=/nowhere", "/nowhere"),
    ],
)
def test_database_out_of_reach_is_named_without_its_password(wrong, said):
    with pytest.raises(RecordsError, match=re.escape(said)) as caught:
        Records.open(wrong)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("act", ["UPDATE {} SET at = 0", "DELETE FROM {}"])
def test_histories_can_only_grow(records, table, act):
    with records.write() as session:
        record_permit(session, "P-1", "text", "Wen Li", "Wen Li", at=5.0)
        add_booking(session, make_booking(), at=5.0)
        session.execute(text("INSERT INTO gates (site, kind, value, at, source) VALUES ('s', 'wind', 1.0, 5.0, 'x')"))
        session.execute(text("INSERT INTO checklists (booking, who, at, note) VALUES ('relay_1', 'x', 5.0, '')"))
    with pytest.raises(RecordsError, match=f"{table} is append-only"), records.write() as session:
        session.execute(text(act.format(table)))
    with records.read() as session:
        assert session.execute(text(f"SELECT min(at) FROM {table}")).scalar() == 5.0


def test_transaction_is_whole_or_not_at_all(records):
    with pytest.raises(ZeroDivisionError), records.write() as session:
        add_booking(session, make_booking(), at=5.0)
        session.flush()
        print(1 / 0)
    with records.read() as session:
        assert list_bookings(session) == []


def test_what_was_committed_outlives_a_killed_process(records, url):
    script = f"""
import os, signal
from robot_trials.records import Records
from robot_trials.records.permits import record_permit
records = Records.open({url!r})
with records.write() as session:
    record_permit(session, "P-1", "text", "Wen Li", "Wen Li", 5.0)
with records.write() as session:
    record_permit(session, "P-2", "text", "Wen Li", "Wen Li", 5.0)
    session.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    with records.read() as session:
        assert session.execute(text("SELECT number FROM permits")).scalars().all() == ["P-1"]


def test_full_disk_is_an_error_that_names_the_database(tmp_path):
    script = f"""
import resource
from robot_trials.records import Records, RecordsError
from robot_trials.records.permits import record_permit
records = Records.open("sqlite:///{tmp_path}/records.sqlite")
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
written = 0
try:
    for number in range(1000):
        with records.write() as session:
            record_permit(session, f"P-{{number}}", "x" * 4000, "Wen Li", "Wen Li", 5.0)
        written += 1
except RecordsError as error:
    print(error)
with records.read() as session:
    from robot_trials.records.permits import list_permits
    assert len(list_permits(session)) == written > 0, written
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "records.sqlite: " in result.stdout and ("disk" in result.stdout or "full" in result.stdout)
