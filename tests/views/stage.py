"""A small made-up market for screens and views: two venues, one price, every state there is."""

from __future__ import annotations

import copy
import random
from typing import Any

import numpy as np

from arbwatch.analytics.spreads import Rules, scan
from arbwatch.market.codes import RowState
from arbwatch.market.columns import Columns
from arbwatch.market.health import Rejected, SocketHealth, VenueStatus
from arbwatch.market.layout import Key, Lane, Layout
from arbwatch.market.snapshot import Snapshot
from arbwatch.model import Instrument
from arbwatch.views.picture import Picture, Progress

NOW = 1_795_255_200_000_000_000
SECOND = 1_000_000_000
SPOT, PERP = "alpha_spot", "alpha_perp"
COINS = (
    ("BTC", 97_123.4, 0.1), ("ETH", 3_312.07, 0.01), ("SOL", 241.38, 0.01), ("XRP", 2.2841, 0.0001),
    ("DOGE", 0.38215, 0.00001), ("BNB", 655.1, 0.1), ("ADA", 0.9871, 0.0001), ("AVAX", 41.22, 0.01),
    ("LINK", 17.812, 0.001), ("PEPE", 0.00002113, 0.00000001), ("SHIB", 0.00002561, 0.00000001),
    ("LTC", 96.4, 0.01), ("DOT", 8.213, 0.001), ("UNI", 11.432, 0.001), ("NEAR", 6.711, 0.001),
    ("APT", 12.041, 0.001), ("ARB", 0.8213, 0.0001), ("OP", 2.114, 0.001), ("SUI", 3.6121, 0.0001),
    ("1INCH", 0.4512, 0.0001), ("0G", 3.021, 0.001), ("TIA", 5.912, 0.001), ("INJ", 29.11, 0.01),
    ("FIL", 5.812, 0.001), ("AAVE", 178.21, 0.01), ("ATOM", 7.412, 0.001),
)  # fmt: skip


def instrument(venue: str, base: str, tick: float, **changes: Any) -> Instrument:
    perp = venue.endswith("perp")
    times = 1000 if perp and tick < 1e-7 else 1
    values = {
        "venue": venue,
        "symbol": f"{times if times > 1 else ''}{base}USDT",
        "market": "perp" if perp else "spot",
        "base": f"{times if times > 1 else ''}{base}",
        "quote_currency": "USDT",
        "settle_currency": "USDT" if perp else None,
        "asset": base,
        "multiplier": times,
        "contract_size": float(times),
        "tick_size": tick * times,
        "lot_size": 0.001,
        "min_notional": 5.0,
        "class_": "crypto",
        "status": "trading",
        "listed": NOW - 900 * 86_400 * SECOND if perp else None,
    }
    return Instrument(**(values | changes))


