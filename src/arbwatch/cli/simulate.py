"""`arbwatch simulate`: the simulated venues as servers on this machine."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from arbwatch.cli.options import load_settings
from arbwatch.cli.words import names
from arbwatch.config.errors import WrongUseError

MAX_PORT = 65_535


def simulate(
    venues: Annotated[
        str | None, typer.Option(metavar="A,B", help="Venues to simulate; all that can be by default")
    ] = None,
    faults: Annotated[
        list[str] | None,
        typer.Option(metavar="[VENUE:]FAULT[,KEY=VALUE]", help="What goes wrong; may be given again and again"),
    ] = None,
    list_faults: Annotated[bool, typer.Option("--list-faults", help="Tell which faults there are, and end")] = False,
    seed: Annotated[int | None, typer.Option(help="Seed of the market (setting simulator.seed)")] = None,
    rate: Annotated[float | None, typer.Option(help="Quote changes per second (simulator.rate)")] = None,
    instruments: Annotated[int | None, typer.Option(help="Instruments per venue (simulator.instruments)")] = None,
    port: Annotated[int, typer.Option(help="Port of the first venue, the next ones follow; 0 is any")] = 0,
    cert: Annotated[Path | None, typer.Option(help="Serve TLS with this certificate (PEM)")] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's key (PEM)")] = None,
    churn: Annotated[
        float, typer.Option(metavar="SECONDS", help="Something is listed, delisted or re-ticked so often; 0 is never")
    ] = 300.0,
    wrong: Annotated[
        list[str] | None,
        typer.Option(metavar="VENUE:MISTAKE", help="A venue that is wrong in one way; may be given again and again"),
    ] = None,
    list_wrong: Annotated[bool, typer.Option("--list-wrong", help="Tell which mistakes there are, and end")] = False,
    exit_with_parent: Annotated[
        bool, typer.Option("--exit-with-parent", help="End when standard input closes")
    ] = False,
) -> None:
    """Serve simulated venues that speak the real protocols, from one seeded market, until Ctrl-C or SIGTERM.

    Prints one line of JSON when ready: the addresses to set as `rest_url` and `ws_url` of each venue. `GET /truth`
    there tells the truth behind the quotes.
    """
    if list_faults or list_wrong:
        print(_fault_list() if list_faults else _mistake_list())
        return
    given = {"simulator.seed": seed, "simulator.rate": rate, "simulator.instruments": instruments}
    settings = load_settings(given).settings.simulator
    from arbwatch.simulator import PROTOCOLS  # noqa: PLC0415 `--help` must not wait for it
    from arbwatch.simulator.main import serve  # noqa: PLC0415 as above

    chosen = names(venues) or list(PROTOCOLS)
    _check_faults(faults or (), chosen)
    if (cert is None) != (key is None):
        raise WrongUseError("TLS needs both --cert and --key")
    serving = serve(
        seed=settings.seed,
        venues=chosen,
        rate=settings.rate,
        instruments=settings.instruments,
        faults=faults or (),
        tls=(cert, key) if cert and key else None,
        ports=_ports(port, chosen),
        churn_s=churn or None,
        mistakes=_mistakes(wrong or (), chosen),
        exit_with_parent=exit_with_parent,
    )
    _run(serving)


def _run(serving: Coroutine[Any, Any, None]) -> None:
    from arbwatch.simulator.faults import UnknownFaultError  # noqa: PLC0415 `--help` must not wait for it

    try:
        asyncio.run(_until_terminated(serving))
    except (ValueError, UnknownFaultError) as error:
        raise WrongUseError(str(error)) from error


async def _until_terminated(serving: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(serving)
    terminated = False

    def terminate() -> None:
        nonlocal terminated
        terminated = True
        task.cancel()

    # Windows has no such signal handlers; there the process just ends.
    with contextlib.suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
    try:
        await task
    except asyncio.CancelledError:
        if not terminated:
            raise


def _ports(first: int, venues: Sequence[str]) -> dict[str, int]:
    if not first:
        return {}
    if not 0 < first <= MAX_PORT - len(venues) + 1:
        raise WrongUseError(f"--port {first} is no port; write one from 1 to {MAX_PORT - len(venues) + 1}")
    return {venue: first + place for place, venue in enumerate(venues)}


def _check_faults(faults: Sequence[str], venues: Sequence[str]) -> None:
    from arbwatch.config.words import nearest, no_such  # noqa: PLC0415 `--help` must not wait for it
    from arbwatch.simulator.faults import INSTANT, STANDING  # noqa: PLC0415 as above
    from arbwatch.simulator.main import parse_fault  # noqa: PLC0415 as above

    known = {**STANDING, **INSTANT}
    for text in faults:
        try:
            venue, name, _ = parse_fault(text)
        except ValueError as error:
            raise WrongUseError(str(error)) from error
        if venue is not None and venue not in venues:
            raise WrongUseError(f"The fault {text!r} is for {venue}, which is not simulated{nearest(venue, venues)}")
        if name not in known:
            raise WrongUseError(no_such("fault", name, known, "--list-faults"))


def _mistakes(wrong: Sequence[str], venues: Sequence[str]) -> dict[str, str]:
    from arbwatch.config.words import nearest, no_such  # noqa: PLC0415 `--help` must not wait for it
    from arbwatch.simulator.wrong import MISTAKES  # noqa: PLC0415 as above

    found: dict[str, str] = {}
    for text in wrong:
        venue, colon, name = text.partition(":")
        if not colon:
            raise WrongUseError(f"--wrong is {text!r}; write VENUE:MISTAKE, such as {venues[0]}:{min(MISTAKES)}")
        if venue not in venues:
            raise WrongUseError(f"--wrong {text!r} is for {venue}, which is not simulated{nearest(venue, venues)}")
        if name not in MISTAKES:
            raise WrongUseError(no_such("mistake", name, MISTAKES, "--list-wrong"))
        found[venue] = name
    return found


def _mistake_list() -> str:
    from arbwatch.simulator.wrong import MISTAKES  # noqa: PLC0415 `--help` must not wait for it

    width = max(map(len, MISTAKES))
    return "\n".join(f"{name:<{width}}  {mistake.what}" for name, mistake in MISTAKES.items())


def _fault_list() -> str:
    from arbwatch.simulator.faults import INSTANT, STANDING  # noqa: PLC0415 `--help` must not wait for it

    width = max(map(len, {**STANDING, **INSTANT}))
    blocks = (("In force until used up or over, or for `for_s` seconds:", STANDING), ("At once:", INSTANT))
    lines: list[str] = []
    for title, known in blocks:
        lines.append(title)
        for name, (arguments, what) in known.items():
            takes = f" ({', '.join(arguments.split())})" if arguments else ""
            lines.append(f"  {name:<{width}}  {what}{takes}")
    return "\n".join(lines)
