"""A Postgres with a certificate: Debian's, since the embedded one is built without TLS."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
import trustme

from tests.install.servers import DEBIAN_15, Server, server
from tests.stacks import scratch_folder

NAME = "localhost"
ADDRESS = "127.0.0.1"
"""The same server, by a name that its certificate does not have."""
PASSWORD = "pass-word"
_SCHEMA = f"""
create role session_api;
create role session_api_login login noinherit password '{PASSWORD}' in role session_api;
create table public.study_sessions (id uuid, profile_id uuid, title text);
grant select on public.study_sessions to session_api;
"""


@dataclass(frozen=True)
class TlsServer:
    """A running server, and a folder with the files of its clients.

    `root.crt` has signed the server's certificate and `own.crt`, which is the API's user's;
    `another.crt` has signed `strange.crt`, of the same name. Each of the two has its `.key`.
    """

    server: Server
    folder: Path

    def url(self, host: str = NAME, **words: str) -> str:
        """The API's address; what ends in `.crt` or `.key` is a file of the folder."""
        query = urlencode(
            {
                word: str(self.folder / value) if value.endswith((".crt", ".key")) else value
                for word, value in words.items()
            }
        )
        account = f"session_api_login:{PASSWORD}"
        return f"postgresql://{account}@{host}:{self.server.port}/postgres?{query}"

    def let_in(self, method: str) -> None:
        """Let the API in over TLS alone, by `scram-sha-256` or by `cert`."""
        with self.server.admin() as sql:
            file = Path(str(sql.execute("show hba_file").fetchall()[0][0]))
            file.write_text(f"local all all trust\nhostssl all session_api_login all {method}\n")
            sql.execute("select pg_reload_conf()")

    def give(self, files: dict[str, bytes]) -> None:
        """Write the server's files, and turn TLS on."""
        with self.server.admin() as sql:
            data = Path(str(sql.execute("show data_directory").fetchall()[0][0]))
            for setting, content in files.items():
                file = data / setting
                file.write_bytes(content)
                file.chmod(0o600)
                os.chown(file, data.stat().st_uid, data.stat().st_gid)
                sql.execute(f"alter system set {setting} = '{setting}'".encode())
            sql.execute("alter system set ssl = on")


@contextmanager
def tls_server() -> Iterator[TlsServer]:
    """Start a Postgres with TLS."""
    if not DEBIAN_15.exists():
        pytest.skip("PostgreSQL 15 is not installed (apt-get install postgresql-15)")
    with scratch_folder() as folder, server(15) as running:
        made = TlsServer(running, folder)
        root, another = trustme.CA(), trustme.CA()
        for ca, ca_name, name in ((root, "root", "own"), (another, "another", "strange")):
            ca.cert_pem.write_to_path(str(folder / f"{ca_name}.crt"))
            client = ca.issue_cert(common_name="session_api_login")
            client.cert_chain_pems[0].write_to_path(str(folder / f"{name}.crt"))
            client.private_key_pem.write_to_path(str(folder / f"{name}.key"))
        certificate = root.issue_cert(NAME)
        made.give(
            {
                "ssl_cert_file": certificate.cert_chain_pems[0].bytes(),
                "ssl_key_file": certificate.private_key_pem.bytes(),
                "ssl_ca_file": root.cert_pem.bytes(),
            }
        )
        with running.admin() as sql:
            sql.execute(_SCHEMA)
        made.let_in("scram-sha-256")
        yield made
