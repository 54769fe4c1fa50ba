"""PostgreSQL and MariaDB on this machine, each in a folder of its own and without a network."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of an empty PostgreSQL database; the test is skipped where there is none."""
    pytest.importorskip("psycopg", reason="NOT RUN: psycopg is not here")
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))][-1:]
    pg_ctl = shutil.which("pg_ctl") or (found and str(found[0]))
    if not pg_ctl:
        pytest.skip("NOT RUN: PostgreSQL is not here (apt-get install postgresql)")
    with _folder("postgres") as (folder, user):
        data, log = folder / "data", folder / "log"

        def run(*arguments: str) -> None:
            subprocess.run(
                [pg_ctl, "-D", str(data), "-s", *arguments], user=user, cwd=folder, check=True
            )

        run("initdb", "-o", "-A trust -U postgres -E UTF8 --locale=C -N")
        run("start", "-w", "-l", str(log), "-o", f"-k {folder} -h '' -F")
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            run("stop", "-m", "immediate")


@contextmanager
def mariadb() -> Iterator[str]:
    """Yield the URL of an empty MariaDB database; the test is skipped where there is none.

    It has no accounts, so that its own tables need not be made.
    """
    pymysql = pytest.importorskip("pymysql", reason="NOT RUN: PyMySQL is not here")
    server = shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin")
    if not server:
        pytest.skip("NOT RUN: MariaDB is not here (apt-get install mariadb-server)")
    with _folder("mysql") as (folder, user):
        socket = folder / "socket"
        command = [server, "--no-defaults", f"--datadir={folder}", f"--socket={socket}"]
        command += ["--skip-networking", "--skip-grant-tables", "--innodb-flush-method=nosync"]
        with subprocess.Popen(command, user=user, stderr=subprocess.PIPE, text=True) as process:
            try:
                for line in process.stderr:
                    if "ready for connections" in line:
                        break
                with pymysql.connect(user="root", unix_socket=str(socket)) as connection:
                    made = "CREATE DATABASE asked CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
                    connection.cursor().execute(made)
                yield f"mariadb+pymysql://root@localhost/asked?unix_socket={socket}&charset=utf8mb4"
            finally:
                process.terminate()
                process.communicate()


@contextmanager
def _folder(account: str) -> Iterator[tuple[Path, str | None]]:
    """Yield a folder and who owns it: these servers refuse to run as root."""
    with tempfile.TemporaryDirectory(prefix="faqbot-") as name:
        folder = Path(name)
        if os.geteuid() != 0:
            yield folder, None
            return
        try:
            owner = pwd.getpwnam(account)
        except KeyError:
            pytest.skip(f"NOT RUN: there is no account {account}, and root may not be one")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        yield folder, account
