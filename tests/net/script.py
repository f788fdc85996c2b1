"""A venue of a few lines and a server that speaks its protocol, with everything it saw kept for the tests."""

import asyncio
import ssl
from collections.abc import Iterable
from time import monotonic
from typing import Any, ClassVar, Literal

import msgspec
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server
from picows.common import WSUpgradeResponse, WSUpgradeResponseWithListener

from arbwatch.connector.errors import DecodeError
from arbwatch.connector.venue import Venue
from arbwatch.connector.wire import (
    Ack,
    Channel,
    Emission,
    Fees,
    Heartbeat,
    Kind,
    Limits,
    Listings,
    Notice,
    Poll,
    Reject,
    Request,
    Response,
    Send,
    Subscribe,
    Topic,
)
from arbwatch.model import Event, Instrument, Quote, Trade
from arbwatch.net.options import Connect


class Message(msgspec.Struct):
    """Everything the toy protocol says, in one shape."""

    kind: Literal["quote", "trade", "ack", "ping", "notice", "fetch", "reject", "nothing"]
    symbol: str = ""
    n: float = 0
    id: str | None = None
    error: str | None = None
    time: int | None = None
    topics: tuple[str, ...] = ()


class Toy(Venue):
    """A venue whose limits each test states by subclassing."""

    id = "toy_spot"
    exchange = "toy"
    market: ClassVar[Literal["spot", "perp"]] = "spot"
    name = "Toy Spot"
    rest_url = "http://127.0.0.1:1"
    ws_url = "ws://127.0.0.1:1"
    ws_hosts = ("127.0.0.1",)
    channels: ClassVar[dict[Kind, Channel]] = {
        "quote": Channel("quote:{symbol}", "/quotes"),
        "trade": Channel("trade:{symbol}", "/trades", on_demand=True),
    }
    limits = Limits(
        streams_per_socket=200,
        topics_per_frame=50,
        frames_per_second=1000,
        connects=1000,
        connects_window_s=1,
        lifetime_s=None,
        weight=1000,
        weight_window_s=1,
        weight_header="X-Used",
    )
    heartbeat = Heartbeat(ping=None, ping_interval_s=30, pong_timeout_s=10)
    fees = Fees(0.001, 0.001)
    docs = "https://toy.example"

    def __init__(self, *, topics_per_frame: int | None = None) -> None:
        self._per_frame = topics_per_frame or self.limits.topics_per_frame
        self._count = 0

    def listings(self) -> Listings:
        yield Request("/list")
        return []

    def instruments(self, body: bytes) -> Iterable[Instrument | Reject]:
        return ()

    def polls(self) -> tuple[Poll, ...]:
        return ()

    def subscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        return self._frames("sub", list(topics))

    def unsubscribe(self, topics: Iterable[Topic]) -> list[Subscribe]:
        return self._frames("unsub", list(topics))

    def _frames(self, op: str, topics: list[Topic]) -> list[Subscribe]:
        frames = []
        for start in range(0, len(topics), self._per_frame):
            batch = topics[start : start + self._per_frame]
            self._count += 1
            words = {"op": op, "id": str(self._count), "topics": [f"{t.kind}:{t.symbol}" for t in batch]}
            frames.append(Subscribe(msgspec.json.encode(words).decode(), str(self._count), tuple(batch)))
        return frames

    def decode(self, frame: bytes | memoryview, received: int) -> Iterable[Emission]:
        if bytes(frame) in (b"", b"pong"):
            return
        try:
            said = msgspec.json.decode(frame, type=Message)
        except msgspec.MsgspecError as problem:
            raise DecodeError(f"unreadable: {problem}") from problem
        match said.kind:
            case "quote":
                yield Quote(self.id, said.symbol, said.n, 1.0, said.n + 1, 1.0, said.time, received)
            case "trade":
                yield Trade(self.id, said.symbol, said.n, 1.0, "buy", str(int(said.n)), said.time, received)
            case "ack":
                yield Ack(said.id, said.error, tuple(Topic("quote", name) for name in said.topics))
            case "ping":
                yield Send('{"op":"pong"}')
            case "notice":
                yield Notice("renew" if said.symbol == "renew" else "relist", "it says so")
            case "fetch":
                yield Request("/snapshot", tag=said.symbol)
            case "reject":
                yield Reject("row", "no price", "verbatim")

    def book_request(self, symbol: str) -> Request | None:
        return None

    def reply(self, tag: str, response: Response) -> Iterable[Emission]:
        yield Trade(self.id, tag, float(response.body), 1.0, "buy", "r" + response.body.decode(), None, 1)

    def page(self, instrument: Instrument) -> str:
        return "https://toy.example"


