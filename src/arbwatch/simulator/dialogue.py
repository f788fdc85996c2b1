"""What a Binance socket says to requests: SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS, SET_PROPERTY, GET_PROPERTY."""

from typing import Any

import msgspec

from arbwatch.simulator.binance import compact
from arbwatch.simulator.broadcast import Broadcast
from arbwatch.simulator.client import Client
from arbwatch.simulator.faults import Faults

METHODS = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"


class Dialogue:
    """The requests of one socket."""

    def __init__(self, client: Client, broadcast: Broadcast, faults: Faults, most_streams: int) -> None:
        """Answer for one client; `most_streams` is what a socket may carry."""
        self.client, self.broadcast, self.faults, self.most_streams = client, broadcast, faults, most_streams

    def take(self, text: str) -> bool:
        """Answer one request; False is a client that asked for too much and must be closed."""
        try:
            request = msgspec.json.decode(text)
        except msgspec.DecodeError:
            self._error(3, "Invalid JSON: expected value at line 1 column 1", None)
            return True
        if not isinstance(request, dict):
            self._error(2, "Invalid request: request must be an object", None)
            return True
        number = request.get("id")
        if not _legal_id(number):
            self._error(2, "Invalid request: request ID must be an unsigned integer", None)
            return True
        method = request.get("method")
        if method is None:
            self._error(2, "Invalid request: missing field `method` at line 1 column 73", number)
            return True
        return self._do(method, request.get("params"), number)

    def _do(self, method: Any, params: Any, number: int | str | None) -> bool:
        match method:
            case "SUBSCRIBE" | "UNSUBSCRIBE":
                if not isinstance(params, list) or not all(isinstance(name, str) for name in params):
                    self._error(2, "Invalid request: params must be a list of strings", number)
                elif method == "SUBSCRIBE":
                    return self._subscribe(params, number)
                else:
                    self._result(None, number)
                    for name in params:
                        self.broadcast.unsubscribe(self.client, name)
            case "LIST_SUBSCRIPTIONS":
                self._result(list(self.client.streams), number)
            case "SET_PROPERTY":
                self._set_property(params, number)
            case "GET_PROPERTY":
                if params == ["combined"]:
                    self._result(self.client.combined, number)
                else:
                    self._error(0, "Unknown property", number)
            case _:
                self._error(2, f"Invalid request: unknown variant `{method}`, expected one of {METHODS}", number)
        return True

    def _subscribe(self, names: list[str], number: int | str | None) -> bool:
        if len({*self.client.streams, *names}) > self.most_streams:
            return False
        if fault := self.faults.use("error_ack", socket=self.client.name):
            self._error(fault["code"] or 2, fault["message"] or "Invalid request: simulated", number)
            return True
        self._result(None, number)
        lying = self.faults.use("lying_ack", socket=self.client.name)
        for name in names:
            if lying:
                self.client.streams[name] = None
            else:
                self.broadcast.subscribe(self.client, name)
        return True

    def _set_property(self, params: Any, number: int | str | None) -> None:
        if not isinstance(params, list) or len(params) != 2 or params[0] != "combined":
            self._error(0, "Unknown property", number)
        elif not isinstance(params[1], bool):
            self._error(1, "Invalid value type: expected Boolean", number)
        else:
            self.client.combined = params[1]
            self._result(None, number)

    def _result(self, result: Any, number: int | str | None) -> None:
        self.client.send(compact({"result": result, "id": number}))

    def _error(self, code: int, message: str, number: int | str | None) -> None:
        self.client.send(compact({"code": code, "msg": message, "id": number}))


def _legal_id(number: Any) -> bool:
    if isinstance(number, str):
        return len(number) <= 36 and number.replace("-", "").isalnum()
    return number is None or (isinstance(number, int) and not isinstance(number, bool))
