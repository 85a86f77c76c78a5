"""Phoenix's messages, in the two serializations that Supabase's clients use."""

import json
from typing import Any, NamedTuple

ARRAYS = "2.0.0"
"""The version that sends `[join_ref, ref, topic, event, payload]`; earlier ones send an object."""
_LONGEST_TOPIC = 255


class Message(NamedTuple):
    """One message, in either direction."""

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: dict[str, Any]


def decode(text: str) -> Message | None:
    """Read a message of either version; `None` if it is not valid."""
    try:
        found = json.loads(text)
        if isinstance(found, dict):
            found = [found.get(name) for name in ("join_ref", "ref", "topic", "event", "payload")]
        join_ref, ref, topic, event, payload = found
    except (ValueError, TypeError, RecursionError):
        return None
    is_one = (
        isinstance(topic, str)
        and len(topic) <= _LONGEST_TOPIC
        and isinstance(event, str)
        and isinstance(payload, dict)
        and all(value is None or isinstance(value, str) for value in (join_ref, ref))
    )
    return Message(join_ref, ref, topic, event, payload) if is_one else None


def encode(message: Message, version: str) -> str:
    """Serialize a message for a client of `version`."""
    return json.dumps(list(message) if version == ARRAYS else message._asdict())


def reply(to: Message, status: str, response: dict[str, Any]) -> Message:
    """Answer a message.

    Args:
        to: what is answered.
        status: `ok` or `error`.
        response: what it says.

    """
    payload = {"status": status, "response": response}
    return to._replace(event="phx_reply", payload=payload)