def quotes(*symbols: str) -> list[Topic]:
    return [Topic("quote", symbol) for symbol in symbols]


def said(**fields: Any) -> str:
    return msgspec.json.encode(fields).decode()


class Peer(WSListener):
    """One socket as the server sees it."""

    def __init__(self, server: "Server", path: str) -> None:
        self.server = server
        self.path = path
        self.opened = monotonic()
        self.closed: float | None = None
        self.goodbye = False
        self.frames: list[tuple[float, str]] = []
        self.pings = 0
        self.pongs: list[bytes] = []
        self.at: list[float] = []
        self.topics: set[str] = set()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.server.peers.append(self)
        self.server.greet(self)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.closed = monotonic()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self.at.append(monotonic())
        if frame.msg_type == WSMsgType.PING:
            self.pings += 1
            if self.server.alive:
                transport.send_pong(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.PONG:
            self.pongs.append(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            self.goodbye = True
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
        else:
            text = frame.get_payload_as_utf8_text()
            self.frames.append((monotonic(), text))
            if self.server.alive:
                self.server.heard(self, text)

    def say(self, text: str) -> None:
        self.transport.send(WSMsgType.TEXT, text)

    @property
    def open(self) -> bool:
        return self.closed is None

    def ops(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(text) for _, text in self.frames if text.startswith("{")]


class Server:
    """Answers subscriptions; tests override `answer` and `greet`."""

    def __init__(self) -> None:
        self.peers: list[Peer] = []
        self.attempts: list[float] = []
        self.alive = True
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.hang = False
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self, context: ssl.SSLContext | None = None, port: int = 0) -> "Server":
        self._server = await ws_create_server(
            self._accept, "127.0.0.1", port, ssl=context, enable_auto_pong=False, use_aiofastnet=False
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for peer in self.peers:
            peer.transport.disconnect(False)
        await asyncio.sleep(0)

    def _accept(self, request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener | None:
        self.attempts.append(monotonic())
        if self.status is not None:
            answer = WSUpgradeResponse.create_error_response(self.status, b"no", self.headers)
            return WSUpgradeResponseWithListener(answer, None)
        return Peer(self, request.path.decode())

    def greet(self, peer: Peer) -> None:
        pass

    def answer(self, peer: Peer, op: str, topics: list[str]) -> str | None:
        """Return the error to acknowledge with, "" for none, None for silence."""
        return ""

    def heard(self, peer: Peer, text: str) -> None:
        if not text.startswith("{"):
            return
        order = msgspec.json.decode(text)
        if "topics" not in order:
            return
        error = self.answer(peer, order["op"], order["topics"])
        if error is None:
            return
        if not error:
            change = peer.topics.update if order["op"] == "sub" else peer.topics.difference_update
            change(order["topics"])
        peer.say(said(kind="ack", id=order["id"], error=error or None))

    def say(self, text: str, topic: str | None = None) -> None:
        for peer in self.peers:
            if peer.open and (topic is None or topic in peer.topics):
                peer.say(text)

    def living(self) -> list[Peer]:
        return [peer for peer in self.peers if peer.open]

    def options(self, **changes: Any) -> Connect:
        facts: dict[str, Any] = {
            "rest_url": "http://127.0.0.1:1",
            "ws_url": f"ws://127.0.0.1:{self.port}",
            "backoff_first_s": 0.02,
            "backoff_max_s": 0.2,
            "ack_timeout_s": 0.3,
            "first_data_s": 0.1,
            "connect_timeout_s": 2.0,
        }
        return Connect(**(facts | changes))


class Seen:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.quotes: dict[str, Quote] = {}
        self.events: list[Event] = []
        self.live: set[Topic] = set()
        self.ups: list[tuple[str, frozenset[Topic]]] = []
        self.downs: list[tuple[str, frozenset[Topic], str]] = []
        self.refusals: list[tuple[Topic, str]] = []
        self.rejects: list[tuple[str, str, str, bytes]] = []
        self.notices: list[Notice] = []

    def apply(self, event: Event) -> None:
        self.events.append(event)

    def up(self, socket: str, topics: frozenset[Topic]) -> None:
        self.live |= topics
        self.ups.append((socket, topics))

    def down(self, socket: str, topics: frozenset[Topic], reason: str) -> None:
        self.live -= topics
        self.downs.append((socket, topics, reason))

    def refused(self, topic: Topic, reason: str) -> None:
        self.refusals.append((topic, reason))

    def reject(self, socket: str, what: str, reason: str, raw: bytes) -> None:
        self.rejects.append((socket, what, reason, raw))

    def notice(self, notice: Notice) -> None:
        self.notices.append(notice)
