"""What users write for sizes and folders."""

from pathlib import Path

import pytest

from arbwatch.cli.main import main
from arbwatch.cli.record import bytes_of


@pytest.mark.parametrize(
    ("text", "size"), [("2048", 2048), ("1k", 1024), ("1.5M", 1_572_864), ("64MB", 67_108_864), ("1GiB", 1 << 30)]
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert bytes_of(text, "--rotate") == size


@pytest.mark.parametrize("text", ["", "much", "-5M", "100", "0", "5 parsecs"])
def test_a_size_that_is_none_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "--rotate", text]) == 2
    assert "write a size such as 64M" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["record", "--out", str(tmp_path / "file"), "--demo"]) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"arbwatch: {tmp_path}/file cannot be written: ") and err.endswith("name another folder\n")
