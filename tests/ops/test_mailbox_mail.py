"""The job that tells of messages by mail, with a mail server: what is sent, and what becomes of what is refused."""

import socket
import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from portsip_api import settings
from portsip_api.ops import mailbox_mail
from portsip_api.ops.jobs import JOBS
from portsip_api.pbx.extension_keys import find_id
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.mailboxes import mails, messages
from portsip_api.pbx.mailboxes.mail_queue import LEASE_SECONDS, RETRY_SECONDS, STALE_SECONDS
from portsip_api.pbx.personal import attendants
from portsip_api.setting_kinds import SmtpServer
from portsip_api.store import database
from tests.audio import check_plays
from tests.authority import Authority
from tests.conftest import SetClock
from tests.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.ops.conftest import Lines
from tests.pbx.mailboxes.boxes import ANA, BO, HOME, leave, make, tell

ADDRESS = "ana@home.example"
URL_PASSWORD = "mail-secret%40%3A%2F"
NOON = 1_700_049_600.0  # 2023-11-15 12:00 UTC


@pytest.fixture(autouse=True)
def people(app: object) -> Iterator[None]:
    """Ana (1000) is told by mail, Bo (1001) is not; nothing is left when a test ends."""
    make(HOME, ANA, first_name="Ana", email=ADDRESS)
    make(HOME, BO, first_name="Bo", last_name="Lind")
    tell(ANA)
    yield
    join()


@pytest.fixture
def server(configure: Callable[..., object]) -> Iterator[MailServer]:
    """A mail server, which the settings name."""
    with mail_server() as server:
        configure(PBX_SMTP_URL=f"smtp://127.0.0.1:{server.port}")
        yield server


def join() -> None:
    for thread in mailbox_mail._threads:
        thread.join(30)
        assert not thread.is_alive()


def run_job() -> None:
    """Let the job run once, to its end."""
    next(job for job in JOBS if job.name == "send_mail").work()
    join()


def waiting() -> list[tuple[str, int]]:
    """Addresses and attempts of what is in the outbox."""
    return database.fetch_all("SELECT address, attempts FROM mail_outbox ORDER BY id")


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


def test_a_full_mail_says_all_that_is_known(server: MailServer) -> None:
    leave(urgent=True)
    database.execute("DELETE FROM mail_outbox")
    extensions.update(HOME, ANA, {"office_hours": {"time_zone": "Europe/Berlin"}})
    made = leave(12.4, caller="1001", subject="Lunch, or später?", urgent=True, received=NOON)
    run_job()
    (mail,) = server.mails
    assert (server.recipients, server.senders) == ([ADDRESS], ["voicemail@pbx.local"])
    assert mail["To"] == ADDRESS
    assert mail["From"] == "Voicemail <voicemail@pbx.local>"
    assert mail["Subject"] == "Urgent voice message from Bo Lind (1001), 0:12"
    assert mail["Date"] == "Wed, 15 Nov 2023 13:00:00 +0100"
    assert (mail["Importance"], mail["Auto-Submitted"]) == ("high", "auto-generated")
    assert mail["Message-ID"].endswith("@pbx.local>")
    assert text_of(mail) == (
        "From: Bo Lind (1001)\nTo: 1000\nReceived: Wednesday 15 November 2023, 13:00 Europe/Berlin\nLength: 0:12\n"
        "Subject: Lunch, or später?\nUrgent: yes\nIn the inbox: 2 new (2 urgent), 0 heard\n"
    )
    assert list(mail.iter_attachments()) == []
    assert waiting() == []
    assert messages.show(HOME, ANA, made.id).heard is False


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("MEDIUM", "+1555 left a message of 1:05 on Wednesday 15 November 2023 at 12:00. Its subject: Hi\n"),
        ("BRIEF", "+1555, 1:05, 12:00\n"),
    ],
)
def test_shorter_mails_are_shorter(server: MailServer, format_: str, text: str) -> None:
    tell(ANA, format=format_)
    leave(65.0, caller="+1555", subject="Hi", received=NOON)
    run_job()
    assert text_of(server.mails[0]) == text
    assert server.mails[0]["Subject"] == "Voice message from +1555, 1:05"
    assert server.mails[0]["Importance"] is None


def test_the_audio_comes_with_it(server: MailServer) -> None:
    tell(ANA, audio=True)
    tell(ANA, alternate_email="ana@phone.example", alternate_notify=True, alternate_format="BRIEF")
    made = leave(0.5, caller="")
    run_job()
    with_audio, without = server.mails
    (attached,) = with_audio.iter_attachments()
    assert isinstance(attached, EmailMessage)
    assert (attached.get_content_type(), attached.get_filename()) == ("audio/wav", f"message-{made.id}.wav")
    check_plays(attached.get_content(), 0.5)
    assert (without["To"], list(without.iter_attachments())) == ("ana@phone.example", [])
    assert "an unknown caller" in with_audio["Subject"]


