"""How soon an audience on this machine has a step and a line that a cell writes.

    python benchmarks/audience.py [FOLLOWERS]

The followers are plain sockets in a process of their own; one more of them never reads. Times are from telling
the stage to the arrival of the message at a follower, in milliseconds: the 95th of a hundred, and the last. In a
step's line stands the median of 60 steps, and the worst. The load of the machine counts.
"""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

STEPS, LINES = 60, 100

FOLLOW = """
import asyncio, json, sys, time
host, port, code, number = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
arrived = {}
async def follow():
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET /{code}/follow HTTP/1.1\\r\\nHost: {host}:{port}\\r\\n\\r\\n".encode())
    while line := await reader.readline():
        now = time.monotonic()
        if line.startswith(b"data: "):
            arrived.setdefault(line[6:].decode().rstrip(), []).append(now)
async def main():
    following = [asyncio.create_task(follow()) for _ in range(number)]
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    for each in following: each.cancel()
    print(json.dumps(arrived))
asyncio.run(main())
"""


def stuck(host: str, port: int, code: str) -> socket.socket:
    """Return a follower that never reads."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.connect((host, port))
    one.sendall(f"GET /{code}/follow HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    return one


def main(number: int) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from driver import page

    from celldeck.serve.audience.server import Audience
    from celldeck.serve.audience.stage import CellShown, Place, Stage

    stage = Stage()
    stage.publish(page("<h1>One</h1>", "<h1>Two</h1>"))
    audience = Audience(stage, "127.0.0.1", 0)
    audience.start()
    code = audience.codes.audience
    command = [sys.executable, "-c", FOLLOW, "127.0.0.1", str(audience.port), code, str(number)]
    followers = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    silent = stuck("127.0.0.1", audience.port, code)
    while len(audience.followers) < number + 1:
        time.sleep(0.05)
    time.sleep(1.0)
    told: dict[str, dict[str, float]] = {"step": {}, "line": {}}
    for step in range(STEPS):
        told["step"][_key({"place": {"slide": 1, "step": step, "black": False}})] = time.monotonic()
        stage.show(Place(1, step))
        time.sleep(0.15)
    lines = ""
    for line in range(LINES):
        lines += f"Epoch {line}/{LINES} loss: 0.{line:04}\n"
        html = f'<div class="cell-output"><pre><samp>{lines}</samp></pre></div>'
        told["line"][_key({"cell": 0, "parts": [html], "code": None})] = time.monotonic()
        stage.show_cell(0, CellShown((html,)))
        time.sleep(0.1)
    time.sleep(1.0)
    out, _ = followers.communicate("\n")
    silent.close()
    audience.stop()
    arrived = json.loads(out)
    print(f"{number} followers and one that reads nothing")
    for what, messages in told.items():
        times = [
            sorted((moment - began) * 1000 for moment in arrived.get(key, ()))
            for key, began in messages.items()
        ]
        whole = [each for each in times if len(each) == number]
        most = [each[int(number * 0.95) - 1] for each in whole]
        last = [each[-1] for each in whole]
        print(
            f"  {what}: 95 % have it after {statistics.median(most):5.1f} ms (worst {max(most):.1f}),"
            f" the last after {statistics.median(last):5.1f} ms; {len(whole)} of {len(times)} reached all"
        )


def _key(message: dict[str, object]) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
