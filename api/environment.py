"""The environment of a Next.js frontend: `session-api env > .env.local`."""

from api.settings import Settings


def frontend_environment(settings: Settings, api_url: str) -> str:
    """Return the lines of a frontend's `.env.local`.

    Args:
        settings: The API's settings, with the project's URL and publishable key.
        api_url: Where browsers reach the API.

    Raises:
        ValueError: The settings have no publishable key, which browsers need.

    """
    if not settings.supabase_publishable_key:
        raise ValueError("SUPABASE_PUBLISHABLE_KEY is not set: a browser needs it for sign-in.")
    lines = {
        "NEXT_PUBLIC_SUPABASE_URL": settings.supabase_url,
        "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY": settings.supabase_publishable_key,
        "NEXT_PUBLIC_SESSION_API_URL": api_url,
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())
