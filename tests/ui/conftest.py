from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arbwatch.ui.terminal import Board
from tests.views.stage import Stage

NEVER_MS = 3_600_000
"""The tests say when the board looks again."""


@pytest.fixture
def board(tmp_path: Path) -> Callable[..., Board]:
    def make(stage: Stage, **options: Any) -> Board:
        given: dict[str, Any] = {"refresh_ms": NEVER_MS, "export_dir": tmp_path / "out"}
        return Board(stage.picture, **(given | options))

    return make
