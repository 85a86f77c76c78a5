"""Equal work: all contenders give the same answers and refuse the same callers."""

from collections.abc import Sequence
from uuid import UUID

import httpx

from benchmarks.contender import FLOOR, OURS, POSTGREST, Contender
from benchmarks.data import Backend
from benchmarks.operation import Json, Operation, Work, comparable
from benchmarks.work import open_sessions

_SAMPLES = 8


class UnequalError(Exception):
    """Two contenders do not do the same work. The message is shown to the user."""


def check(work: Work, contenders: Sequence[Contender], backend: Backend) -> str:
    """Compare the contenders' answers to a few operations with ours, and try two strangers.

    Returns:
        Our answer to the first one, which is what the floor answers.

    Raises:
        UnequalError: an answer differs, or a stranger got one.

    """
    operations = work.operations(backend.data, _SAMPLES)
    if work.once:
        backend.confirmed(open_sessions(backend.data, _SAMPLES))
    ours, *others = sorted(contenders, key=lambda contender: contender.design is not OURS)
    expected = [_answer(ours, operation) for operation in operations]
    _refuses_strangers(ours, operations[0], work)
    backend.restore(work.name)
    for other in others:
        if other.design is FLOOR:
            continue
        for operation, answer in zip(operations, expected, strict=True):
            wanted: Json = answer.json()
            found = _answer(other, operation).json()
            if other.design is POSTGREST:
                wanted = work.extract(wanted)
                found = _like(found, wanted)
            if work.comparable(found) != work.comparable(wanted):
                raise UnequalError(
                    f"{other.design.title} answers {operation.api.path} with\n{found}\nand not "
                    f"with\n{wanted}"
                )
        if other.design is not POSTGREST:
            _refuses_strangers(other, operations[0], work)
        backend.restore(work.name)
    return expected[0].text


def _answer(contender: Contender, operation: Operation) -> httpx.Response:
    for request in contender.requests(operation):
        answer = contender.send(request)
        if not answer.is_success:
            raise UnequalError(
                f"{contender.design.title} answers {request.method} {request.path} with "
                f"{answer.status_code} {answer.text}"
            )
    return answer


def _refuses_strangers(contender: Contender, operation: Operation, work: Work) -> None:
    if operation.api.path.count("/") < 5:
        return  # a list or a new session: these are the caller's own for any caller
    answer = contender.send(operation.api, UUID(int=1))
    if answer.status_code not in (403, 404):
        raise UnequalError(
            f"{contender.design.title} answers a stranger's {work.name} with {answer.status_code}"
        )


def _like(found: Json, wanted: Json) -> Json:
    """Remove the columns of a row that no answer contains."""
    if isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        return [_like(row, model) for row, model in zip(found, wanted, strict=True)]
    if isinstance(found, dict) and isinstance(wanted, dict):
        return {name: value for name, value in found.items() if name in wanted}
    return comparable(found)
