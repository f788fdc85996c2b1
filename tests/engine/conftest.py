"""A feed of an invented venue, with the rim replaced by something the test can look at."""

from collections.abc import Callable, Generator, Iterable
from functools import partial
from time import time_ns
from typing import Any, ClassVar

import pytest

from arbwatch.connector.wire import Channel, Clock, Emission, Limits, Listings, Poll, Reject, Request, Response, Topic
from arbwatch.engine import feed as module
from arbwatch.engine.feed import Feed, FeedRules
from arbwatch.market.table import Lane, Table
from arbwatch.model import Instrument, Quote
from arbwatch.net.http import RefusedError
from arbwatch.net.options import Connect
from arbwatch.net.sink import SocketStatus

VENUE = "tulip_spot"


def instrument(symbol: str, status: Any = "trading") -> Instrument:
    base = symbol.removesuffix("USDT")
    return Instrument(VENUE, symbol, "spot", base, "USDT", None, base, 1, 1.0, 0.01, 0.1, None, "crypto", status, None)


def quote(symbol: str, bid: float, received: int | None = None) -> Quote:
    return Quote(VENUE, symbol, bid, 1.0, bid + 1, 1.0, None, received or time_ns())


class Tulip:
    """What the venue lists and what its REST says; the test writes it."""

    id = VENUE
    exchange = "tulip"
    market = "spot"
    rest_url = ws_url = ""
    channels: ClassVar[dict[str, Channel]] = {
        "quote": Channel("{symbol}@top", "/quotes"),
        "ticker": Channel("!all", "/market", whole_market=True),
        "trade": Channel("{symbol}@trade", "/quotes", on_demand=True),
    }
    limits: ClassVar[Limits] = Limits(200, 100, 10, 300, 300, None, weight=6000, weight_window_s=60)
    quotes_weight: ClassVar[int] = 1
    listed: ClassVar[list[Instrument | Reject]] = []
    quotes: ClassVar[list[Quote]] = []
    clock_ahead = 0

    def listings(self) -> Listings:
        yield Request("/listing")
        return list(Tulip.listed)

    def polls(self) -> tuple[Poll, ...]:
        ask: Callable[[str], Any] = lambda what: partial(self._flow, what)  # noqa: E731 # three flows of one shape
        return (Poll("quotes", 7, ask("quotes")), Poll("clock", 60, ask("clock")))

    def _flow(self, what: str) -> Generator[Request, Response, list[Emission | Clock]]:
        response = yield Request(f"/{what}", weight=Tulip.quotes_weight)
        return [Clock(response.received + Tulip.clock_ahead)] if what == "clock" else list(Tulip.quotes)


class FakeHttp:
    """Answers everything, or refuses with `refusal`."""

    refusal: str | None = None
    state = "ok"
    words = ""
    used_weight = 0

    def __init__(self, *_: object) -> None:
        self.asked: list[str] = []

    async def run(self, flow: Generator[Request, Response, Any]) -> Any:
        request = next(flow)
        self.asked.append(request.path)
        if self.refusal:
            raise RefusedError(self.refusal, "blocked", None)
        now = time_ns()
        try:
            flow.send(Response(200, b"", now, now))
        except StopIteration as end:
            return end.value
        raise AssertionError("the flow asked again")

    async def close(self) -> None:
        return


class FakePool:
    """Remembers what it was told."""

    def __init__(self, *_: object) -> None:
        self.followed: set[Topic] = set()
        self.again: list[tuple[Topic, bool]] = []
        self.replaced: list[str] = []
        self.opened: dict[str, int] = {}

    def sockets(self) -> list[SocketStatus]:
        return [SocketStatus(name, "", "live", 1, 1, 0, at, None, 0, None, None) for name, at in self.opened.items()]

    def follow(self, topics: Iterable[Topic]) -> None:
        self.followed |= set(topics)

    def unfollow(self, topics: Iterable[Topic]) -> None:
        self.followed -= set(topics)

    def resubscribe(self, topic: Topic, *, elsewhere: bool = False) -> None:
        self.again.append((topic, elsewhere))

    def reconnect(self, socket: str, reason: str) -> None:
        self.replaced.append(socket)

    async def stop(self) -> None:
        return


@pytest.fixture
def make_feed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Feed]:
    monkeypatch.setattr(module, "Http", FakeHttp)
    monkeypatch.setattr(module, "Pool", FakePool)
    monkeypatch.setattr(FakeHttp, "refusal", None)
    monkeypatch.setattr(Tulip, "listed", [])
    monkeypatch.setattr(Tulip, "quotes", [])
    monkeypatch.setattr(Tulip, "clock_ahead", 0)
    monkeypatch.setattr(Tulip, "quotes_weight", 1)

    def make(rules: FeedRules | None = None) -> Feed:
        venue: Any = Tulip
        return Feed(venue, Connect("", ""), Table([Lane(VENUE, "tulip", "spot")]), rules or FeedRules())

    return make
