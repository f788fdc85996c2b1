"""What a viewer looks at: the newest picture or a frozen one, as chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from arbwatch.ui.terminal.sources import BoardSource, SpreadSource
from arbwatch.ui.terminal.state import Choices
from arbwatch.views import asset, board, details, export, spreads
from arbwatch.views.details import Fact
from arbwatch.views.listing import Key, Listing
from arbwatch.views.picture import Picture
from arbwatch.views.sheet import Sheet


class Viewer:
    """Hold the picture at hand and turn it into what the screen shows."""

    def __init__(self, picture: Picture, choices: Choices) -> None:
        self.choices = choices
        self.picture = picture
        """The newest."""
        self.frozen: Picture | None = None
        """The one that is read instead, if any."""
        self.sheet = Sheet(picture)

    @property
    def listing(self) -> Listing:
        """The rows there are."""
        return self.sheet.listing

    def take(self, picture: Picture) -> None:
        """Look at a newer picture; rows stay where they are frozen."""
        self.picture = picture
        self.sheet = Sheet(self.frozen or picture, self.listing)

    def freeze(self) -> None:
        """Hold the rows still, or let them go on."""
        self.frozen = None if self.frozen else self.picture
        self.take(self.picture)

    def rows(self) -> BoardSource:
        """Return the rows of the board, filtered and sorted."""
        return BoardSource(self.sheet, self._places(), self.choices.columns)

    def spreads(self) -> SpreadSource:
        """Return the spreads, filtered and sorted."""
        choices = self.choices
        found = spreads.matching(spreads.lines(self.sheet.picture, self.listing), choices.text)
        if choices.excluded:
            found = [line for line in found if line.reason is not None]
        ordered = spreads.order(found, choices.spreads.sort, choices.spreads.descending)
        return SpreadSource(ordered, spreads.REASONED if choices.excluded else spreads.COLUMNS)

    def asset(self) -> asset.Asset | None:
        """Return the asset that is looked at, or that of the best spread; None while there is neither."""
        choices, picture = self.choices, self.sheet.picture
        name = choices.asset
        if name is None:
            best = next(iter(picture.spreads.found), None)
            name = best.asset if best else next((i.asset for i in self.listing.instruments if i.asset), None)
        return None if name is None else asset.asset(picture, self.listing, name, choices.asset_currency)

    def choose_asset(self, key: Key) -> None:
        """Look at the asset of a row, in its quote currency."""
        row = self.listing.rows.get(key)
        if row is not None and (instrument := self.listing.instruments[row]).asset is not None:
            self.choices.asset, self.choices.asset_currency = instrument.asset, instrument.quote_currency

    def next_asset_currency(self) -> None:
        """Look at the asset in the next quote currency it has."""
        shown = self.asset()
        if shown is not None and shown.currencies:
            at = shown.currencies.index(shown.quote_currency) if shown.quote_currency in shown.currencies else -1
            self.choices.asset = shown.name
            self.choices.asset_currency = shown.currencies[(at + 1) % len(shown.currencies)]

    def csv(self) -> tuple[str, int]:
        """Return the rows of the board as CSV text, and how many they are."""
        places = self._places()
        return export.board(self.sheet, places, self.choices.columns), len(places)

    def details(self, keys: Sequence[Key]) -> list[Fact]:
        """Return what is known of some rows; those that are gone are left out."""
        rows = [self.listing.rows[key] for key in keys if key in self.listing.rows]
        return [fact for row in rows for fact in details.details(self.sheet, row)]

    def page(self, key: Key) -> str | None:
        """Return the page where a row is traded; None where its venue names none."""
        row = self.listing.rows.get(key)
        return None if row is None else details.page(self.sheet, row)

    def _places(self) -> NDArray[np.intp]:
        choices = self.choices
        return board.order(self.sheet, choices.filter(), choices.rows.sort, choices.rows.descending)
