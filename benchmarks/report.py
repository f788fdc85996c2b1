"""Lines of figures, and the verdict where a budget says what they must be."""

from collections.abc import Sequence

import msgspec


class Line(msgspec.Struct, frozen=True):
    """One figure. `ratio` is against the reference of its suite, `ok` None where nothing is promised."""

    budget: str
    what: str
    figure: float
    unit: str
    ratio: str = ""
    promise: str = ""
    ok: bool | None = None

    def verdict(self) -> str:
        """Return the verdict in a word."""
        return "" if self.ok is None else "ok" if self.ok else "SHORT"


class Report(msgspec.Struct, frozen=True):
    """Everything one run measured, and on what."""

    machine: str
    rounds: int
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    profiles: tuple[str, ...]


HEADS = ("budget", "what", "figure", "ratio", "promise", "")


def table(lines: Sequence[Line]) -> str:
    """Lay the lines out in columns."""
    rows = [HEADS, *((x.budget, x.what, f"{x.figure:.3f} {x.unit}", x.ratio, x.promise, x.verdict()) for x in lines)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADS))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def text(report: Report) -> str:
    """Write the report for a terminal."""
    short = [line for line in report.lines if line.ok is False]
    kept = sum(1 for line in report.lines if line.ok)
    parts = [report.machine, f"medians of {report.rounds} interleaved rounds", "", table(report.lines), ""]
    parts += [f"note: {note}" for note in report.notes]
    parts += [f"\n{profile}" for profile in report.profiles]
    parts.append(f"{kept} promises kept, {len(short)} short" + (":" if short else ""))
    parts += [f"  {x.budget} {x.what}: {x.figure:.3f} {x.unit} {x.ratio}, promised {x.promise}" for x in short]
    return "\n".join(parts)
