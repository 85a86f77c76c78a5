"""Entity tags: which state of a resource a client has read, and whether it is still current.

A tag is `"<version>-<representation>"`. The version identifies the stored state, and changes with
every write that another editor must not miss. The representation is a hash of the whole answer,
including data of other rows and what depends on the time or the caller. `If-None-Match` compares
both parts, so that a cached answer is never out of date. `If-Match` compares versions only, so that
the passing of time or a changed profile name does not reject an edit.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Annotated, Final

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from api.errors import ApiError

EXAMPLE: Final = '"6401cf3e1b2a0-9f86d081884c7d659a2feaa0c55ad015"'
TAG: Final = re.compile(r'"([0-9a-z]+)-[0-9a-f]{32}"')

ETAG: Final = {"headers": {"ETag": {"$ref": "#/components/headers/ETag"}}}
UNCHANGED: Final = {"description": "Not modified since the `If-None-Match`.", **ETAG}
IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of an earlier answer. If it is still current, the answer is 304.",
    "schema": {"type": "string", "examples": [EXAMPLE]},
}
IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of an earlier answer. Nothing is written, and the answer is 412, "
    "if the resource has changed since. Separate several tags by commas; `*` matches "
    "any state.",
    "schema": {"type": "string", "examples": ["*"]},
}


VERSION: Final = "session_api.version"
"""The scope's key for the version of the resource that the answer's body is."""


def tell_version(request: Request, version: str) -> None:
    """Say that the answer's body is a resource in this version: `revalidate` adds its ETag."""
    request.scope[VERSION] = version


def entity_tag(version: str, body: bytes) -> str:
    """Return the strong ETag of a resource in this version, represented by this body."""
    return f'"{version}-{blake2b(body, digest_size=16).hexdigest()}"'


class Versions:
    """The versions that a writer expects, from `If-Match`; without the header, any version."""

    def __init__(self, conditions: Sequence[str]) -> None:
        """Read the header's lines.

        By RFC 9110 the comparison is strong: a weak tag (`W/"…"`) never matches, and neither does
        a tag that is not ours.
        """
        named = [it.strip() for line in conditions for it in line.split(",")]
        self.expected: frozenset[str] | None = None
        if conditions and named != ["*"]:
            self.expected = frozenset(tag[1] for it in named if (tag := TAG.fullmatch(it)))

    def check(self, version: str) -> None:
        """Raise, unless this version is one of the expected ones.

        Raises:
            ApiError: `PRECONDITION_FAILED`.

        """
        if self.expected is not None and version not in self.expected:
            raise ApiError("PRECONDITION_FAILED")


ANY_VERSION: Final = Versions(())


async def expected_versions(request: Request) -> Versions:
    """Read the request's `If-Match`."""
    return Versions(request.headers.getlist("if-match"))


ExpectedVersions = Annotated[Versions, Depends(expected_versions)]


def set_entity_tag(response: Response, version: str, resource: BaseModel) -> None:
    """Add the ETag of a resource to an answer that is not the resource itself."""
    response.headers["ETag"] = entity_tag(version, resource.model_dump_json().encode())
