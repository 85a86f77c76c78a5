"""The process's settings. Invalid ones prevent the start."""

from typing import Self

from pydantic import ValidationError, model_validator

from api.settings import checks
from api.settings.table import SettingsTable
from api.settings.values import LOCAL_JWT_SECRET, LOCAL_PUBLISHABLE_KEY

__all__ = ["LOCAL_JWT_SECRET", "LOCAL_PUBLISHABLE_KEY", "Settings", "load_settings"]


class Settings(SettingsTable):
    """The process's settings: environment variables, then `.env`, then the table's defaults.

    An empty variable counts as unset and overrides `.env`. Immutable. Secure by default: without
    `ENVIRONMENT=development` no secret has a default, and well-known secrets are refused.

    Raises:
        pydantic.ValidationError: a setting is missing or wrong. Each message names the setting and
            says what to do; none contains a value.

    """

    @model_validator(mode="after")
    def _usable(self) -> Self:
        """Reject settings that cannot work, then those that are unsafe in production."""
        problems = checks.unusable(self)
        if self.environment == "production":
            problems += checks.unsafe(self)
        if problems:
            raise ValueError("\n".join(problems))
        return self


def load_settings() -> Settings:
    """Read the settings at process start.

    Raises:
        SystemExit: a setting is missing or wrong; its text is a list of them, for the terminal.

    """
    try:
        return Settings()
    except ValidationError as error:
        raise SystemExit(checks.explain(error)) from None
    except UnicodeDecodeError:
        raise SystemExit("Invalid settings: the file .env is not UTF-8.") from None
