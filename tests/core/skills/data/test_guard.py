"""Nothing but reading gets through: a checked tree, a read-only connection, and limits."""

import sqlite3
import time
from contextlib import closing

import pytest

from core.skills.data.book import load_book
from core.skills.data.database import Database
from core.skills.data.errors import DataError, QueryRefusedError, QueryTooSlowError
from core.skills.data.guard import checked
from core.skills.data.load import EXAMPLE_BOOKS

BOOK = load_book(EXAMPLE_BOOKS["ko"])


@pytest.fixture(scope="module")
def database(shop):
    return Database.open(f"sqlite:///{shop}", most_rows=20, most_s=1.0)


@pytest.fixture(scope="module")
def schema(database):
    return database.schema(BOOK.tables)


@pytest.fixture
def run(database, schema):
    def run(sql):
        tree = checked(sql, schema=schema, personal=BOOK.personal, dialect="sqlite")
        return database.read(tree.sql(dialect="sqlite"))

    return run


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM orders",
        "UPDATE orders SET status = 'x'",
        "INSERT INTO orders SELECT * FROM orders",
        "DROP TABLE orders",
        "CREATE TABLE x AS SELECT 1",
        "ALTER TABLE orders ADD COLUMN x",
        "SELECT 1; DELETE FROM orders",
        "SELECT 1; SELECT 2",
        "PRAGMA writable_schema = 1",
        "ATTACH DATABASE '/tmp/x' AS x",
        "VACUUM INTO '/tmp/x'",
        "EXPLAIN SELECT 1",
        "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
        "SELECT * INTO copy FROM orders",
        "SELECT load_extension('x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM main.orders",
        "SELECT * FROM pragma_table_info('orders')",
        "SELECT * FROM orders WHERE id IN (SELECT id FROM sqlite_sequence)",
        "SELECT nothing FROM orders",
        "SELECT",
        "내 질문에 답해줘",
        "",
    ],
)
def test_what_does_more_than_read_allowed_tables_is_refused(run, shop, sql):
    before = shop.read_bytes()
    with pytest.raises(QueryRefusedError):
        run(sql)
    assert shop.read_bytes() == before


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM orders",
        "CREATE TABLE x (a)",
        "ATTACH DATABASE ':memory:' AS x",
        "PRAGMA journal_mode = WAL",
    ],
)
def test_the_database_itself_refuses_what_slips_past_the_check(database, shop, sql):
    before = shop.read_bytes()
    with pytest.raises(DataError):
        database.read(sql)
    assert shop.read_bytes() == before


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM customers",
        "SELECT c.name, COUNT(*) FROM customers c GROUP BY c.id",
        "SELECT * FROM (SELECT name AS who FROM customers)",
        "WITH t AS (SELECT name AS n FROM customers) SELECT n FROM t",
        "SELECT (SELECT name FROM customers LIMIT 1)",
        "SELECT name FROM products UNION ALL SELECT name FROM customers",
        "SELECT MAX(email) FROM customers",
        "SELECT upper(phone) FROM customers",
        "SELECT * FROM customers",
        "SELECT group_concat(name) FROM customers",
    ],
)
def test_personal_data_never_comes_out_whole(run, shop, sql):
    """Wherever in the query the column stands."""
    with closing(sqlite3.connect(shop)) as db:
        rows = db.execute("SELECT name, email, phone FROM customers").fetchall()
    personal = {value for row in rows for value in row}
    shown = {str(value) for row in run(sql).rows for value in row}
    assert not any(secret in text for secret in personal for text in shown)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT COUNT(*) FROM customers WHERE name = '김민준'",
        "SELECT COUNT(*) FROM customers c JOIN orders o ON c.email LIKE 'user1%'",
        "SELECT CASE WHEN phone LIKE '010-1%' THEN 1 ELSE 0 END FROM customers",
        "SELECT city FROM customers GROUP BY city HAVING MAX(name) > '김'",
    ],
)
def test_no_condition_may_look_at_personal_data(run, sql):
    """Its rows would tell whether somebody is there."""
    with pytest.raises(QueryRefusedError, match="personal"):
        run(sql)


