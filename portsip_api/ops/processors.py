"""A processor of its own for each worker, where there are as many workers as processors."""

import os


def take(place: int, workers: int) -> None:
    """Bind this process, worker number `place`, to one of its processors, when `workers` fill all of them evenly.

    Threads of a worker hand the interpreter lock to each other many times a request. From one processor to another
    that costs more than the request itself, and nothing is lost by it: only one of them can run. With any other number
    of workers the system's scheduler decides, since two of them could be bound to one processor while another idles.
    """
    if not hasattr(os, "sched_setaffinity"):  # Linux has it
        return
    processors = sorted(os.sched_getaffinity(0))
    if workers % len(processors) == 0:
        os.sched_setaffinity(0, {processors[place % len(processors)]})
