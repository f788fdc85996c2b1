"""Which of a venue's hosts is spoken to: the main one, or a mirror for as long as the main one cannot be reached.

A mirror takes over where a host is not there (no name, no connection, no TLS, a server error), never where the venue
refuses to serve us (HTTP 403 and 451): that is its decision, and it is told as it is.
"""

from collections.abc import Callable, Sequence
from time import monotonic
from urllib.parse import urlsplit

HOME_S = 300.0
"""After so long on a mirror the main host is tried again."""


class Hosts:
    """Keep the addresses of one side of a venue, the main one first, and which of them answers."""

    def __init__(self, main: str, mirrors: Sequence[str] = (), *, time: Callable[[], float] = monotonic) -> None:
        self.urls = (main, *mirrors)
        self._time = time
        self._used = 0
        self._home_at = 0.0
        self._why = ""

    @property
    def used(self) -> str:
        """Return the address that answered last; the main one before any did."""
        return self.urls[self._used]

    @property
    def away(self) -> bool:
        """Tell whether a mirror is in use."""
        return self._used > 0

    @property
    def home_s(self) -> float | None:
        """Return in how many seconds the main host is to be tried again; None while it is in use."""
        return max(0.0, self._home_at - self._time()) if self.away else None

    @property
    def detour(self) -> str:
        """Say in words which mirror is in use and why; "" on the main host."""
        if not self.away:
            return ""
        main, mirror = (urlsplit(url).netloc for url in (self.urls[0], self.used))
        return f"reached at {mirror} instead of {main}: {self._why}"

    def order(self) -> tuple[str, ...]:
        """Return the addresses in the order to try them now."""
        if not self.away or self._time() >= self._home_at:
            return self.urls
        return (self.used, *(url for url in self.urls if url != self.used))

    def news(self, url: str, *, told: bool) -> bool:
        """Tell whether a failure is worth words: the first of a turn is, but not that the main host is still away."""
        return not told and not (self.away and url == self.urls[0])

    def answered(self, url: str) -> None:
        """Take note that an address answers."""
        place = self.urls.index(url)
        if place and not self.away:
            self._home_at = self._time() + HOME_S
        self._used = place

    def failed(self, url: str, words: str) -> None:
        """Take note that an address cannot be reached."""
        if url == self.urls[0]:
            self._why = words
            self._home_at = self._time() + HOME_S
