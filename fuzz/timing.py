"""Whether the time of an answer tells a user name that exists from one that does not.

Wrong passwords for names of both sorts go over one connection in pairs whose order is drawn. The figure is the median
of the differences within the pairs, known less unknown; it is held against the spread of the medians that come out when
the signs of the differences are drawn, which is what chance makes of them. A way to log in is distinguishable when the
median is more than four spreads from zero, and again with new samples, so that a noisy moment is no finding.
"""

import contextlib
import gc
import hashlib
import http.client
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from requests.auth import _basic_auth_str

from fuzz.documents import make_store
from fuzz.report import Row
from portsip_api.pbx.access import administrators, tenants
from portsip_api.pbx.access.digest_nonces import LIFE
from portsip_api.pbx.access.portal_logins import ALGORITHMS, REALM
from portsip_api.pbx.access.tenants import DEFAULT_TENANT_ID
from portsip_api.pbx.extensions import aliases, extensions
from portsip_api.store import database
from tests.contract.servers import running
from tests.contract.test_schemathesis import LIMITS

NAMES = 12  # of each sort, so that the figure is of the sort and not of one name
SPREADS = 4.0
_DRAWS = 1_000
_LEAST = 50  # pairs
_PATH = "/sipxconfig/rest/branch"
_DOMAIN = "pbx.local"
_NONCE = re.compile(r'nonce="([^"]+)"')
# One thread, so that an answer never waits for another one's lock: what an attacker would wish for. A short window, so
# that all these failures do not reach a limit.
_ALONE = {"PBX_WORKERS": "1", "PBX_THREADS": "1", "PBX_LOGIN_WINDOW": "30"}
_WRONG = "not the password"


@dataclass(frozen=True)
class Attempt:
    """A request: path, body of a POST or none for a GET, headers."""

    path: str
    body: bytes | None
    headers: dict[str, str]


@dataclass(frozen=True)
class Way:
    """A way to log in: the request for a name, and how names look; the `{}` in `form` is a number of three digits."""

    title: str
    form: str
    attempt: Callable[[str], Attempt]


@dataclass(frozen=True)
class Figure:
    """The median difference and its spread by chance, in µs, and the number of pairs."""

    difference: float
    spread: float
    pairs: int

    @property
    def is_distinguishable(self) -> bool:
        """Tell whether chance alone does not do that."""
        return abs(self.difference) > SPREADS * self.spread

    def __str__(self) -> str:
        return f"{self.difference:+.1f} µs, by chance ± {self.spread:.1f}"


def check(folder: Path, seconds: float, seed: int) -> Iterator[Row]:
    """Yield a row for each way, each measured for about `seconds`."""
    data = folder / "data"
    make_store(data)
    _fill()
    with running("gunicorn", data, **LIMITS, **_ALONE) as server:
        address = urlsplit(server.url)
        with contextlib.closing(http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)) as client:
            for way in _ways(client):
                yield _row(client, way, seconds, random.Random(seed))


def _row(client: http.client.HTTPConnection, way: Way, seconds: float, draw: random.Random) -> Row:
    began = time.monotonic()
    figures = [_measure(client, way, seconds, draw)]
    if figures[0].is_distinguishable:
        figures.append(_measure(client, way, seconds, draw))
    told = "; again ".join(map(str, figures))
    same = all(figure.is_distinguishable for figure in figures) and figures[0].difference * figures[-1].difference > 0
    findings = [f"{way.title}: a name that exists can be told from one that does not: {told}"] if same else []
    requests = 2 * sum(figure.pairs for figure in figures)
    return Row(f"Timing, {way.title}", requests, time.monotonic() - began, findings, told)


def _measure(client: http.client.HTTPConnection, way: Way, seconds: float, draw: random.Random) -> Figure:
    known, unknown = ([way.form.format(sort + number) for number in range(NAMES)] for sort in (100, 500))
    for name in known + unknown:  # the first failure of a name makes its counter, later ones count
        _seconds(client, way.attempt(name))
    differences: list[float] = []
    deadline = time.monotonic() + seconds
    gc.disable()
    try:
        while time.monotonic() < deadline or len(differences) < _LEAST:
            pair = [(known, 1), (unknown, -1)]
            draw.shuffle(pair)
            took = [sign * _seconds(client, way.attempt(draw.choice(names))) for names, sign in pair]
            differences.append(sum(took))
    finally:
        gc.enable()
    return figure_of(np.array(differences) * 1e6, draw.randrange(1 << 32))


