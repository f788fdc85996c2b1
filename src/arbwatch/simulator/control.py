"""`/truth` and `/control` of one venue: what is true, what happened, and faults on demand."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from aiohttp import web

from arbwatch.simulator import listings
from arbwatch.simulator.client import Client
from arbwatch.simulator.faults import INSTANT, STANDING, Fault, UnknownFaultError, check
from arbwatch.simulator.true_spreads import spreads
from arbwatch.simulator.truth import truth

if TYPE_CHECKING:
    from arbwatch.simulator.server import VenueServer


OWN_SECONDS = ("slow_rest", "time_jump")
"""Standing faults to which `seconds` is more than how long they last."""


class Whole(Protocol):
    """What acts on all venues together."""

    async def pause(self) -> None:
        """Hold the market and let every push leave."""

    async def resume(self) -> None:
        """Let the market go on."""


async def answer(server: "VenueServer", request: web.Request) -> web.Response:
    """Answer a request under /truth or /control."""
    try:
        body = await _do(server, request)
    except (UnknownFaultError, KeyError, ValueError, TypeError, msgspec.MsgspecError) as error:
        return _json({"error": str(error.args[0] if error.args else error)}, 400)
    return _json({"error": f"no {request.path} here"}, 404) if body is None else _json(body)


async def _do(server: "VenueServer", request: web.Request) -> Any:
    match request.method, request.path:
        case "GET", "/truth":
            symbol = request.query.get("symbol")
            if symbol:
                server.protocol.market.listing(server.protocol.id, symbol)
            return truth(server.protocol, symbol)
        case "GET", "/truth/spreads":
            return spreads(server.protocol.market, float(request.query.get("least", 0)))
        case "GET", "/control/faults":
            standing = [fault.describe() for fault in server.faults.standing]
            known = {name: {"arguments": a.split(), "does": b} for name, (a, b) in (STANDING | INSTANT).items()}
            return {"standing": standing, "known": known}
        case "GET", "/control/sockets":
            return [_describe(server, client) for client in server.clients.values()]
        case "GET", "/control/requests":
            return {"paths": dict(server.rest.counts), "connects": server.connects, "weight": server.protocol.used()}
        case "POST", "/control/pause":
            await server.whole.pause()
            return {"paused": True}
        case "POST", "/control/resume":
            await server.whole.resume()
            return {"paused": False}
        case "POST", "/control/clear":
            return {"cleared": clear(server, request.query.get("fault"))}
        case "POST", "/control/fault":
            arguments = msgspec.json.decode(await request.read(), type=dict[str, Any])
            return await inject(server, arguments.pop("fault", ""), arguments)
    return None


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")


def _describe(server: "VenueServer", client: Client) -> dict[str, Any]:
    known = [stream for name in client.streams if (stream := server.protocol.stream(name, client.route))]
    return {
        "socket": client.name, "path": client.path, "route": client.route, "combined": client.combined,
        "streams": list(client.streams),
        "carried": [{"stream": each.name, "kind": each.kind, "symbol": each.symbol} for each in known],
        "quotes": [each.symbol for each in known if each.kind == "quote" and each.symbol],
        "sent": client.sent, "received": client.received, "muted": client.muted,
        "opened": client.opened,
    }  # fmt: skip


def _clients(server: "VenueServer", arguments: Mapping[str, Any]) -> list[Client]:
    """Return the socket named, or every one; LookupError in words where the name is unknown."""
    name = arguments.get("socket")
    if name is None:
        return list(server.clients.values())
    if name not in server.clients:
        raise UnknownFaultError(f"no socket {name!r}; open are {', '.join(server.clients) or 'none'}")
    return [server.clients[name]]


async def inject(server: "VenueServer", name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Make a fault happen and say what was done."""
    check(name, arguments)
    if name in INSTANT:
        return {"fault": name, "done": await _instant(server, name, arguments)}
    if name not in OWN_SECONDS and "seconds" in arguments:
        arguments["for_s"] = arguments.pop("seconds")
    if name == "huge_listing":
        market = server.protocol.market
        await listings.flood(market, server.protocol.id, int(arguments.setdefault("rows", 20_000)))
    _begin(server, name, arguments)
    return server.faults.add(name, arguments).describe()


