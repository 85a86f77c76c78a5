"""Generated files are up to date; `make types` writes them."""

import json

from api.doctor.declared import DECLARED
from tests.stacks import Spare
from tools import generated
from tools.database_types import database_types

WRITE = "run `make types` and look at what changes"


class TestDatabaseTypes:
    def test_follow_from_the_migrations(self, spare: Spare) -> None:
        text = database_types(spare.database_url, "typescript")
        assert generated.DATABASE_TYPES.read_text() == text, WRITE

    def test_pythons_follow_from_the_migrations(self, spare: Spare) -> None:
        text = database_types(spare.database_url, "python")
        assert generated.PYTHON_DATABASE_TYPES.read_text() == text, WRITE


class TestDeclared:
    def test_follows_from_the_migrations(self, spare: Spare) -> None:
        # as objects: the difference is the message
        assert json.loads(DECLARED.read_text()) == json.loads(
            generated.declared(spare.database_url)
        ), WRITE


class TestOpenapi:
    def test_follows_from_the_routes(self) -> None:
        assert json.loads(generated.OPENAPI.read_text()) == json.loads(generated.openapi()), WRITE


class TestClientSchema:
    def test_follows_from_the_document(self) -> None:
        text = generated.client_schema(generated.OPENAPI.read_text())
        assert generated.CLIENT_SCHEMA.read_text() == text, WRITE