def figure_of(differences: np.ndarray, seed: int) -> Figure:
    """Return the median of differences in µs, and how medians spread when their signs are drawn."""
    signs = np.random.default_rng(seed)
    medians = [np.median(differences * signs.choice((-1, 1), len(differences))) for _ in range(_DRAWS)]
    return Figure(float(np.median(differences)), float(np.std(medians)), len(differences))


def _seconds(client: http.client.HTTPConnection, attempt: Attempt) -> float:
    """Return how long the answer took."""
    began = time.perf_counter()
    client.request("GET" if attempt.body is None else "POST", attempt.path, attempt.body, attempt.headers)
    reply = client.getresponse()
    reply.read()
    took = time.perf_counter() - began
    if reply.status not in {400, 401}:
        raise RuntimeError(f"{reply.status} for a wrong password at {attempt.path}")
    return took


def _ways(client: http.client.HTTPConnection) -> Iterator[Way]:
    def post(path: str, **fields: str) -> Callable[[str], Attempt]:
        return lambda name: Attempt(
            f"/api/account/{path}",
            json.dumps({key: text.replace("{}", name) for key, text in fields.items()}).encode(),
            {"Content-Type": "application/json"},
        )

    def basic(name: str) -> Attempt:
        return Attempt(_PATH, None, {"Authorization": _basic_auth_str(name, _WRONG)})

    named = post("credentials/verify", username="{}", password=_WRONG)
    yield Way("name of an administrator", "admin{}", named)
    yield Way("name of a tenant", "tenant{}", named)
    yield Way("number@domain", f"{{}}@{_DOMAIN}", named)
    yield Way("number and domain", "{}", post("credentials/verify", username="{}", domain=_DOMAIN, password=_WRONG))
    by_email = post("email/verify", email="{}", password=_WRONG)
    yield Way("e-mail address", "u{}@b.example", by_email)
    yield Way("e-mail address of several", "several{}@b.example", by_email)
    yield Way(
        "SIP account", "{}", post("extension/sip/verify", domain=_DOMAIN, extension_number="{}", sip_password=_WRONG)
    )
    forms = {"an administrator": "admin{}", "a number": "{}", "an alias": "alias{}", "an address": "u{}@b.example"}
    forms["an address of several"] = "several{}@b.example"
    for whose, form in forms.items():
        yield Way(f"Basic, {whose}", form, basic)
    for algorithm in ("MD5", "SHA-256"):
        for whose in ("an administrator", "a number"):
            yield Way(f"Digest {algorithm}, {whose}", forms[whose], _Digests(client, algorithm))


class _Digests:
    """Wrong Digests of a nonce that the server gave, and of a new one before it ends."""

    def __init__(self, client: http.client.HTTPConnection, algorithm: str) -> None:
        self._client, self._algorithm = client, algorithm
        self._nonce, self._ends = "", 0.0

    def __call__(self, name: str) -> Attempt:
        if time.monotonic() > self._ends:
            self._nonce, self._ends = self._challenge(), time.monotonic() + LIFE / 2
        response = "0" * 2 * hashlib.new(ALGORITHMS[self._algorithm], usedforsecurity=False).digest_size
        header = (
            f'Digest username="{name}", realm="{REALM}", nonce="{self._nonce}", uri="{_PATH}", qop=auth, nc=00000001, '
            f'cnonce="c", algorithm={self._algorithm}, response="{response}"'
        )
        return Attempt(_PATH, None, {"Authorization": header})

    def _challenge(self) -> str:
        self._client.request("GET", _PATH)
        reply = self._client.getresponse()
        reply.read()
        return str(_NONCE.findall(reply.headers["WWW-Authenticate"])[0])


def _fill() -> None:
    """Make the accounts whose names are known."""
    for number in range(100, 100 + NAMES):
        administrators.create(f"admin{number}", "an administrator's own")
        fields = {"name": f"tenant{number}", "domain": f"t{number}.example", "password": "a tenant's own"}
        tenants.create(fields)
        fields = {"extension_number": str(number), "password": "sip-secret", "web_access_password": "web-secret"}
        made = extensions.create(DEFAULT_TENANT_ID, {**fields, "profile": {"email": f"u{number}@b.example"}})
        aliases.set_aliases(DEFAULT_TENANT_ID, made, [f"alias{number}"])
        for one in range(1, 4):
            fields["extension_number"] = f"{one}{number}"
            extensions.create(DEFAULT_TENANT_ID, {**fields, "profile": {"email": f"several{number}@b.example"}})
    database.db.close()
