"""The market, watched in the background, as columns."""

import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from arbwatch.app import App
from arbwatch.config.errors import NoVenueError, WrongUseError
from arbwatch.config.load import load
from arbwatch.config.words import nearest
from arbwatch.connector import registry
from arbwatch.engine.hearing import Hear
from arbwatch.market.health import VenueStatus
from arbwatch.views.frame import Frame, frame
from arbwatch.views.listing import Listing

STEP_S = 0.05
HOSTS = ("rest_url", "ws_url")

# A program that sets up no logs is told nothing; one that does hears us.
logging.getLogger("arbwatch").addHandler(logging.NullHandler())


class Watch:
    """Watch venues in a thread of its own; a context manager.

    `venues` names them, None is every enabled one. `symbols` are patterns of what is watched (`BTC*`), empty is all.
    `settings` are settings by dotted name (`spreads.polled`), `config` is a settings file; beside them the same
    files and variables count as for the commands. `hosts` moves venues (`rest_url`, `ws_url` by venue), as
    `arbwatch simulate` prints them; `demo` brings simulated venues. Raises ArbwatchError, in one sentence.
    """

    def __init__(
        self,
        venues: Sequence[str] | None = None,
        *,
        symbols: Sequence[str] = (),
        settings: Mapping[str, object] | None = None,
        config: str | Path | None = None,
        hosts: Mapping[str, Mapping[str, str]] | None = None,
        demo: bool = False,
        hear: Hear | None = None,
    ) -> None:
        if isinstance(venues, str):
            raise WrongUseError(f"venues is the text {venues!r}; give a list, such as [{venues!r}]")
        flags = {**(settings or {}), **_moved(hosts or {})}
        for name in (venues or registry.venues()) if symbols else ():
            flags[f"venues.{name}.instruments.allow"] = symbols
        loaded = load(Path(config) if config is not None else None, flags, origin="this program")
        self.app = App(loaded.settings, venues, demo=demo, hear=hear)
        self._listing: Listing | None = None

    def __enter__(self) -> Self:
        self.app.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.app.__exit__(kind, value, trace)

    def wait(self, seconds: float = 10.0) -> None:
        """Return once most streams of every venue have spoken and its data was seen to agree, or after the seconds.

        Raises NoVenueError, with what each venue said, where none brought a quote till then.
        """
        deadline = time.monotonic() + seconds
        while not (done := self._spoken()) and time.monotonic() < deadline:
            time.sleep(STEP_S)
        statuses = self.venues()
        if not done and not any(status.live or status.polled for status in statuses):
            said = "; ".join(f"{each.venue}: {each.note or each.last_error or each.state}" for each in statuses)
            raise NoVenueError(f"No venue answered within {seconds:g} s: {said or 'none is enabled'}")

    def venues(self) -> tuple[VenueStatus, ...]:
        """Tell how each venue stands."""
        return self.app.read().venues

    def snapshot(self) -> Frame:
        """Return the market as it stands: columns by name, each a numpy array with one row per instrument."""
        picture = self.app.read()
        self._listing = self._listing.renew(picture.snapshot) if self._listing else Listing(picture.snapshot)
        return frame(picture, self._listing)

    def _spoken(self) -> bool:
        picture = self.app.read()
        return (
            len(picture.venues) == len(self.app.venues)
            and not picture.progress
            and not any(symbol == "" for _, symbol in picture.doubts)
            and all(status.live > status.instruments / 2 for status in picture.venues)
        )


def snapshot(
    venues: Sequence[str] | None = None,
    *,
    seconds: float = 10.0,
    symbols: Sequence[str] = (),
    settings: Mapping[str, object] | None = None,
    config: str | Path | None = None,
    hosts: Mapping[str, Mapping[str, str]] | None = None,
    demo: bool = False,
) -> Frame:
    """Connect, look until most streams have spoken or for so many seconds, and return the market as columns.

    What is given is as for `Watch`. Raises ArbwatchError, in one sentence.
    """
    with Watch(venues, symbols=symbols, settings=settings, config=config, hosts=hosts, demo=demo) as watch:
        watch.wait(seconds)
        return watch.snapshot()


def _moved(hosts: Mapping[str, Mapping[str, str]]) -> dict[str, object]:
    for venue, urls in hosts.items():
        for name in urls:
            if name not in HOSTS:
                raise WrongUseError(
                    f"hosts gives {venue} a {name!r}, which is neither rest_url nor ws_url{nearest(name, HOSTS)}"
                )
    return {f"venues.{venue}.{name}": url for venue, urls in hosts.items() for name, url in urls.items()}
