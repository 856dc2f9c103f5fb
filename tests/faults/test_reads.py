"""Reads need no file to write: whatever befalls the disk, what is there can be looked at."""

from pathlib import Path

from tests.ops.commands import finish, start_python


def test_everything_is_read_where_no_file_can_be_written(tmp_path: Path) -> None:
    """By a process that has just begun, so that nothing was made ready while files could still be written."""
    outcome = finish(start_python(tmp_path, "-m", "tests.faults.reading", str(tmp_path)))
    *refused, count = outcome.stdout.splitlines() or [""]
    assert (refused, outcome.returncode) == ([], 0), outcome.stderr
    assert int(count) > 300