class Stage:
    """Hold a market that can be moved and looked at."""

    def __init__(self, coins: int = len(COINS), seed: int = 7) -> None:
        self.random = random.Random(seed)
        named = [*COINS, *((f"C{n:04d}", 1.0 + n / 7, 0.0001) for n in range(coins - len(COINS)))][:coins]
        self.coins = named
        self.now = NOW
        self.instruments: list[list[Instrument | None]] = [
            [instrument(venue, base, tick) for base, _, tick in named] for venue in (SPOT, PERP)
        ]
        self.columns = Columns(2, len(named))
        for lane in range(2):
            for place, (_, price, _) in enumerate(named):
                self._fill(lane, place, price)
        self.venues: tuple[VenueStatus, ...] = (status(SPOT, coins), status(PERP, coins))
        self.progress: tuple[Progress, ...] = ()
        self.clock: str | None = None
        self.layout: Layout | None = None

    def _fill(self, lane: int, place: int, price: float) -> None:
        one = self.instruments[lane][place]
        assert one is not None
        draw = self.random
        tick = one.tick_size or 0.01
        price = round(price * one.multiplier * (1 + draw.uniform(-4e-4, 4e-4)) / tick) * tick
        values = {
            "bid": price, "ask": price + tick * draw.choice((1, 1, 1, 2, 5)),
            "bid_size": draw.lognormvariate(3, 2), "ask_size": draw.lognormvariate(3, 2), "last": price,
            "change_24h": draw.gauss(0, 0.04), "quote_volume": 4e9 / (place + 1) ** 1.4 * draw.uniform(0.5, 1.5),
            "high": price + 90 * tick, "low": price - 70 * tick, "gap": 2e8, "gaps": 800, "messages": 812,
            "received": self.now - 2_000_000, "time": self.now - int(draw.uniform(4e6, 2e7)),
            "changed": self.now - int(draw.expovariate(1 / 2e9)), "confirmed": self.now - int(draw.uniform(1e6, 2e8)),
            "source": 1, "state": RowState.LIVE, "tick_size": tick,
            "multiplier": one.multiplier, "contract_size": one.contract_size,
        }  # fmt: skip
        if one.market == "perp":
            values |= {
                "rate": draw.gauss(1e-4, 1e-4), "funding_status": 1, "interval_h": draw.choice((8, 8, 4)),
                "next_time": self.now + 3 * 3600 * SECOND + 754 * SECOND, "mark": round(price * 1.0001, 8),
                "index": price, "cap": 0.02, "floor": -0.02,
            }  # fmt: skip
            values["interval_source"] = 1 if values["interval_h"] == 4 else 4
        self.set(lane, place, **values)

    def set(self, lane: int, place: int, **values: Any) -> None:
        for name, value in values.items():
            getattr(self.columns, name)[lane, place] = value

    def move(self, changes: int, after: int = SECOND // 4) -> None:
        """Move `changes` quotes by a tick and the time by `after` ns."""
        self.now += after
        for _ in range(changes):
            lane, place = self.random.randrange(2), self.random.randrange(len(self.coins))
            step = self.random.choice((-1, 1)) * self.columns.tick_size[lane, place]
            for name in ("bid", "ask", "last"):
                getattr(self.columns, name)[lane, place] += step
            self.set(lane, place, changed=self.now, confirmed=self.now, bid_size=self.random.lognormvariate(3, 2))

    def picture(self) -> Picture:
        lanes = tuple(Lane(venue, "alpha", venue.removeprefix("alpha_")) for venue in (SPOT, PERP))
        instruments = tuple(map(tuple, self.instruments))
        if self.layout is None or self.layout.instruments != instruments:
            keys = tuple(Key(base, "USDT", 0) for base, _, _ in self.coins)
            self.layout = Layout(lanes, keys, instruments)
        snapshot = Snapshot(self.now, copy.deepcopy(self.columns), self.layout, np.array([0.0, np.nan]))
        return Picture(
            now=self.now,
            snapshot=snapshot,
            venues=self.venues,
            clock=self.clock,
            spreads=scan(snapshot, Rules()),
            progress=self.progress,
            pages={SPOT: lambda one: f"https://trade.example/spot/{one.symbol}"},
        )

    def every_state(self) -> Stage:
        """Put each state, unknowns and a crossed book among the rows."""
        for place, state in enumerate((s for s in RowState if s != RowState.POLLED), start=3):
            self.set(1, place, state=state)
        self.set(0, 5, ask=np.nan, ask_size=np.nan)
        self.set(0, 6, bid=1.2)
        self.set(0, 15, confirmed=self.now - 14 * SECOND, bid=12.4, ask=12.41)
        self.set(0, 16, bid=1.1, ask=1.1001)
        self.set(0, 7, change_24h=np.nan, quote_volume=np.nan)
        self.set(1, 1, rate=-0.00031)
        return self


def status(venue: str, instruments: int, **changes: Any) -> VenueStatus:
    sockets = tuple(
        SocketHealth(
            name=f"{venue}-{n}", route="/stream", state="live", topics=200, live_topics=200, frames=52_112,
            rate_s=1_240.0, age_ms=3.0, reconnects=0, error=None,
        )
        for n in (1, 2)
    )  # fmt: skip
    values: dict[str, Any] = {
        "venue": venue, "state": "up", "note": "", "instruments": instruments, "live": instruments - 1,
        "messages": 912_211, "rate_s": 4_906.0, "age_p50_ms": 210.0, "lag_p50_ms": 12.0, "lag_p99_ms": 61.0,
        "unconfirmed_p99_ms": 480.0,
        "clock_offset_ms": -4.2, "clock_tolerance_ms": 3.1, "reconnects": 1, "rejected": 0, "last_rejects": (),
        "last_error": None, "sockets": sockets, "rest_state": "ok", "rest_words": "", "rest_used": 120,
    }  # fmt: skip
    return VenueStatus(**(values | changes))


def rejected(raw: str) -> Rejected:
    return Rejected(NOW - 5 * SECOND, "quote", "bid is not a number", raw)
