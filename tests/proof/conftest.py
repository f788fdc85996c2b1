"""Print what was said of the wrong venues, and how soon."""

import pytest

from tests.proof.wrongs import TABLE


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of a run."""
    if not TABLE:
        return
    rows = [("mistake", "venue", "seconds", "what is said"), *TABLE]
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    terminalreporter.section("venues that are wrong in one way")
    for row in rows:
        terminalreporter.write_line("  ".join([*(row[at].ljust(widths[at]) for at in range(3)), row[3]]))
