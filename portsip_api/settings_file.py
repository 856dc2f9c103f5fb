"""The settings file, which every command and every server reads, so that all of them work on the same store.

It is what systemd reads as an EnvironmentFile, with the same meaning, but for what is read differently elsewhere or
says nothing, which is refused: a line is empty, a comment (`#` or `;`), or `NAME=value`. A value is bare, without a
backslash, and ends before trailing blanks; or it stands in single quotes, where every character is itself; or in double
quotes, where a backslash stands before `"`, `\\`, `` ` `` and `$`. No variable is put in the place of its name, and a
`#` after a value belongs to it. (python-dotenv reads `a #b`, and backslashes, otherwise than systemd does.)
Source of the rule: systemd.exec(5), EnvironmentFile.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from portsip_api import settings

DEFAULT: Final = Path("/etc/portsip-api.env")

_LINE: Final = re.compile(r"""\s*(\w+)\s*=\s*(?:'([^']*)'|"((?:[^"\\]|\\["\\`$])*)"|([^"'\\][^\\]*?)?)\s*""", re.ASCII)
_BARE: Final = re.compile(r"[\w./:@%+,=-]+", re.ASCII)


def path(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return which file is read: that of PBX_CONFIG, else the one in /etc where the program is installed, if any.

    Raises ConfigurationError when PBX_CONFIG is relative although the program is installed.
    """
    named = environment.get("PBX_CONFIG", "")
    if named:
        if not (settings.IN_WORKING_TREE or Path(named).is_absolute()):
            raise settings.ConfigurationError({"PBX_CONFIG": ["Must be an absolute path."]})
        return settings.ROOT / named
    return DEFAULT if not settings.IN_WORKING_TREE and os.path.lexists(DEFAULT) else None


def variables(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return `environment`, and what only the settings file names. Raises ConfigurationError."""
    file = path(environment)
    return {**(read(file) if file else {}), **environment}


def read(file: Path) -> dict[str, str]:
    """Return the names and values in `file`. Raises ConfigurationError, which repeats no value."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise settings.ConfigurationError({str(file): [f"The file cannot be read: {error.strerror}."]}) from error
    except UnicodeDecodeError as error:
        raise settings.ConfigurationError({str(file): ["The file must be text in UTF-8."]}) from error
    found: dict[str, str] = {}
    problems = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip()[0] in "#;":
            continue
        match = _LINE.fullmatch(line)
        if match is None or "\0" in line:
            problems.append(f"Line {number} must be NAME=value, with a value that holds a backslash in quotes.")
        elif match[1] == "PBX_CONFIG" or not (match[1].startswith("PBX_") or match[1] == "DATABASE_URL"):
            problems.append(f"Line {number}: There is no such setting.")
        elif match[1] in found:
            problems.append(f"Line {number} names a setting that stands above already.")
        else:
            _, single, double, bare = match.groups()
            found[match[1]] = single or re.sub(r"\\(.)", r"\1", double or "") or bare or ""
    if problems:
        raise settings.ConfigurationError({str(file): problems})
    return found


def quoted(value: str) -> str:
    """Return how `value`, a text without line breaks, stands in the file."""
    return value if _BARE.fullmatch(value) else '"' + re.sub(r'(["\\`$])', r"\\\1", value) + '"'
