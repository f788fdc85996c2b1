"""The pytest plug-in: prints how fast each tested venue decodes."""

from typing import Any

from arbwatch.testing.suite import RATE


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the decode rates that the conformance kit measured."""
    reports = terminalreporter.stats.get("passed", [])
    rates = [value for report in reports for name, value in getattr(report, "user_properties", ()) if name == RATE]
    if rates:
        terminalreporter.write_sep("-", "decode rates")
        for rate in sorted(rates):
            terminalreporter.write_line(rate)
