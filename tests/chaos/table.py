"""The fault matrix as it was measured, printed when the run ends."""

from typing import Any

HEAD = ("fault", "venue", "expected", "seen after s", "recovered after s", "others disturbed")
ISOLATION: list[tuple[str, str, str, Any, Any]] = []
"""What happened to which venue, another venue, and how that one did before and during it."""
ROWS: list[tuple[str, str, str, str, str, str]] = []


def lines() -> list[str]:
    """Return the table as text; nothing where no fault was tried."""
    if not ROWS:
        return []
    table = [HEAD, *ROWS]
    widths = [max(len(row[place]) for row in table) for place in range(len(HEAD))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def isolation() -> list[str]:
    """Return how the other venues did while one was hit; nothing where that was not tried."""
    return [
        f"{what} of {hit}: {other} {before.rate:,.0f} -> {during.rate:,.0f} messages/s, "
        f"lag p50 {before.lag_p50_ms:.1f} -> {during.lag_p50_ms:.1f} ms, "
        f"unconfirmed p99 {before.unconfirmed_p99_ms:,.0f} -> {during.unconfirmed_p99_ms:,.0f} ms"
        for what, hit, other, before, during in ISOLATION
    ]
