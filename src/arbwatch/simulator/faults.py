"""Which faults one venue has in force. Each lasts until it is used up, its time is over or it is cleared."""

import time
from collections.abc import Mapping
from typing import Any

STANDING = {
    "stall_symbol": ("symbol until", "the truth moves, the symbol's streams are silent until subscribed again"),
    "silent_symbol": ("symbol socket", "the symbol never speaks on that socket, or on the next to subscribe"),
    "truncated": ("count symbol socket", "frames end in the middle"),
    "duplicated": ("count symbol socket", "frames come twice"),
    "reordered": ("count symbol socket", "frames come after their successor on the same stream"),
    "wrong_types": ("count", "one row of each array, streamed or fetched, has wrong types"),
    "gap": ("symbol count", "depth pushes are swallowed"),
    "no_snapshot": ("", "streamed books begin with changes alone: the snapshot has to be fetched"),
    "lying_ack": ("count socket", "a subscription is acknowledged and nothing follows"),
    "error_ack": ("count socket code message", "a subscription is answered with an error"),
    "slow_rest": ("seconds path count", "answers come that much later"),
    "rest_status": ("status path count retry_after", "answers carry that status"),
    "crossed_book": ("symbol", "the bid lies above the ask, in truth too"),
    "one_sided_book": ("symbol side", "side bid or ask is empty, in truth too"),
    "clock_skew": ("ms", "the venue's clock is ahead by that much"),
    "bad_listing_row": ("", "the listing carries rows that cannot be read"),
    "huge_listing": ("rows", "that many more quiet instruments are listed"),
    "time_jump": ("seconds ms", "silence for that long, as if suspended; then a burst and a clock that far ahead"),
    "refuse_connect": ("count", "WebSocket connections are torn before they open"),
    "half_open": ("socket", "open, but no frames, no pongs, no FIN"),
    "halt": ("symbol", "trading stops and REST shows zeros"),
}
"""Faults that last, with their arguments and meaning. `for_s` (or `seconds`, where free) limits any of them."""
INSTANT = {
    "drop_socket": ("socket", "the connection is torn without a close frame"),
    "close_socket": ("socket code reason", "the connection is closed properly"),
    "garbage": ("count socket", "frames that are not JSON"),
    "shutdown_notice": (
        "socket seconds",
        "farewell in the venue's own words, if it has any, then a close that many seconds later",
    ),
    "service_restart": ("", "books and counters begin anew, as the venue does it, on open sockets"),
    "new_listing": ("base rate", "one more instrument against USDT"),
    "delist": ("symbol", "gone from the listing"),
    "tick_change": ("symbol factor", "a larger tick"),
    "rebase": ("symbol factor", "one contract, or one unit of a multiplied price, stands for that many times as much"),
    "funding_interval": ("symbol hours", "funding is charged that often from now on"),
    "plant": ("asset gap venue", "perpetuals of an asset, or all of it on one venue, move away by a fraction"),
}
"""Faults that happen once, with their arguments and meaning."""
NEEDS = {
    "stall_symbol": "symbol", "silent_symbol": "symbol", "gap": "symbol", "crossed_book": "symbol",
    "one_sided_book": "symbol", "halt": "symbol", "delist": "symbol", "tick_change": "symbol", "clock_skew": "ms",
    "rest_status": "status", "plant": "asset gap", "rebase": "symbol", "time_jump": "seconds",
    "funding_interval": "symbol hours",
}  # fmt: skip
"""Arguments without which a fault means nothing."""


class UnknownFaultError(Exception):
    """A fault or an argument that does not exist; says which do."""


def check(name: str, arguments: Mapping[str, Any]) -> None:
    """Raise UnknownFaultError, in words, for a fault or argument that does not exist or is missing."""
    known = (STANDING | INSTANT).get(name)
    if known is None:
        raise UnknownFaultError(f"no fault {name!r}; known are {', '.join(sorted(STANDING | INSTANT))}")
    allowed = [*known[0].split(), *(("for_s", "seconds") if name in STANDING else ())]
    for argument in arguments:
        if argument not in allowed:
            raise UnknownFaultError(f"{name} takes no {argument!r}; it takes {', '.join(allowed)}")
    missing = [needed for needed in NEEDS.get(name, "").split() if needed not in arguments]
    if missing:
        raise UnknownFaultError(f"{name} needs {', '.join(missing)}")


class Fault:
    """One fault in force."""

    def __init__(self, name: str, arguments: Mapping[str, Any]) -> None:
        """Take `count` and `for_s` (seconds in force) from the arguments."""
        self.name = name
        self.arguments = dict(arguments)
        self.left: int | None = self.arguments.get("count")
        seconds = self.arguments.get("for_s")
        self.until = None if seconds is None else time.monotonic() + float(seconds)
        self.uses = 0
        self.spared: set[str] = set()
        """Sockets that subscribed again since."""

    def __getitem__(self, argument: str) -> Any:
        """Return an argument, None where it was not given."""
        return self.arguments.get(argument)

    def over(self) -> bool:
        """Tell whether it is used up or out of time."""
        return self.left == 0 or (self.until is not None and time.monotonic() >= self.until)

    def use(self) -> None:
        """Count one use."""
        self.uses += 1
        if self.left is not None:
            self.left -= 1

    def describe(self) -> dict[str, Any]:
        """Return what is in force, for people."""
        return {"fault": self.name, **self.arguments, "left": self.left, "uses": self.uses}


class Faults:
    """The standing faults of one venue."""

    def __init__(self) -> None:
        """Start without any."""
        self.standing: list[Fault] = []

    def add(self, name: str, arguments: Mapping[str, Any]) -> Fault:
        """Put a standing fault in force."""
        fault = Fault(name, arguments)
        self.standing.append(fault)
        return fault

    def find(self, name: str, **facts: str) -> Fault | None:
        """Return the first fault of that name whose arguments, where given, agree with the facts."""
        for fault in self.standing:
            fits = fault.name == name and all(fault[key] in (None, value) for key, value in facts.items())
            if fits and not fault.over():
                return fault
        return None

    def use(self, name: str, **facts: str) -> Fault | None:
        """Find a fault and count one use of it."""
        fault = self.find(name, **facts)
        if fault is not None:
            fault.use()
        return fault

    def expired(self) -> list[Fault]:
        """Take out and return what is over."""
        over = [fault for fault in self.standing if fault.over()]
        if over:
            self.standing = [fault for fault in self.standing if fault not in over]
        return over

    def remove(self, name: str | None) -> list[Fault]:
        """Take out every fault of a name, or all, and return them."""
        gone = [fault for fault in self.standing if name in (None, fault.name)]
        self.standing = [fault for fault in self.standing if fault not in gone]
        return gone

    def silent(self, socket: str, symbol: str) -> bool:
        """Tell whether a symbol's streams say nothing on a socket."""
        for fault in self.standing:
            if fault["symbol"] != symbol or fault.over():
                continue
            if fault.name == "stall_symbol" and socket not in fault.spared:
                return True
            if fault.name == "silent_symbol" and fault["socket"] == socket:
                return True
        return False

    def subscribed(self, socket: str, symbol: str) -> None:
        """Note that a socket asked for a symbol: ends a stall there, and settles who never hears of it."""
        for fault in self.standing:
            if fault["symbol"] != symbol:
                continue
            if fault.name == "stall_symbol" and fault["until"] != "cleared":
                fault.spared.add(socket)
            if fault.name == "silent_symbol" and fault["socket"] is None:
                fault.arguments["socket"] = socket
