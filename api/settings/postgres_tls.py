"""TLS to Postgres by libpq's parameters: `sslmode`, `sslrootcert`, `sslcert` and related ones."""

import os
import ssl
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
ENCRYPTED: Final = ("require", "verify-ca", "verify-full")
VERIFYING: Final = ("verify-ca", "verify-full")
VERSIONS: Final = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
FILES: Final = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
WORDS: Final = (
    *("sslmode", *FILES, "sslpassword", "sslnegotiation"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version"),
)
SYSTEM: Final = "system"
"""As `sslrootcert`: whatever this machine trusts."""
OF_ANOTHER_HOST: Final = (62, 64)
EXPIRED: Final = (9, 10)
UNKNOWN_ISSUER: Final = (2, 18, 19, 20, 21)
"""OpenSSL's numbers for what is wrong with a certificate."""


class UnusableError(Exception):
    """The parameters cannot be used. The text names the one at fault and says why."""


def mode(words: Mapping[str, str]) -> str:
    """Return the `sslmode`, with libpq's defaults."""
    default = "verify-full" if words.get("sslrootcert") == SYSTEM else "prefer"
    return words.get("sslmode") or os.environ.get("PGSSLMODE") or default


def context(words: Mapping[str, str]) -> ssl.SSLContext | None:
    """Make what a connection verifies and shows, or `None` if `sslmode` does not require TLS.

    Files are read again after they have changed, as client certificates do.

    Raises:
        UnusableError: a word's value is unknown, or its file cannot be used.

    """
    named = {word: words[word] for word in WORDS if words.get(word)}
    if (root := default_root()) is not None:
        named.setdefault("sslrootcert", root)
    chosen = mode(words)
    if chosen not in MODES:
        raise UnusableError(f"sslmode is none of {', '.join(MODES)}")
    if chosen not in ENCRYPTED:
        return None
    changed = tuple(Path(named[file]).stat().st_mtime_ns for file in FILES if is_file(named, file))
    return read(chosen, tuple(named.items()), changed)


def default_root() -> str | None:
    """Return the root certificates that libpq uses where the URL names none."""
    named = os.environ.get("PGSSLROOTCERT") or os.path.expanduser("~/.postgresql/root.crt")
    return named if named == SYSTEM or Path(named).is_file() else None


def is_file(named: Mapping[str, str], word: str) -> bool:
    """Return whether a parameter names an existing file."""
    return word in named and Path(named[word]).is_file()


@lru_cache(4)
def read(mode: str, words: tuple[tuple[str, str], ...], _changed: object) -> ssl.SSLContext:
    """Read the files, and make the context."""
    named = dict(words)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = mode == "verify-full"
    made.minimum_version = version(named, "ssl_min_protocol_version", "TLSv1.2")
    made.maximum_version = version(named, "ssl_max_protocol_version", "TLSv1.3")
    made.set_alpn_protocols(["postgresql"])
    root = named.get("sslrootcert")
    if root == SYSTEM:
        if mode != "verify-full":
            raise UnusableError("sslrootcert=system needs sslmode=verify-full")
        made.load_default_certs()
    elif root is not None:
        load_roots(made, "sslrootcert", root)
    elif mode in VERIFYING:
        raise UnusableError(
            f"sslmode={mode} needs sslrootcert: the file with the root certificate of the "
            "database, or system for those that this machine trusts"
        )
    else:
        made.verify_mode = ssl.CERT_NONE
    if "sslcrl" in named:
        load_roots(made, "sslcrl", named["sslcrl"])
        made.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    load_own(made, named)
    return made


def load_roots(made: ssl.SSLContext, word: str, file: str) -> None:
    """Load root certificates, or a list of revoked ones."""
    try:
        made.load_verify_locations(file)
    except OSError as error:  # includes SSLError
        raise UnusableError(f"{word} names a file that cannot be used: {reason(error)}") from None


def load_own(made: ssl.SSLContext, named: Mapping[str, str]) -> None:
    """Load the client's own certificate and its key."""
    if "sslkey" in named and "sslcert" not in named:
        raise UnusableError("sslkey needs sslcert, the certificate that belongs to the key")
    if "sslcert" not in named:
        return
    password = named.get("sslpassword", "")
    try:
        made.load_cert_chain(named["sslcert"], named.get("sslkey"), lambda: password)
    except OSError as error:
        text = f"sslcert or sslkey names a file that cannot be used: {reason(error)}"
        raise UnusableError(text) from None


def version(named: Mapping[str, str], word: str, default: str) -> ssl.TLSVersion:
    """Read a TLS version."""
    found = VERSIONS.get(named.get(word, default))
    if found is None:
        raise UnusableError(f"{word} is none of {', '.join(VERSIONS)}")
    return found


def reason(error: OSError) -> str:
    """Say why a file cannot be read, without its name or content."""
    if isinstance(error, ssl.SSLError):
        return (error.reason or "it has no certificate").lower().replace("_", " ")
    return (error.strerror or type(error).__name__).lower()


def why(error: BaseException, words: Mapping[str, str]) -> str | None:
    """Say why TLS failed, naming the parameter to check, or return `None` if it did not."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in OF_ANOTHER_HOST:
            return (
                "the server's certificate is not for the host in the URL, which "
                f"sslmode={mode(words)} requires"
            )
        if error.verify_code in EXPIRED:
            return f"the server's certificate is not valid now: {error.verify_message}"
        if error.verify_code in UNKNOWN_ISSUER:
            return "no certificate in sslrootcert has signed the server's certificate"
        return f"sslrootcert does not vouch for the server: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed, check sslcert, sslkey and TLS versions: {reason(error)}"
    if isinstance(error, ConnectionError) and "rejected SSL upgrade" in str(error):
        return f"the server has no TLS, which sslmode={mode(words)} requires"
    return None
