"""Topics are subscribed, spread and ended within the venue's limits."""

from tests.net.conftest import MakePool, wait_until
from tests.net.script import Seen, Server, quotes, said


async def test_quotes_reach_the_door(server: Server, seen: Seen, pool: MakePool) -> None:
    it = await pool()
    it.follow(quotes("BTC", "ETH"))
    await wait_until(lambda: seen.live == set(quotes("BTC", "ETH")))
    server.say(said(kind="quote", symbol="BTC", n=5))
    await wait_until(lambda: "BTC" in seen.quotes)
    assert seen.quotes["BTC"].bid == 5
    (status,) = it.sockets()
    assert (status.state, status.topics, status.live_topics, status.error) == ("live", 2, 2, None)
    assert status.last_frame is not None and status.opened is not None
