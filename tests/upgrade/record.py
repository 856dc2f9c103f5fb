"""Record a release: `.venv/bin/python -m tests.upgrade.record`, in a tree of the release that others will upgrade from.

It makes a store, fills it (`fill`), keeps it in `before/` as `pbx backup` writes it, with its key and its settings, and
keeps every answer (`ask`) to every question (`questions`). Before a release, add to `fill` what is new in it, add new
settings to `before/settings.env`, check that release out, run this and commit `before/`. Nothing in it is a secret.
"""

import tempfile
from pathlib import Path

from portsip_api import create_app, settings
from tests.ops.commands import run
from tests.upgrade import ask
from tests.upgrade.fill import fill
from tests.upgrade.questions import questions


def main() -> None:
    """Record what this tree does."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        data = place / "data"
        variables = ask.variables(place)
        fill(data, variables)
        archive = ask.FOLDER / "store.backup"
        made = run(data, "backup", str(archive), **variables)
        assert made.returncode == 0, made.stderr
        (ask.FOLDER / "secret.key").write_bytes((place / "secret.key").read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        ask.unpack(place)
        app = create_app(settings.load(ask.variables(place)))
        with ask.opened(place):
            asker = ask.Asker(app)
            answers = {question: asker.ask(question) for question in questions(app)}
    ask.write(answers)
    print(f"Recorded {len(answers)} answers.")


if __name__ == "__main__":
    main()
