"""The same jobs on databases of several sizes: their queries in each, and their time in two, in turns."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.measure import results, servers, timing

Jobs = Mapping[str, Callable[[], object]]


def compare(
    sizes: Mapping[str, int], make: Callable[[int], Jobs], *, small: str, large: str, times: int
) -> dict[str, dict[str, Any]]:
    """Return, by job, its queries by size, its median milliseconds in small and large, and their ratio.

    `make` fills an empty database, which is the connection's, and returns its jobs. The connection is left on
    one of the two.
    """
    jobs = {}
    for side, size in sizes.items():
        servers.create_database(side)
        jobs[side] = make(size)
        print(f"{size:,} applications are there.", flush=True)
    counts = {}
    for side in sizes:
        servers.use_database(side)
        counts[side] = {name: timing.queries(job) for name, job in jobs[side].items()}

    def measure(side: str) -> dict[str, float]:
        servers.use_database(side)
        return {name: timing.milliseconds(job, times) for name, job in jobs[side].items()}

    medians = timing.interleaved([small, large], measure)
    return {
        name: {
            "queries": {str(sizes[side]): counts[side][name] for side in sizes},
            "milliseconds": {str(sizes[side]): round(medians[side][name], 2) for side in (small, large)},
            "times_slower": round(medians[large][name] / medians[small][name], 2),
        }
        for name in counts[large]
    }


def table(title: str, figures: Mapping[str, Mapping[str, Any]]) -> None:
    rows: Sequence[Sequence[Any]] = [
        [name, *one["queries"].values(), *one["milliseconds"].values(), one["times_slower"]]
        for name, one in figures.items()
    ]
    results.table(title, ["what", "queries: 10", "1,000", "all", "ms: 1,000", "all", "times"], rows)
