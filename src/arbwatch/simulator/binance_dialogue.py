"""What a Binance socket says to requests: SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS, SET_PROPERTY, GET_PROPERTY.

https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams#live-subscribingunsubscribing-to-streams
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from arbwatch.simulator.client import Client
from arbwatch.simulator.protocol import Close, Effect, Say, Subscribe, Unsubscribe, compact

METHODS = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"
Number = int | str | None


def hear(client: Client, text: str, most: int) -> Iterator[Effect]:
    """Understand one request of a socket that may carry `most` streams."""
    try:
        request = msgspec.json.decode(text)
    except msgspec.DecodeError:
        yield _error(3, "Invalid JSON: expected value at line 1 column 1", None)
        return
    if not isinstance(request, dict):
        yield _error(2, "Invalid request: request must be an object", None)
        return
    number = request.get("id")
    if not _legal_id(number):
        yield _error(2, "Invalid request: request ID must be an unsigned integer", None)
        return
    method = request.get("method")
    if method is None:
        yield _error(2, "Invalid request: missing field `method` at line 1 column 73", number)
        return
    yield _do(client, method, request.get("params"), number, most)


def _do(client: Client, method: Any, params: Any, number: Number, most: int) -> Effect:
    match method:
        case "SUBSCRIBE" | "UNSUBSCRIBE":
            if not isinstance(params, list) or not all(isinstance(name, str) for name in params):
                return _error(2, "Invalid request: params must be a list of strings", number)
            done = (_result(None, number).text,)
            if method == "UNSUBSCRIBE":
                return Unsubscribe(tuple(params), done)
            if len({*client.streams, *params}) > most:
                return Close(1008, "Too many streams")
            return Subscribe(tuple(params), done, lambda code, words: _refused(code, words, number))
        case "LIST_SUBSCRIPTIONS":
            return _result(list(client.streams), number)
        case "SET_PROPERTY":
            return _set_property(client, params, number)
        case "GET_PROPERTY":
            if params == ["combined"]:
                return _result(client.combined, number)
            return _error(0, "Unknown property", number)
    return _error(2, f"Invalid request: unknown variant `{method}`, expected one of {METHODS}", number)


def _set_property(client: Client, params: Any, number: Number) -> Say:
    if not isinstance(params, list) or len(params) != 2 or params[0] != "combined":
        return _error(0, "Unknown property", number)
    if not isinstance(params[1], bool):
        return _error(1, "Invalid value type: expected Boolean", number)
    client.combined = params[1]
    return _result(None, number)


def _result(result: Any, number: Number) -> Say:
    return Say(compact({"result": result, "id": number}))


def _error(code: int | str, message: str, number: Number) -> Say:
    return Say(compact({"code": code, "msg": message, "id": number}))


def _refused(code: int | str | None, words: str | None, number: Number) -> str:
    return _error(code or 2, words or "Invalid request: simulated", number).text


def _legal_id(number: Any) -> bool:
    if isinstance(number, str):
        return len(number) <= 36 and number.replace("-", "").isalnum()
    return number is None or (isinstance(number, int) and not isinstance(number, bool))
