"""A client for measuring: many connections, each of which sends the next request once it has its answer.

As light as Python makes it, so that it is not what is measured: bytes go out as they are given, and of an
answer only status, length and end are looked at. Run as a process of its own; it prints JSON.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path


class Connection(asyncio.Protocol):
    """Sends one request after another from `requests`, and notes how long each answer took."""

    def __init__(self, requests: Iterator[bytes], run: "Run") -> None:
        self.requests = requests
        self.run = run
        self.buffer = bytearray()
        self.needed = 0
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.send()

    def send(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.transport.close()
            return
        self.began = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.needed:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self.buffer[:end]).lower()
            length = head.split(b"content-length:")[1].split(b"\r\n")[0]
            self.needed = end + 4 + int(length)
        if len(self.buffer) < self.needed:
            return
        self.run.took.append(time.perf_counter() - self.began)
        self.run.statuses[bytes(self.buffer[9:12]).decode()] += 1
        if self.run.first is None:
            self.run.first = bytes(self.buffer[: self.needed]).decode()
        self.buffer.clear()
        self.needed = 0
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        self.run.open -= 1
        if not self.run.open:
            self.run.done.set_result(None)


class Run:
    def __init__(self, connections: int) -> None:
        self.took: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.first: str | None = None
        self.open = connections
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()


async def load(port: int, requests: list[bytes], connections: int) -> dict[str, object]:
    """Send the requests over so many connections; return the rate, the times and the statuses."""
    run = Run(connections)
    left = iter(requests)
    began = time.perf_counter()
    loop = asyncio.get_running_loop()
    for _number in range(connections):
        await loop.create_connection(lambda: Connection(left, run), "127.0.0.1", port)
    await run.done
    seconds = time.perf_counter() - began
    took = sorted(run.took)
    return {
        "requests": len(took),
        "seconds": seconds,
        "a_second": len(took) / seconds,
        "median_ms": took[len(took) // 2] * 1000,
        "p99_ms": took[min(len(took) - 1, int(len(took) * 0.99))] * 1000,
        "statuses": dict(run.statuses),
        "first": run.first,
    }


def main() -> None:
    """`python -m bench.measure.load PORT CONNECTIONS FILE`: in the file each request follows its length."""
    port, connections, path = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    data = path.read_bytes()
    requests, position = [], 0
    while position < len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        requests.append(data[position + 4 : position + 4 + length])
        position += 4 + length
    print(json.dumps(asyncio.run(load(port, requests, connections))))


if __name__ == "__main__":
    main()
