"""The simulator as a process of its own."""

import asyncio
import json
import sys

import aiohttp
import pytest

from arbwatch.simulator.main import parse_fault

PROGRAM = (
    "import asyncio\nfrom arbwatch.simulator.main import serve\n"
    "asyncio.run(serve(exit_with_parent=True, instruments=100, faults=['binance_perp:clock_skew,ms=5000']))"
)


async def test_it_prints_its_addresses_and_ends_with_its_parent() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        assert {*ready["venues"]} == {"binance_spot", "binance_perp"}
        url = ready["venues"]["binance_perp"]["rest_url"]
        assert ready["venues"]["binance_perp"]["ws_url"] == url.replace("http", "ws")
        async with aiohttp.ClientSession() as session, session.get(url + "/control/faults") as answer:
            assert (await answer.json())["standing"][0]["ms"] == 5000
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 5) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def test_faults_are_read_from_words() -> None:
    assert parse_fault("refuse_connect") == (None, "refuse_connect", {})
    assert parse_fault("binance_spot:rest_status,status=429,path=/api/v3/time") == (
        "binance_spot", "rest_status", {"status": 429, "path": "/api/v3/time"},
    )  # fmt: skip
    with pytest.raises(ValueError, match="not key=value"):
        parse_fault("slow_rest,10")
