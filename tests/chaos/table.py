"""The fault matrix as it was measured, printed when the run ends."""

HEAD = ("fault", "venue", "expected", "seen after s", "recovered after s", "others disturbed")
ROWS: list[tuple[str, str, str, str, str, str]] = []


def lines() -> list[str]:
    """Return the table as text; nothing where no fault was tried."""
    if not ROWS:
        return []
    table = [HEAD, *ROWS]
    widths = [max(len(row[place]) for row in table) for place in range(len(HEAD))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
