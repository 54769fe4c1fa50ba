"""Servers are read as SQLite is: the same answers, read only, within the limits, and masked."""

import sqlite3
from contextlib import closing
from datetime import date

import pytest
import sqlalchemy as sa

from core.skills.data.answerer import DataAnswer
from core.skills.data.database import Database
from core.skills.data.errors import DataError, QueryRefusedError, QueryTooSlowError
from core.skills.data.guard import checked
from core.skills.data.load import load_answerer
from tests.fakes.database_servers import mariadb, postgresql

_SERVERS = {"postgresql": postgresql, "mariadb": mariadb}
# What SQLite calls otherwise, in the samples of the library.
_WORDS = {
    "postgresql": {
        "strftime('%Y-%m', l.lent_on)": "to_char(l.lent_on, 'YYYY-MM')",
        "julianday(l.returned_on) - julianday(l.lent_on)": "l.returned_on - l.lent_on",
    },
    "mariadb": {
        "strftime('%Y-%m', l.lent_on)": "date_format(l.lent_on, '%Y-%m')",
        "julianday(l.returned_on) - julianday(l.lent_on)": "datediff(l.returned_on, l.lent_on)",
    },
}
_LINKS = {"book_id": "books.id", "member_id": "members.id", "branch_id": "branches.id"}
_LOANS = "SELECT COUNT(*), SUM(id) FROM loans"


@pytest.fixture(scope="module", params=_SERVERS)
def server(request, library):
    """The name of a server, and its URL: it has the library's tables with dates as dates."""
    with _SERVERS[request.param]() as url:
        engine = sa.create_engine(url)
        with closing(sqlite3.connect(library)) as source, engine.begin() as target:
            _copy(source, target)
        engine.dispose()
        yield request.param, url


def _copy(source, target):
    meta = sa.MetaData()
    number, word = sa.Integer, sa.String(40)
    tables = {
        "branches": {"name": sa.Enum("한빛도서관", "샛별도서관", "너른도서관", name="branch")},
        "members": {"name": word, "born": number, "joined_on": sa.Date},
        "books": {"title": word, "genre": sa.Text},
        "loans": {
            **{column: sa.ForeignKey(target) for column, target in _LINKS.items()},
            **dict.fromkeys(("lent_on", "returned_on"), sa.Date),
        },
    }
    for name, columns in tables.items():
        made = [sa.Column("id", number, primary_key=True)]
        sa.Table(name, meta, *made, *(sa.Column(*one) for one in columns.items()))
    named = sa.Column("Given", word), sa.Column("homeTown", word)
    sa.Table("Staff", meta, sa.Column("memberId", sa.ForeignKey("members.id")), *named)
    meta.create_all(target)
    for table in meta.sorted_tables:
        if table.name in tables:
            rows = source.execute(f"SELECT * FROM {table.name}").fetchall()  # noqa: S608 - ours
            dated = [c.name for c in table.columns if isinstance(c.type, sa.Date)]
            given = [dict(zip(table.columns.keys(), row, strict=True)) for row in rows]
            for row in given:
                row |= {name: row[name] and date.fromisoformat(row[name]) for name in dated}
            target.execute(table.insert(), given)
    target.execute(meta.tables["Staff"].insert().values((1, "보람", "부산")))


@pytest.fixture(scope="module")
def database(server):
    return Database.open(server[1], most_rows=20)


@pytest.fixture(scope="module")
def run(database):
    """Runs a query within the limits; the schema is read once, which takes a server a while."""
    personal = frozenset({"members.name", "Staff.Given"})
    schema = database.schema(frozenset({"branches", "members", "books", "loans", "Staff"}))

    def run(sql):
        tree = checked(sql, schema=schema, personal=personal, dialect=database.dialect)
        return database.read(tree.sql(dialect=database.dialect))

    return run


def test_a_server_gets_the_same_answers_as_sqlite(
    server, tmp_path, librarian, library_book, library_questions, library_day, analyzer, encoder
):
    """Names are looked up in its columns, and dates, averages and months are as it says them."""
    name, url = server
    text = library_book.read_text("utf-8")
    for said, otherwise in _WORDS[name].items():
        assert said in text
        text = text.replace(said, otherwise)
    book = tmp_path / "queries.toml"
    book.write_text(text, "utf-8")
    asked = load_answerer(url, book, terms=analyzer.terms, embed=encoder.embed)
    for question in library_questions:
        wanted, answer = (one.answer(question["ask"], library_day) for one in (librarian, asked))
        if isinstance(wanted, DataAnswer):
            assert (answer.text, answer.rows) == (wanted.text, wanted.rows)
            assert bool(answer.chart()) == bool(wanted.chart())
        else:
            assert answer == wanted


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM loans",
        "UPDATE loans SET id = id + 100000",
        "INSERT INTO loans (id) VALUES (99999)",
        "CREATE TABLE more (id INTEGER)",
        "DROP TABLE loans",
        "COMMIT; DELETE FROM loans",
        "SELECT 1; DELETE FROM loans",
    ],
)
def test_the_server_itself_refuses_what_slips_past_the_check(database, sql):
    before = database.read(_LOANS)
    with pytest.raises(DataError):
        database.read(sql)
    assert database.read(_LOANS) == before
    with pytest.raises(QueryRefusedError):
        database.read("DELETE FROM loans")


def test_it_is_refused_by_whichever_name_mariadb_is_called(server):
    """Its driver is MySQL's, and so its URL may say `mysql`."""
    name, url = server
    if name == "mariadb":
        called = Database.open(url.replace("mariadb", "mysql", 1))
        assert called.read(_LOANS).rows[0][0] == 1200
        with pytest.raises(QueryRefusedError):
            called.read("DELETE FROM loans")


def test_a_query_that_takes_too_long_is_ended_by_the_server(server):
    with pytest.raises(QueryTooSlowError):
        Database.open(server[1], most_s=0.1).read(
            "SELECT COUNT(*) FROM loans a, loans b, loans c, loans d WHERE a.id + b.id > c.id"
        )


def test_rows_are_limited_and_percent_signs_stand_for_themselves(run):
    many, few = run("SELECT id FROM loans"), run("SELECT title FROM books WHERE title LIKE '%집'")
    assert (len(many.rows), many.cut) == (20, True)
    assert few.rows == (("강가의 집",),)
    assert run("SELECT 7 % 4 AS rest").rows == ((3,),)


@pytest.mark.parametrize("sql", ["SELECT name FROM members", "SELECT * FROM members"])
def test_personal_data_shows_its_first_letter(run, sql):
    shown = {str(value) for row in run(sql).rows for value in row}
    assert {"김**", "정**"} <= shown
    assert not any("하늘" in text for text in shown)


def test_names_in_capitals_are_the_database_s_own(run, database):
    """Frameworks name columns like `homeTown`; what is personal in them is masked as well."""
    quote = '"' if database.dialect == "postgres" else "`"
    rows = run(f"SELECT * FROM {quote}Staff{quote}")  # noqa: S608 - ours
    assert (rows.columns, rows.rows) == (("memberId", "Given", "homeTown"), ((1, "보**", "부산"),))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT load_file('/etc/passwd')",
        "SELECT pg_sleep(9)",
        "SELECT sleep(9)",
        "SELECT @@version",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM pg_user",
        "SELECT * FROM loans FOR UPDATE",
        "SELECT id FROM loans INTO OUTFILE '/tmp/loans'",
    ],
)
def test_what_only_a_server_can_do_is_refused(run, sql):
    with pytest.raises(QueryRefusedError):
        run(sql)
