"""Answer REST requests of one venue: weights, bans, faults, gzip."""

import asyncio
import math
import time
from collections import Counter
from typing import Any

import msgspec
from aiohttp import web

from arbwatch.simulator.binance import ApiError, Binance
from arbwatch.simulator.broadcast import spoil
from arbwatch.simulator.faults import Faults

PATIENCE = 10
"""Requests in spite of 429 before an address is banned."""
BAN_S = 120.0
FUNDING_REQUESTS, FUNDING_WINDOW_S = 500, 300.0
"""What fundingInfo and fundingRate share."""
HTML = "<html><head><title>{0} {1}</title></head><body><center><h1>{0} {1}</h1></center></body></html>"
WORDS = {403: "Forbidden", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}
BAD_ROWS: list[Any] = [
    "not a row",
    {"symbol": None, "status": "TRADING", "baseAsset": 7, "quoteAsset": "USDT", "filters": "none"},
    {"symbol": "BADUSDT", "status": "TRADING", "baseAsset": "BAD", "quoteAsset": "USDT", "contractType": "PERPETUAL",
     "isSpotTradingAllowed": True,
     "filters": [{"filterType": "PRICE_FILTER", "tickSize": "abc"}, {"filterType": "LOT_SIZE", "stepSize": "-"}]},
    {"symbol": "NOFILTERUSDT"},
]  # fmt: skip


class Budget:
    """Requests or weight within a window that starts anew each time it is over."""

    def __init__(self, limit: int, window_s: float) -> None:
        """Allow `limit` per `window_s` seconds."""
        self.limit, self.window_s = limit, window_s
        self.used = 0
        self._ends = time.monotonic() + window_s

    def spend(self, amount: int) -> bool:
        """Count an amount and tell whether the limit still holds."""
        now = time.monotonic()
        if now >= self._ends:
            self.used, self._ends = 0, now + self.window_s
        self.used += amount
        return self.used <= self.limit

    def left_s(self) -> float:
        """Return the seconds until the window starts anew."""
        return max(0.0, self._ends - time.monotonic())


class Rest:
    """The REST side of one venue."""

    def __init__(self, protocol: Binance, faults: Faults, time_scale: float) -> None:
        """Start with a full budget; windows pass `time_scale` times as fast."""
        self.protocol, self.faults, self.time_scale = protocol, faults, time_scale
        self.weight = Budget(protocol.limits.weight, 60.0 / time_scale)
        self.funding = Budget(FUNDING_REQUESTS, FUNDING_WINDOW_S / time_scale)
        self.counts: Counter[str] = Counter()
        self._warnings = 0
        self._banned_until = 0.0

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request."""
        path = request.path
        self.counts[path] += 1
        if fault := self.faults.use("slow_rest", path=path):
            await asyncio.sleep(float(fault["seconds"] or 10))
        if fault := self.faults.use("rest_status", path=path):
            return refusal(int(fault["status"] or 500), fault["retry_after"])
        name = path.removeprefix(self.protocol.prefix)
        weigh = self.protocol.weights.get(name)
        if not path.startswith(self.protocol.prefix) or weigh is None or request.method != "GET":
            return web.Response(status=404, text=HTML.format(404, "Not Found"), content_type="text/html")
        if (limited := self._spend(name, weigh(request.query))) is not None:
            return limited
        return self._reply(request, name)

    def _spend(self, name: str, weight: int) -> web.Response | None:
        now = time.monotonic()
        if now < self._banned_until:
            return refusal(418, math.ceil(self._banned_until - now))
        window = self.funding if name.startswith("funding") else self.weight
        if window.spend(1 if window is self.funding else weight):
            if window is self.weight and window.used == weight:
                self._warnings = 0
            return None
        self._warnings += 1
        if self._warnings > PATIENCE:
            self._banned_until = now + BAN_S / self.time_scale
            return refusal(418, math.ceil(BAN_S / self.time_scale))
        return refusal(429, math.ceil(window.left_s()))

    def _reply(self, request: web.Request, name: str) -> web.Response:
        headers = {"X-MBX-USED-WEIGHT-1M": str(self.weight.used), "X-MBX-USED-WEIGHT": str(self.weight.used)}
        try:
            body = self.protocol.answer(name, request.query)
        except ApiError as error:
            text = msgspec.json.encode({"code": error.code, "msg": error.message})
            return web.Response(status=error.status, body=text, content_type="application/json", headers=headers)
        if isinstance(body, list) and body and self.faults.use("wrong_types"):
            body = spoil(body)
        if name == "exchangeInfo" and self.faults.find("bad_listing_row"):
            body["symbols"] = [*BAD_ROWS[:2], *body["symbols"], *BAD_ROWS[2:]]
        response = web.Response(body=msgspec.json.encode(body), content_type="application/json", headers=headers)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.enable_compression(web.ContentCoding.gzip)
        return response


def refusal(status: int, retry_after: object = None) -> web.Response:
    """Return an answer with an error status as the venue, or what stands before it, words it."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if status in (418, 429):
        message = "Way too much request weight used; IP banned" if status == 418 else "Too much request weight used"
        body = msgspec.json.encode({"code": -1003, "msg": message + "."})
        headers.setdefault("Retry-After", "1")
        return web.Response(status=status, body=body, content_type="application/json", headers=headers)
    if status == 451:
        message = "Service unavailable from a restricted location."
        body = msgspec.json.encode({"code": 0, "msg": message})
        return web.Response(status=status, body=body, content_type="application/json", headers=headers)
    text = HTML.format(status, WORDS.get(status, "Error"))
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)
