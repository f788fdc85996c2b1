"""Rows as CSV, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import isnan

from arbwatch.views.columns import COLUMNS, Column
from arbwatch.views.formats import SECOND, number
from arbwatch.views.sheet import Sheet
from arbwatch.views.text import plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe(text: str) -> str:
    """Return a venue's text so that no spreadsheet takes it for a formula."""
    risky = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    shown = plain(text)
    return "'" + shown if risky or shown.startswith(_FORMULA) else shown


def board(sheet: Sheet, places: Iterable[int], columns: Sequence[Column] = COLUMNS) -> str:
    """Return the rows at `places` as CSV text; headers are "taken" (UTC) and the columns' ids.

    Numbers are whole and unformatted: prices and sizes in the venue's units, rates and changes as fractions, times in
    seconds where the id says so. Unknown is empty.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["taken", *(column.id for column in columns)])
    taken = datetime.fromtimestamp(sheet.now / SECOND, UTC).isoformat(timespec="milliseconds")
    for place in places:
        writer.writerow([taken, *(_cell(sheet, int(place), column) for column in columns)])
    return out.getvalue()


def _cell(sheet: Sheet, place: int, column: Column) -> str:
    if column.most is not None:
        texts = sheet.listing.texts.get(column.id)
        return safe(texts[place] or "") if texts else column.text(sheet, place)
    value = float(column.value(sheet)[place])
    return "" if isnan(value) else number(value)
