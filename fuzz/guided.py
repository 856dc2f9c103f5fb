"""One target under atheris, in a process of its own: `python -m fuzz.guided NAME FOLDER [libFuzzer's options]`.

An input that raises is written to FOLDER/findings, once for each place in the code that raises, and the search goes on.
A hang or a lack of memory ends it: libFuzzer then leaves the input there itself.
"""

import hashlib
import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["portsip_api", "werkzeug"]):
    from fuzz.targets import TARGETS

HANG = 20  # seconds
_MEGABYTES = 2_048


class Findings:
    """What was found, one file for each place that raised."""

    def __init__(self, folder: Path) -> None:
        """Keep it in `folder`."""
        self._folder = folder
        self._seen: set[str] = set()

    def guard(self, one: Callable[[bytes], None]) -> Callable[[bytes], None]:
        """Return `one` with what it raises written down."""

        def guarded(data: bytes) -> None:
            try:
                one(data)
            except Exception as error:  # noqa: BLE001 — that nothing is foreseen is what is looked for
                self._add(data, error)

        return guarded

    def _add(self, data: bytes, error: Exception) -> None:
        cause = error.__cause__ or error
        last = traceback.extract_tb(cause.__traceback__)[-1]
        key = hashlib.sha256(f"{type(cause).__name__} {last.filename} {last.lineno}".encode()).hexdigest()[:16]
        if key not in self._seen:
            self._seen.add(key)
            told = "".join(traceback.format_exception(error))
            (self._folder / f"{key}.input").write_bytes(data)
            (self._folder / f"{key}.json").write_text(json.dumps({"error": told}), encoding="utf-8")


def _escaped(word: str) -> str:
    """Return a word as dictionaries have it: what fits into Latin-1 is meant as bytes, anything else as UTF-8."""
    content = word.encode("latin-1") if max(word) < "\u0100" else word.encode()
    return "".join(f"\\x{byte:02x}" for byte in content)


def main() -> None:
    """Run until libFuzzer's options end it."""
    name, place, *options = sys.argv[1:]
    target, folder = TARGETS[name], Path(place)
    corpus, findings = folder / "corpus", folder / "findings"
    for path in (corpus, findings):
        path.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (corpus / hashlib.sha256(seed).hexdigest()).write_bytes(seed)
    words = folder / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words), encoding="ascii")
    limits = [f"-max_len={target.longest}", f"-dict={words}", f"-artifact_prefix={findings}/", f"-timeout={HANG}"]
    one = Findings(findings).guard(target.attack(folder))
    command = [sys.argv[0], *limits, f"-rss_limit_mb={_MEGABYTES}", "-print_final_stats=1", *options, str(corpus)]
    atheris.Setup(command, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