def test_texts_of_callers_stay_what_they_are(server: MailServer) -> None:
    leave(caller="+1", name="x\r\nBcc: evil@c.example\r\n\r\n<b>" + "ü" * 100, subject="=?utf-8?q?a?= .\u202e")
    run_job()
    assert server.recipients == [ADDRESS]
    mail = server.mails[0]
    assert (mail["Bcc"], mail.get_content_type()) == (None, "text/plain")
    assert "x Bcc: evil@c.example <b>ü" in mail["Subject"]


@pytest.mark.parametrize(
    "address", ["a,b@c.example", "<x@y.example", "a..b@c", "ü@b.example", 'a"@b', "a@[1", "a@", "(c)@d"]
)
def test_an_address_that_means_several_things_is_sent_nothing(server: MailServer, address: str, lines: Lines) -> None:
    leave()
    database.execute("UPDATE mail_outbox SET address = ?", (address,))
    leave()
    run_job()
    assert server.recipients == [ADDRESS]
    assert waiting() == []
    assert address not in str(lines)


def test_what_cannot_be_sent_now_is_tried_again_and_given_up_in_the_end(server: MailServer, time: SetClock) -> None:
    server.answer = "451 Later"
    leave()
    for attempt, seconds in enumerate(RETRY_SECONDS, 1):
        run_job()
        assert waiting() == [(ADDRESS, attempt)]
        run_job()  # it is not due
        assert waiting() == [(ADDRESS, attempt)]
        time.pass_seconds(seconds + 1)
    run_job()
    assert waiting() == []
    assert server.mails == []


def test_what_was_tried_again_is_sent_once(server: MailServer, time: SetClock) -> None:
    server.refused[ADDRESS] = "450 Busy"
    leave()
    run_job()
    server.refused.clear()
    time.pass_seconds(RETRY_SECONDS[0] + 1)
    run_job()
    run_job()
    assert len(server.mails) == 1


def test_what_is_refused_for_good_is_not_tried_again_and_keeps_nobody_else(server: MailServer, lines: Lines) -> None:
    server.refused[ADDRESS] = "550 There is no ana@home.example"
    tell(ANA, alternate_email="ana@phone.example", alternate_notify=True)
    leave()
    run_job()
    assert (server.recipients, waiting()) == (["ana@phone.example"], [])
    told = next(line for line in lines if line["message"] == "A mail was refused.")
    assert (told["code"], told["given_up"]) == (550, True)
    assert ADDRESS not in str(lines)


def test_a_connection_that_is_lost_over_one_mail_costs_the_others_no_attempt(server: MailServer) -> None:
    leave()
    leave()
    leave()
    server.answer = "hang up"
    run_job()
    assert waiting() == [(ADDRESS, 1), (ADDRESS, 0), (ADDRESS, 0)]
    server.answer = "250 OK"
    run_job()
    assert waiting() == [(ADDRESS, 1)]
    assert len(server.mails) == 2


def test_a_server_that_is_not_there_is_tried_again(configure: Callable[..., object], lines: Lines) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    configure(PBX_SMTP_URL=f"smtp://127.0.0.1:{port}")
    leave()
    leave()
    run_job()
    assert waiting() == [(ADDRESS, 1), (ADDRESS, 1)]
    assert any(line.get("cause") == "ConnectionRefusedError" for line in lines)


def test_a_mail_that_nobody_reported_on_is_handed_out_again_but_not_for_ever(
    server: MailServer, time: SetClock
) -> None:
    leave()
    for _ in range(len(RETRY_SECONDS) + 1):
        assert len(mails.claim_due(10)) == 1
        assert mails.claim_due(10) == []
        time.pass_seconds(LEASE_SECONDS + 1)
    assert mails.claim_due(10) == []
    assert waiting() == []


def test_nobody_is_told_of_what_is_old(server: MailServer, time: SetClock, configure: Callable[..., object]) -> None:
    leave()
    time.pass_seconds(STALE_SECONDS + 1)
    leave()
    run_job()
    assert len(server.mails) == 1


def test_a_message_that_goes_takes_its_mail_along(server: MailServer) -> None:
    leave(key=ANA)
    ((due),) = mails.claim_due(10)
    extensions.destroy(HOME, ANA)
    mailbox_mail.send(settings.current().smtp_url, [due])  # type: ignore[arg-type]
    assert (server.mails, waiting()) == ([], [])


