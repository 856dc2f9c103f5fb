"""`python -m tests.faults.reading FOLDER`: read all that there is where no file can be written.

In a process of its own, which has not read anything before. Unpacks the recorded store in FOLDER, asks once for every
path that was asked for when it was recorded, prints the paths that are refused, and last how many were asked for.
"""

import resource
import sys
from pathlib import Path

from portsip_api import create_app, settings
from tests.upgrade.ask import Asker, Question, opened, recorded, unpack, variables


def refused(place: Path) -> tuple[list[str], int]:
    """Return what was answered with 5xx, each with its status, and how many questions there were."""
    unpack(place)
    with opened(place):
        asker = Asker(create_app(settings.load(variables(place)), make_database=False))
        questions = {question.path.partition("?")[0]: question for question in recorded() if question.who != "pbx"}
        for who in {question.who for path, question in questions.items() if path.startswith("/api/")}:
            asker.ask(Question(who, "/readyz"))  # which logs in, and that is written down
        unlimited = resource.RLIM_INFINITY
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, unlimited))
        try:
            answers = {path: asker.ask(question).status for path, question in questions.items()}
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))
    return [f"{path}: {status}" for path, status in answers.items() if status >= 500], len(answers)


if __name__ == "__main__":
    paths, count = refused(Path(sys.argv[1]))
    sys.stdout.write("\n".join([*paths, str(count)]))
