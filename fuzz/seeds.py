"""The targets with their seeds alone, without atheris and without chance: `python -m fuzz.seeds`. The suite runs it."""

import sys
import tempfile
from pathlib import Path

from fuzz.stage import Finding
from fuzz.targets import TARGETS


def main() -> int:
    """Run every seed and return 1 when one is a finding; prints how many there were."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for place, target in enumerate(TARGETS.values()):
            store = Path(folder) / str(place)
            store.mkdir()
            one, count = target.attack(store), 0
            for seed in target.seeds():
                try:
                    one(seed)
                except Finding as finding:
                    print(f"{target.name}: {finding} {finding.__cause__!r} {seed[:200]!r}")
                    return 1
                count += 1
            print(f"{target.name}: {count} seeds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
