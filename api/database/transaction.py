"""The beginning of a transaction on a direct connection: the role and the claims of its caller."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from api.database.claims import ROLE, database_claims
from api.database.query import Query
from api.identity.caller import Caller

MOST_CALLERS: Final = 10_000


def beginning(query: Query, caller: Caller) -> str:
    """Write the statements that begin the query's transaction, as the caller."""
    begin = "begin read only;" if query.shape.only_reads else "begin;"
    if not query.headers:
        return begin + act_as(caller)
    headers = literal(dict(query.headers))
    return f"{begin}{act_as(caller)};select set_config('request.headers',{headers},true)"


@lru_cache(MOST_CALLERS)
def act_as(caller: Caller) -> str:
    """Write the statements that make a transaction act as the caller, as PostgREST does."""
    claims = literal(database_claims(caller))
    # a project's triggers may read headers: there are some, if none that they look for
    return (
        f"set local role {ROLE};select set_config('request.jwt.claims',{claims},true)"
        ",set_config('request.headers','{}',true)"
    )


def literal(value: Mapping[str, Any]) -> str:
    """Write an object as a SQL literal of its JSON, safely for any content.

    Claims are untrusted text. The output is printable ASCII without a quote, and every backslash
    is doubled: in an `E` literal no setting changes how backslashes are read.
    """
    text = json.dumps(value).replace("'", r"\u0027").replace("\\", "\\\\")
    return f"E'{text}'"
