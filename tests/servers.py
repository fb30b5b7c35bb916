"""Real database servers for tests: PostgreSQL and MariaDB as Debian packs them, in folders and on ports of their own.

tests/conftest.py makes session fixtures of them with `yield from running("postgresql")`. They use the programs that
Debian's packages install, never a server that is running already, and listen on the loopback interface only. Nothing is
synced to disk: what they hold lives as long as the tests.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

#: The password holds what must be written otherwise in a URL, so that every test shows that it is.
ADMIN, PASSWORD = "custrata_admin", "g3heim/&?#@:1"

LACKING = {
    "postgresql": "PostgreSQL's server programs are not installed: apt-get install postgresql",
    "mariadb": "MariaDB's server programs are not installed: apt-get install mariadb-server-core mariadb-client-core",
}
_DEADLINE = 60


@dataclass(frozen=True)
class Server:
    """A running server with one administrator."""

    kind: str
    port: int
    _client: Sequence[str]
    _environment: Mapping[str, str]
    host: str = "127.0.0.1"

    def url(self, database: str, user: str = ADMIN, password: str = PASSWORD) -> str:
        """What CUSTRATA_DB_… holds."""
        scheme = "postgresql" if self.kind == "postgresql" else "mysql"
        return f"{scheme}://{quote(user, '')}:{quote(password, '')}@{self.host}:{self.port}/{database}"

    def run(self, sql: str, database: str | None = None) -> str:
        """Runs statements as the administrator; gives what they print, one line a row, fields parted by tabs."""
        home = "postgres" if self.kind == "postgresql" else "mysql"
        done = subprocess.run(
            [*self._client, database or home], input=sql, env={**os.environ, **self._environment},
            text=True, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def create(self, database: str, sql: str = "", options: str = "") -> None:
        """A fresh database with what `sql` puts into it."""
        drop = "DROP DATABASE IF EXISTS " + database
        self.run(f"{drop};" if self.kind == "mariadb" else f"{drop} WITH (FORCE);")
        self.run(f"CREATE DATABASE {database} {options};")
        if sql:
            self.run(sql, database)


def running(kind: str) -> Iterator[Server]:
    """A server of that kind for a fixture; without its programs the test is skipped, saying how to get them."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context({"postgresql": postgres_server, "mariadb": mariadb_server}[kind]())
        except FileNotFoundError:
            pytest.skip(LACKING[kind])
        yield server


@contextmanager
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server; passwords are asked for (SCRAM). Raises FileNotFoundError where it is not installed."""
    programs = _folder("initdb", *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
    client = shutil.which("psql") or str(programs / "psql")
    with _folder_of("postgres") as (folder, user):
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        _run_as(
            user, programs / "initdb", "-D", folder / "data", "-U", ADMIN, f"--pwfile={secret}", "-A", "scram-sha-256",
            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        )  # fmt: skip
        port = _free_port()
        settings = {
            "listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder), "fsync": "off",
            "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB", "max_wal_size": "4GB",
            "autovacuum": "off", "max_connections": "30", "jit": "off", "timezone": "Asia/Shanghai",
        }  # fmt: skip
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [programs / "postgres", "-D", folder / "data", "-p", str(port), *options]
        server = Server(
            "postgresql", port,
            [client, "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(port),
             "-U", ADMIN, "-d"],
            {"PGPASSWORD": PASSWORD},
        )  # fmt: skip
        with _running(user, command, folder / "log", lambda: server.run("SELECT 1"), signal.SIGINT):
            yield server


@contextmanager
def mariadb_server() -> Iterator[Server]:
    """A MariaDB server with InnoDB; raises FileNotFoundError where it is not installed."""
    programs = _folder("mariadbd", Path("/usr/sbin"), Path("/usr/libexec"))
    client, install = shutil.which("mariadb"), shutil.which("mariadb-install-db")
    if client is None or install is None:
        raise FileNotFoundError("mariadb")
    with _folder_of("mysql") as (folder, user):
        # No configuration of the machine's own: --no-defaults comes first, or it is not heard.
        small = ["--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M", "--innodb-flush-log-at-trx-commit=0"]
        _run_as(
            user, install, "--no-defaults", f"--datadir={folder / 'data'}", "--auth-root-authentication-method=normal",
            "--skip-test-db", *small,
        )  # fmt: skip
        start = folder / "start.sql"
        start.write_text(
            f"CREATE USER '{ADMIN}'@'%' IDENTIFIED BY '{PASSWORD}';\n"
            f"GRANT ALL PRIVILEGES ON *.* TO '{ADMIN}'@'%' WITH GRANT OPTION;\n"
        )
        start.chmod(0o644)
        port = _free_port()
        command = [
            programs / "mariadbd", "--no-defaults", f"--datadir={folder / 'data'}", f"--socket={folder / 's.sock'}",
            f"--pid-file={folder / 'pid'}", "--bind-address=127.0.0.1", f"--port={port}", f"--init-file={start}",
            "--character-set-server=utf8mb4", "--skip-name-resolve", "--skip-log-bin",
            "--innodb-doublewrite=0", "--performance-schema=OFF", "--default-time-zone=+08:00", *small,
        ]  # fmt: skip
        server = Server(
            "mariadb", port,
            [client, "--no-defaults", "--batch", "--skip-column-names", "--default-character-set=utf8mb4",
             "--protocol=tcp", "-h", "127.0.0.1", "-P", str(port), "-u", ADMIN, "-D"],
            {"MYSQL_PWD": PASSWORD},
        )  # fmt: skip
        with _running(user, command, folder / "log", lambda: server.run("SELECT 1"), signal.SIGTERM):
            yield server


def _folder(program: str, *folders: Path) -> Path:
    for folder in folders:
        if (folder / program).exists():
            return folder
    found = shutil.which(program)
    if found is None:
        raise FileNotFoundError(program)
    return Path(found).parent


@contextmanager
def _folder_of(name: str) -> Iterator[tuple[Path, str | None]]:
    """A short-named temporary folder and the user who is to own it: servers refuse to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="custrata-"))
    user: str | None = None
    if os.geteuid() == 0:
        known = {entry.pw_name for entry in pwd.getpwall()}
        user = name if name in known else "nobody"
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    try:
        yield folder, user
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_user(user: str | None, command: Sequence[object]) -> list[str]:
    words = [str(word) for word in command]
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        assert user is None, "setpriv (util-linux) is needed to start a server as root"
        return words
    # A server must not outlive the tests, not even where they are killed.
    ask = [setpriv, "--pdeathsig", "TERM"]
    if user is not None:
        entry = pwd.getpwnam(user)
        ask += ["--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), "--clear-groups"]
    return [*ask, "--", *words]


def _run_as(user: str | None, *command: object) -> None:
    done = subprocess.run(_as_user(user, command), capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def _running(
    user: str | None, command: Sequence[object], log: Path, ready: Callable[[], object], stop: signal.Signals
) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(_as_user(user, command), stdout=out, stderr=out, cwd="/")
    try:
        deadline = time.monotonic() + _DEADLINE
        while True:
            try:
                ready()
                break
            except AssertionError:
                gone = process.poll() is not None
                if gone or time.monotonic() > deadline:
                    raise AssertionError(f"the server did not start:\n{log.read_text(errors='replace')}") from None
                time.sleep(0.05)
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])
