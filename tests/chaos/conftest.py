from typing import Any

from tests.chaos import table


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the fault matrix, whatever came of it."""
    if found := table.lines():
        terminalreporter.section("faults")
        for line in found:
            terminalreporter.write_line(line)
    if found := table.isolation():
        terminalreporter.section("the other venues")
        for line in found:
            terminalreporter.write_line(line)
