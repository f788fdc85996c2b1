"""Assets and who lists them, and what bears one name without being one thing, as plain rows."""

from collections import defaultdict
from typing import Any

from msgspec.structs import asdict

from arbwatch.analytics.conflicts import conflicts
from arbwatch.views.picture import Picture

ASSET_COLUMNS = ("asset", "class", "quote_currencies", "markets", "venues")
CONFLICT_COLUMNS = (
    "asset", "quote_currency", "venue", "symbol", "market", "kind", "price", "others_price", "words",
)  # fmt: skip


def asset_rows(picture: Picture) -> list[dict[str, Any]]:
    """Return every asset with its classes, quote currencies, number of markets and venues; most venues first."""
    snapshot = picture.snapshot
    found: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for lane, instruments in zip(snapshot.lanes, snapshot.instruments, strict=True):
        for column, instrument in enumerate(instruments):
            if instrument is not None:
                key = snapshot.keys[column]
                found[key.asset].append((lane.venue, instrument.class_, key.quote_currency))
    rows = [
        {
            "asset": asset,
            "class": list(dict.fromkeys(class_ for _, class_, _ in markets)),
            "quote_currencies": sorted({currency for _, _, currency in markets}),
            "markets": len(markets),
            "venues": list(dict.fromkeys(venue for venue, _, _ in markets)),
        }
        for asset, markets in found.items()
    ]
    return sorted(rows, key=lambda row: (-len(row["venues"]), row["asset"]))


def conflict_rows(picture: Picture) -> list[dict[str, Any]]:
    """Return what stands apart, by asset."""
    return [asdict(conflict) for conflict in conflicts(picture.snapshot, picture.rules)]
