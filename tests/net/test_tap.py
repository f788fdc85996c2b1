"""Whoever listens in sees every frame and body, both ways, and which connection it was on."""

from typing import Any, NamedTuple

import pytest
from aiohttp import web
from picows import WSMsgType

from arbwatch.connector.wire import Frame, Request, Response
from arbwatch.net.http import Http, RefusedError
from arbwatch.net.options import Connect
from arbwatch.net.tap import Control, Tee
from tests.net.conftest import MakePool, wait_until
from tests.net.rest import Rest
from tests.net.script import Seen, Server, Toy, quotes, said


class Note(NamedTuple):
    """One thing that was overheard."""

    what: str
    conn: str
    content: Any


class Ear:
    """Keep everything in order."""

    trouble = ""

    def __init__(self) -> None:
        self.notes: list[Note] = []

    def opened(self, conn: str, address: str, now: int) -> None:
        self.notes.append(Note("opened", conn, address))

    def closed(self, conn: str, reason: str, now: int) -> None:
        self.notes.append(Note("closed", conn, reason))

    def sent(self, conn: str, frame: Frame, now: int) -> None:
        self.notes.append(Note("sent", conn, frame))

    def received(self, conn: str, frame: bytes, text: bool, now: int) -> None:
        self.notes.append(Note("received" if text else "binary", conn, frame))

    def control(self, conn: str, kind: Control, ours: bool, now: int) -> None:
        self.notes.append(Note(f"{'our' if ours else 'their'} {kind}", conn, None))

    def fetched(self, request: Request, url: str, response: Response) -> None:
        self.notes.append(Note("fetched", url, response))

    def of(self, what: str) -> list[Any]:
        return [note.content for note in self.notes if note.what == what]


async def test_frames_are_overheard_both_ways(server: Server, seen: Seen, pool: MakePool) -> None:
    ear = Ear()
    it = await pool(tap=ear, ping_interval_s=0.05, pong_timeout_s=0.04)
    it.follow(quotes("A"))
    await wait_until(lambda: seen.live)
    quote = said(kind="quote", symbol="A", n=1.0)
    server.say(quote)
    peer = server.living()[0]
    peer.transport.send(WSMsgType.TEXT, quote[:5].encode(), fin=False)
    peer.transport.send(WSMsgType.CONTINUATION, quote[5:].encode(), fin=True)
    peer.transport.send(WSMsgType.BINARY, b"\x00\xff")
    peer.transport.send_ping(b"x")
    await wait_until(lambda: ear.of("their ping") and ear.of("our ping") and ear.of("their pong"))
    assert ear.notes[0] == Note("opened", "toy_spot-1.1", f"ws://127.0.0.1:{server.port}/quotes")
    assert ear.of("sent") == [text for _, text in peer.frames]
    assert ear.of("received")[1:] == [quote.encode()] * 2 and b'"ack"' in ear.of("received")[0]
    assert ear.of("binary") == [b"\x00\xff"] and ear.of("our pong")


async def test_every_connection_has_a_name_of_its_own(server: Server, seen: Seen, pool: MakePool) -> None:
    ear = Ear()
    it = await pool(tap=ear)
    it.follow(quotes("A"))
    await wait_until(lambda: seen.live)
    it.cut("toy_spot-1", "to see what happens")
    await wait_until(lambda: len(ear.of("opened")) == 2)
    assert [note.conn for note in ear.notes if note.what in ("opened", "closed")] == [
        "toy_spot-1.1",
        "toy_spot-1.1",
        "toy_spot-1.2",
    ]
    assert ear.of("closed") == ["to see what happens"]


async def test_answers_by_rest_are_overheard_with_refusals() -> None:
    rest = await Rest(web.Response(text="[1]"), web.Response(status=451, text="not from there")).start()
    ears = Ear(), Ear()
    http = Http(Toy, Connect(rest.url, "", tap=Tee(*ears)))
    try:
        assert (await http.fetch(Request("/list", params=(("a", "b c"),)))).body == b"[1]"
        with pytest.raises(RefusedError):
            await http.fetch(Request("/more"))
    finally:
        await http.close()
        await rest.stop()
    for ear in ears:
        assert [note.conn for note in ear.notes] == [f"{rest.url}/list?a=b+c", f"{rest.url}/more"]
        assert [(each.status, each.body) for each in ear.of("fetched")] == [(200, b"[1]"), (451, b"not from there")]
