"""Each way of being wrong shows in what the simulated MEXC says, and in nothing else."""

from typing import Any

import pytest

from tests.simulator.conftest import wait_until
from tests.simulator.mexc_world import BEST, MINIS, PERP, SPOT, body, channel, data, pushes, topics, world

CONTRACT = "BTC_USDT"


async def _said(mistake: str | None) -> dict[str, Any]:
    """Return some figures of a market at rest and of the truth."""
    async with world(instruments=50, mistakes={} if mistake is None else {SPOT: mistake, PERP: mistake}) as mexc:
        peer, other = await mexc.connect(SPOT, "/ws"), await mexc.connect(PERP, "/edge")
        symbol = mexc.symbol(SPOT)
        name = BEST.format(symbol)
        await topics(peer, name, MINIS)
        await channel(other, "sub.depth.full", CONTRACT, limit=5)
        await wait_until(lambda: len(pushes(peer, name)) > 2 and len(pushes(other, "push.depth.full")) > 2, "quotes")
        await mexc.post(SPOT, "/control/pause")
        pair, contract = mexc.simulator.truth(SPOT, symbol), mexc.simulator.truth(PERP, CONTRACT)
        known, day, rate = contract["instruments"][0], contract["tickers"][CONTRACT], contract["funding"][CONTRACT]
        best, full = body(pushes(peer, name)[-1]), pushes(other, "push.depth.full")[-1]["data"]
        mini = body(pushes(peer, MINIS)[-1])["items"][0]
        ticker = await data(mexc, "ticker", symbol=CONTRACT)
        funding = next(row for row in await data(mexc, "funding_rate") if row["symbol"] == CONTRACT)
        listed = await data(mexc, "detail", symbol=CONTRACT)
        quote = pair["quotes"][symbol]
        coins = mexc.simulator.truth(SPOT, mini["symbol"])["tickers"][mini["symbol"]]["base_volume"]
    return {
        "contract": listed["contractSize"] / known["contract_size"],
        "size": float(best["bidQuantity"]) / quote["bid_size"], "bid": float(best["bidPrice"]) / quote["bid"],
        "crossed": full["bids"][0][0] > full["asks"][0][0], "time": best["lastOrderCreateTime"] / quote["time"] * 10**6,
        "rate": funding["fundingRate"] / rate["rate"], "change": ticker["riseFallRate"] / day["change_24h"],
        "volume": ticker["volume24"] * known["contract_size"] / day["base_volume"],
        "mini": float(mini["quantity"]) / coins, "hours": funding["collectCycle"] / rate["interval_h"],
        "next": funding["nextSettleTime"] * 10**6 - rate["next_time"], "mark": ticker["fairPrice"] / rate["mark"],
    }  # fmt: skip


async def test_without_a_mistake_every_figure_is_the_true_one() -> None:
    found = await _said(None)
    assert (found.pop("crossed"), found.pop("next")) == (False, 0)
    assert found.pop("mini") == pytest.approx(1, rel=0.01)
    assert found == pytest.approx(dict.fromkeys(found, 1.0), rel=0.01)


@pytest.mark.parametrize(
    ("mistake", "figure", "told"),
    [
        ("contracts", "contract", 10),
        ("sizes", "size", 3000),
        ("sides", "crossed", True),
        ("product", "bid", 1.03),
        ("seconds", "time", 0.001),
        ("rate", "rate", 100),
        ("change", "change", 100),
        ("volumes", "mini", None),
        ("next_funding", "next", None),
        ("mark", "mark", None),
        ("interval", "hours", 60),
    ],
)
async def test_a_mistake_shows(mistake: str, figure: str, told: float | None) -> None:
    found = (await _said(mistake))[figure]
    if told is None:
        assert found not in (0, pytest.approx(1, rel=0.01))
    else:
        assert found == pytest.approx(told, rel=0.1 if told != 1.03 else 0.01)
