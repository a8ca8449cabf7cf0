"""What tests measure is printed behind the last of them, whichever process measured it."""

import pytest

TABLE = "table"
"""`record_property` takes a text under this name."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    shown = dict.fromkeys(text for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)
                          for name, text in report.user_properties if name == TABLE)
    for text in shown:
        title, _, rest = str(text).partition("\n")
        terminalreporter.section(title)
        terminalreporter.write_line(rest)
