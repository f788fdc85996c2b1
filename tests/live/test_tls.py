"""Venues behind a private certificate authority, as in a company's network."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

ARBWATCH = [sys.executable, "-m", "arbwatch"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    ca = trustme.CA()
    issued = ca.issue_cert("127.0.0.1")
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    for place, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(str(folder / "cert.pem"), append=place > 0)
    return folder


@pytest.fixture(scope="module")
def venue(authority: Path) -> Iterator[dict[str, str]]:
    """The settings that reach a simulated spot venue over TLS."""
    command = [*ARBWATCH, "simulate", "--venues", "binance_spot", "--exit-with-parent", "--instruments", "60"]
    command += ["--cert", str(authority / "cert.pem"), "--key", str(authority / "key.pem")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        urls = json.loads(process.stdout.readline())["venues"]["binance_spot"]
        yield {
            "ARBWATCH_VENUES__BINANCE_SPOT__REST_URL": urls["rest_url"],
            "ARBWATCH_VENUES__BINANCE_SPOT__WS_URL": urls["ws_url"],
        }
        process.stdin.close()


def _scan(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [*ARBWATCH, "scan", "--venues", "binance_spot", "--for", "3s", "--format", "json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, env=os.environ | settings, check=False)


def test_a_private_authority_is_trusted_for_rest_and_streams_where_it_is_named(
    venue: dict[str, str], authority: Path
) -> None:
    result = _scan({**venue, "SSL_CERT_FILE": str(authority / "ca.pem")})
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["venues"][0]["messages"] > 0


def test_without_it_the_program_says_so_and_does_not_connect(venue: dict[str, str]) -> None:
    result = _scan(venue)
    assert result.returncode == 5
    assert "certificate" in result.stderr.lower()
