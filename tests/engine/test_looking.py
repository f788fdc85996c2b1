"""The books that a screen looks at are followed, and only these."""

from types import SimpleNamespace
from typing import Any

from arbwatch.engine.depth import Depth
from arbwatch.engine.looking import Looking
from tests.engine.test_depth import Source, _snapshot


class Feed:
    """What of a feed matters here."""

    def __init__(self, *symbols: str) -> None:
        self.source = Source()
        self.depth = Depth(self.source)
        self.watch_book = self.depth.watch
        self.instruments = dict.fromkeys(symbols)
        self.venue = SimpleNamespace(channels={"book": None})


def looking(**feeds: Feed) -> Looking:
    given: Any = feeds
    return Looking(given)


def test_what_is_looked_at_is_followed_and_its_top_handed_out() -> None:
    here, there = Feed("XUSDT"), Feed("YUSDT")
    looks = looking(here=here, there=there)
    looks.wanted = frozenset({("here", "XUSDT"), ("there", "GONE"), ("nowhere", "XUSDT")})
    looks.look()
    assert [topic.symbol for topic in here.source.followed] == ["XUSDT"]
    assert there.source.followed == []
    assert looks.ladders == {}
    here.depth.apply(_snapshot(5))
    looks.look()
    assert looks.ladders["here", "XUSDT"].bids == ((10.0, 1.0),)
    assert looks.ladders["here", "XUSDT"].asks == ((11.0, 2.0),)


def test_what_is_no_longer_looked_at_is_left() -> None:
    here = Feed("XUSDT", "YUSDT")
    looks = looking(here=here)
    looks.wanted = frozenset({("here", "XUSDT")})
    looks.look()
    looks.wanted = frozenset({("here", "YUSDT")})
    looks.look()
    assert [topic.symbol for topic in here.source.followed] == ["YUSDT"]
    looks.wanted = frozenset()
    looks.look()
    assert here.source.followed == []
    assert looks.ladders == {}