def test_without_a_mail_server_nothing_is_done(configure: Callable[..., object], server: MailServer) -> None:
    leave()
    configure(PBX_SMTP_URL="")
    run_job()
    assert (server.mails, waiting()) == ([], [(ADDRESS, 0)])


def test_the_operator_says_who_it_is_from(server: MailServer, configure: Callable[..., object]) -> None:
    configure(PBX_SMTP_URL=f"smtp://127.0.0.1:{server.port}", PBX_MAIL_FROM="pbx@office.example")
    leave()
    run_job()
    assert (server.senders, server.mails[0]["From"]) == (["pbx@office.example"], "Voicemail <pbx@office.example>")


@pytest.fixture(scope="module")
def authority() -> Authority:
    """One for all tests."""
    return Authority()


@pytest.fixture
def trusted(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The authority, which the system trusts."""
    path = tmp_path / "authorities.pem"
    path.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return authority


def certificate(authority: Authority, folder: Path, address: str = "127.0.0.1") -> ssl.SSLContext:
    return authority.server(folder, x509.IPAddress(ip_address(address)))


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_log_in_over_tls(trusted: Authority, tmp_path: Path, configure: Callable[..., object], lines: Lines) -> None:
    with mail_server(tls=certificate(trusted, tmp_path), auth_required=True, auth_require_tls=False) as server:
        configure(PBX_SMTP_URL=f"smtps://{USER}:{URL_PASSWORD}@127.0.0.1:{server.port}")
        leave()
        run_job()
        assert (len(server.mails), server.encrypted, server.logins) == (1, [True], [USER.encode()])
        configure(PBX_SMTP_URL=f"smtps://{USER}:wrong@127.0.0.1:{server.port}")
        leave()
        run_job()
        assert (len(server.mails), waiting()) == (1, [(ADDRESS, 1)])
    assert PASSWORD not in str(lines)


@pytest.mark.parametrize("whose", ["nobody's", "another's"])
def test_a_certificate_that_is_not_the_servers_is_refused(
    trusted: Authority, tmp_path: Path, configure: Callable[..., object], whose: str
) -> None:
    tls = certificate(Authority(), tmp_path) if whose == "nobody's" else certificate(trusted, tmp_path, "127.0.0.2")
    with mail_server(tls=tls) as server:
        configure(PBX_SMTP_URL=f"smtps://127.0.0.1:{server.port}")
        leave()
        run_job()
        assert (server.mails, waiting()) == ([], [(ADDRESS, 1)])


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loopback is taken for another machine, to which somebody may listen."""
    monkeypatch.setattr(SmtpServer, "is_local", property(lambda _: False))


@pytest.mark.usefixtures("remote")
def test_another_machine_is_spoken_to_over_tls_where_it_offers_it(
    trusted: Authority, tmp_path: Path, configure: Callable[..., object]
) -> None:
    with mail_server(tls_context=certificate(trusted, tmp_path), auth_required=True) as server:
        configure(PBX_SMTP_URL=f"smtp://{USER}:{URL_PASSWORD}@127.0.0.1:{server.port}")
        leave()
        run_job()
        assert (len(server.mails), server.encrypted) == (1, [True])
    with mail_server(tls_context=certificate(Authority(), tmp_path)) as server:  # nobody's certificate
        configure(PBX_SMTP_URL=f"smtp://127.0.0.1:{server.port}")
        leave()
        run_job()
        assert (server.mails, waiting()) == ([], [(ADDRESS, 1)])


@pytest.mark.usefixtures("remote")
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_password_is_never_sent_to_another_machine_unencrypted(configure: Callable[..., object]) -> None:
    with mail_server(auth_require_tls=False) as server:
        configure(PBX_SMTP_URL=f"smtp://{USER}:{URL_PASSWORD}@127.0.0.1:{server.port}")
        leave()
        run_job()
        assert (server.logins, server.mails, waiting()) == ([], [], [(ADDRESS, 1)])
        configure(PBX_SMTP_URL=f"smtp://127.0.0.1:{server.port}")


@pytest.mark.parametrize(("with_audio", "wanted", "folder"), [
    (True, True, "deleted"), (True, False, "inbox"), (False, True, "inbox"),
])  # fmt: skip
def test_a_message_that_was_mailed_is_deleted_where_its_user_wants_so(
    server: MailServer, with_audio: bool, wanted: bool, folder: str
) -> None:
    tell(ANA, audio=with_audio)
    attendants.update(HOME, find_id(HOME, ANA), {"forward_delete": wanted})
    made = leave()
    assert messages.show(HOME, ANA, made.id).folder == "inbox"
    run_job()
    assert len(server.mails) == 1
    assert messages.show(HOME, ANA, made.id).folder == folder