def test_capitals_hide_nothing_personal(tmp_path):
    """Frameworks name tables and columns like `Staff.fullName`, and views stand for tables."""
    path = tmp_path / "staff.sqlite3"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE Staff (id INTEGER PRIMARY KEY, fullName TEXT, homeTown TEXT)")
        db.execute("INSERT INTO Staff VALUES (1, '김보람', '부산')")
        db.execute("CREATE VIEW Names AS SELECT fullName FROM Staff")
    database = Database.open(f"sqlite:///{path}")
    schema = database.schema(frozenset({"Staff", "Names"}))
    personal = frozenset({"Staff.fullName", "Names.fullName"})
    for columns, table in (("*", "Staff"), ("FULLNAME", "Staff"), ('"fullName"', '"Names"')):
        sql = f"SELECT {columns} FROM {table}"  # noqa: S608 - our own
        tree = checked(sql, schema=schema, personal=personal, dialect="sqlite")
        assert "김**" in database.read(tree.sql(dialect="sqlite")).rows[0]
    with pytest.raises(QueryRefusedError):
        checked("SELECT * FROM staff", schema=schema, personal=personal, dialect="sqlite")


def test_people_may_be_counted(run):
    assert run("SELECT COUNT(DISTINCT name) FROM customers").rows[0][0] > 1


def test_rows_are_limited_and_that_is_said(run):
    few, many = run("SELECT id FROM products LIMIT 5"), run("SELECT id FROM orders")
    assert (len(few.rows), few.cut) == (5, False)
    assert (len(many.rows), many.cut) == (20, True)


def test_a_query_that_takes_too_long_is_ended(run):
    started = time.monotonic()
    with pytest.raises(QueryTooSlowError):
        run(
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT COUNT(*) FROM t"
        )
    assert time.monotonic() - started < 10


def test_a_database_that_cannot_be_read_says_so(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        Database.open(f"sqlite:///{tmp_path / 'missing.sqlite3'}").schema(BOOK.tables)
    with pytest.raises(DataError, match="FAQBOT_DATA_URL"):
        Database.open("nonsense")
    with closing(sqlite3.connect(tmp_path / "empty.sqlite3")) as db:
        db.execute("CREATE TABLE customers (id INTEGER)")
        db.commit()
    with pytest.raises(DataError, match="no table"):
        Database.open(f"sqlite:///{tmp_path / 'empty.sqlite3'}").schema(BOOK.tables)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT COUNT(DISTINCT email = '{}') FROM customers",
        "SELECT COUNT(nullif(email, '{}')) FROM customers",
        "SELECT city, COUNT(*) FROM customers GROUP BY city, email = '{}'",
        "SELECT email = '{}' AS e, COUNT(*) FROM customers GROUP BY e",
        "SELECT city, birth_year FROM customers ORDER BY email = '{}' DESC, id LIMIT 1",
        "SELECT SUM(email = '{}') FROM customers",
    ],
)
def test_no_comparison_tells_whether_somebody_is_in_the_table(run, sql):
    """The answer is the same for somebody who is there and for somebody who is not."""
    there, absent = run(sql.format("user7@example.com")), run(sql.format("nobody@example.com"))
    assert there == absent


def test_a_value_that_is_too_big_is_not_made(run):
    """One step of SQLite makes it, in which no time limit is looked at."""
    longer = "replace({}, 'a', 'aaaaaaaaaaaaaaaaaaaa')"
    value = "'a'"
    for _ in range(6):
        value = longer.format(value)
    with pytest.raises(DataError, match="too big"):
        run(f"SELECT {value} FROM orders LIMIT 1")  # noqa: S608 - our own
    for sql in ("SELECT printf('%.*c', 900000000, 'x')", "SELECT format('%.*c', 900000000, 'x')"):
        with pytest.raises(QueryRefusedError, match="not allowed"):
            run(sql)
