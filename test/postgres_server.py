"""A PostgreSQL server of its own on a unix socket, from Debian's or any other binaries, as long as one is asked for."""

import os
import pwd
import shutil
import subprocess
import uuid
from pathlib import Path

import psycopg


def find_binaries():
    """Folder with initdb and postgres; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


def why_not():
    """Why no server can be started here; empty when one can."""
    if find_binaries() is None:
        return "no PostgreSQL server is installed: apt-get install postgresql"
    if os.geteuid() == 0 and find_user() is None:
        return "PostgreSQL refuses to run as root and there is no user postgres"
    return ""


def find_user():
    """Account for the server: root may not run one."""
    try:
        return pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None
    except KeyError:
        return None


class PostgresServer:
    """A running server; `make_url` makes a database."""

    def __init__(self, folder):
        self.folder, self.user, self.binaries = folder, find_user(), find_binaries()
        self.name = self.user or pwd.getpwuid(os.geteuid()).pw_name
        if self.user:
            shutil.chown(folder, self.user)
        self._run("initdb", "-D", folder / "data", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-locale")
        settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c shared_buffers=16MB"
        self._run("pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", settings, "start")

    def make_url(self):
        name = f"records_{uuid.uuid4().hex}"
        with psycopg.connect(f"host={self.folder} user={self.name} dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://{self.name}@/{name}?host={self.folder}"

    def stop(self):
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def _run(self, program, *arguments):
        command = [self.binaries / program, *arguments]
        subprocess.run(
            command, check=True, user=self.user, cwd="/", stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
