"""`make demo`: real crawl jobs over drawn photographs, on servers of its own, and the web site to look at it."""

import argparse
import os
import signal
import sys
import threading

from demo.processes import Crew, DemoFailed
from demo.state import State, free_port


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="of the web site, on 127.0.0.1")
    port: int = parser.parse_args().port
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        return _run(port, stop)
    except DemoFailed as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1


def _run(port: int, stop: threading.Event) -> int:
    state = State.load()
    web_port = free_port(port, "the web site; choose another: make demo PORT=8080")
    state.keep(free_port(state.site_port, "the demo's photographs") if state.site_port else free_port(0, ""))
    os.environ |= state.environment()
    from demo.stage import set_up, start_crawl, tell_known  # late: the settings read the environment just written

    with Crew(state.file.parent / "log") as crew:
        print("starting PostgreSQL and Redis …", flush=True)
        set_up(state)
        crew.start("photographs", "-m", "demo.site", "--port", str(state.site_port))
        crew.start("worker", "-m", "celery", "-A", "mtf_site", "worker", "--beat", "--concurrency", "4",
                   "--queues", "crawl,fetch,detect,export", "--loglevel", "WARNING")  # fmt: skip
        crew.start("web", "-m", "gunicorn", "mtf_site.wsgi", "--bind", f"127.0.0.1:{web_port}", "--workers", "1",
                   "--threads", "6", "--log-level", "warning")  # fmt: skip
        crew.wait_for(state.site_port, stop)
        first = start_crawl()
        telling = threading.Thread(target=tell_known, args=(stop,))
        telling.start()
        crew.wait_for(web_port, stop)
        if not stop.is_set():
            print(_welcome(f"http://127.0.0.1:{web_port}/", state, first), flush=True)
        try:
            crew.watch(stop)
        finally:
            stop.set()
            telling.join()
    print("stopped; the data stays in var/", flush=True)
    return 0


def _welcome(url: str, state: State, first: bool) -> str:
    crawl = "two crawl jobs have started; faces appear within seconds" if first else "the data of the last run is here"
    rows = "\n".join(
        f"    {name:<14} {state.password:<16} {', '.join(roles)}" for name, roles in state.accounts.items()
    )
    return f"""ready: {url}
    {crawl}

    account        password         role
{rows}

    Two reviewers must agree on a face: sign in as reviewer1, then (in a private window) as reviewer2.
    The newcomer begins with practice: faces whose answer the demo knows, since it drew them.
    Ctrl-C stops everything; `make demo` goes on where you left."""


if __name__ == "__main__":
    sys.exit(main())