def _begin(server: "VenueServer", name: str, arguments: dict[str, Any]) -> None:
    """Do what a standing fault changes at once."""
    protocol, market = server.protocol, server.protocol.market
    match name:
        case "crossed_book":
            listings.cross(market, market.listing(protocol.id, arguments["symbol"]))
        case "one_sided_book":
            side = arguments.setdefault("side", "ask")
            if side not in ("bid", "ask"):
                raise UnknownFaultError(f"one_sided_book: side is bid or ask, not {side!r}")
            listings.drop_side(market, market.listing(protocol.id, arguments["symbol"]), side)
        case "halt":
            listings.halt(market, market.listing(protocol.id, arguments["symbol"]))
        case "clock_skew":
            protocol.skew_ms = int(arguments["ms"])
        case "half_open":
            for client in _clients(server, arguments):
                client.muted = True
        case "time_jump":
            server.flowing.clear()
            server.later(float(arguments["seconds"]), _flow_again(server, int(arguments.setdefault("ms", 0))))
        case "silent_symbol" if arguments.get("socket") is None:
            carrying = server.broadcast.carriers(arguments["symbol"])
            if carrying:
                arguments["socket"] = carrying[0].name


async def _flow_again(server: "VenueServer", ahead_ms: int) -> None:
    """End the silence of a time jump, unless that was cleared: from now on the clock is ahead."""
    if server.faults.find("time_jump") is None:
        return
    server.protocol.skew_ms += ahead_ms
    server.flowing.set()


def undo(server: "VenueServer", fault: Fault) -> None:
    """Take back what a standing fault changed."""
    protocol, market = server.protocol, server.protocol.market
    listing = protocol.listings.get(fault["symbol"] or "")
    match fault.name:
        case "crossed_book" | "one_sided_book" if listing is not None:
            listings.heal(market, listing)
        case "halt" if listing is not None:
            listings.resume(market, listing)
        case "clock_skew":
            protocol.skew_ms = 0
        case "time_jump":
            protocol.skew_ms = 0
            server.flowing.set()
        case "huge_listing":
            listings.ebb(market, protocol.id)
        case "half_open":
            for client in list(server.clients.values()):
                if client.muted and fault["socket"] in (None, client.name):
                    client.abort()


def clear(server: "VenueServer", name: str | None = None) -> list[str]:
    """End every standing fault, or those of one name, and return their names."""
    gone = server.faults.remove(name)
    for fault in gone:
        undo(server, fault)
    return [fault.name for fault in gone]


async def _instant(server: "VenueServer", name: str, arguments: dict[str, Any]) -> Any:
    protocol, market = server.protocol, server.protocol.market
    match name:
        case "new_listing":
            base = str(arguments.get("base") or f"NEW{market.steps}")
            return listings.new_listing(market, protocol.id, base, float(arguments.get("rate", 5.0))).symbol
        case "delist":
            listings.delist(market, market.listing(protocol.id, arguments["symbol"]))
            return arguments["symbol"]
        case "tick_change":
            listing = market.listing(protocol.id, arguments["symbol"])
            listings.tick_change(market, listing, int(arguments.get("factor", 10)))
            return listing.price(listing.tick)
        case "rebase":
            listing = market.listing(protocol.id, arguments["symbol"])
            listings.rebase(market, listing, int(arguments.get("factor", 10)))
            return float(listing.contract_size)
        case "funding_interval":
            listing = market.listing(protocol.id, arguments["symbol"])
            return listings.funding_interval(market, listing, int(arguments["hours"]))
        case "plant":
            market.plant(str(arguments["asset"]), float(arguments["gap"]), arguments.get("venue"))
            return arguments["asset"]
        case "service_restart":
            return server.broadcast.restart()
    return await _to_sockets(server, name, arguments)


async def _to_sockets(server: "VenueServer", name: str, arguments: dict[str, Any]) -> list[str]:
    clients = _clients(server, arguments)
    for client in clients:
        match name:
            case "drop_socket":
                client.abort()
            case "close_socket":
                await client.close(int(arguments.get("code", 1000)), str(arguments.get("reason", "")))
            case "garbage":
                for n in range(int(arguments.get("count") or 1)):
                    client.send(('{"stream":', "pong", "<html>502</html>", '{"s":"BTCUSDT","b":', "\x00\x01")[n % 5])
            case "shutdown_notice":
                for frame in server.protocol.farewell(client):
                    client.send(frame)
                seconds = float(arguments.get("seconds", 10 / server.time_scale))
                server.later(seconds, client.close(1001, "server shutdown"))
    return [client.name for client in clients]
