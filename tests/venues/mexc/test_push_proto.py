"""The decoder of pushes that is shipped is what push.proto gives."""

import subprocess
import sys
from pathlib import Path

import pytest

from arbwatch.venues.mexc import push_pb2

SOURCE = Path(push_pb2.__file__).parents[3]
HERE = Path(push_pb2.__file__).parent.relative_to(SOURCE)
# What differs between compilers of one format.
VERSIONED = ("# Protobuf Python Version:", "    _runtime_version.Domain")


def _unversioned(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if not line.startswith(VERSIONED)]
    return [line for line in lines if not line.strip(" ,").isdigit()]


def test_what_is_shipped_is_what_the_compiler_makes_of_the_file(tmp_path: Path) -> None:
    pytest.importorskip("grpc_tools", reason="the protobuf compiler is not installed: grpcio-tools")
    made = [f"--{kind}_out={tmp_path}" for kind in ("python", "pyi")]
    compiler = [sys.executable, "-m", "grpc_tools.protoc", f"-I{SOURCE}", *made, str(SOURCE / HERE / "push.proto")]
    subprocess.run(compiler, check=True, timeout=60, cwd=SOURCE)
    for name in ("push_pb2.py", "push_pb2.pyi"):
        shipped, fresh = (folder / HERE / name for folder in (SOURCE, tmp_path))
        assert _unversioned(shipped.read_text("utf-8")) == _unversioned(fresh.read_text("utf-8")), (
            "push.proto tells how to make it again"
        )
