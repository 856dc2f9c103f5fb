"""The certificate that FreeSWITCH shows over TLS and WSS, and the authorities by which it believes gateways.

It looks for both in one folder, in files with the names that it knows: the certificate, its key and its chain together.
Source: FreeSWITCH 1.10.12, mod_sofia, and sofia-sip 1.13, tport.
"""

import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from portsip_api import settings
from portsip_api.store.clock import clock

FOLDER: Final = "tls"  # within the folder of the static file
AUTHORITIES: Final = "cafile.pem"
OWN: Final = ("agent.pem", "wss.pem")  # of SIP over TLS, and of WebSockets
SOUND: Final = "dtls-srtp.pem"
_SOUND_BITS: Final = 4096  # FreeSWITCH puts one that is shorter out of the way
_SOUND_DAYS: Final = 36_500


class CertificateError(Exception):
    """What is wrong with the certificate, its key or the authorities, in a sentence that has nothing of them."""


def files() -> Mapping[str, bytes]:
    """Return the files by their names; none where no certificate was named. Raises CertificateError."""
    current = settings.current()
    if current.sip_certificate_path is None and current.sip_key_path is None:
        return {}
    if current.sip_certificate_path is None or current.sip_key_path is None:
        raise CertificateError("PBX_SIP_CERTIFICATE_FILE and PBX_SIP_KEY_FILE belong together.")
    chain = _read_certificates("PBX_SIP_CERTIFICATE_FILE", current.sip_certificate_path)
    key = _read_key(current.sip_key_path)
    _check(chain[0], key)
    own = b"".join([_pem(chain[0]), _clear(key), *map(_pem, chain[1:])])
    # Over TLS the rest of the chain is found among the authorities; what signs itself would be one, and is none here.
    between = [_pem(one) for one in chain[1:] if one.issuer != one.subject]
    return {**dict.fromkeys(OWN, own), AUTHORITIES: b"".join([*_authorities(current.trunk_ca_path), *between])}


def sound() -> bytes:
    """Return a new key, with a certificate that it signs itself, for the sound of browsers.

    Browsers are told its fingerprint in the call, so that nobody has to know it.
    """
    key = rsa.generate_private_key(65_537, _SOUND_BITS)
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "PBX")]), datetime.fromtimestamp(clock.wall(), UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=_SOUND_DAYS))
    return _pem(builder.sign(key, hashes.SHA256())) + _clear(key)


def why_not() -> str:
    """Return what is wrong with them, as a sentence; empty where nothing is."""
    try:
        files()
    except CertificateError as error:
        return str(error)
    return ""


def _authorities(path: Path | None) -> Sequence[bytes]:
    if path is not None:
        return [_pem(one) for one in _read_certificates("PBX_TRUNK_CA_FILE", path)]
    ders = ssl.create_default_context().get_ca_certs(binary_form=True)
    known = [ssl.DER_cert_to_PEM_cert(one).encode() for one in ders]
    if not known:
        raise CertificateError("This machine knows no authorities: name their file in PBX_TRUNK_CA_FILE.")
    return known


def _read_key(path: Path) -> PrivateKeyTypes:
    content = _read("PBX_SIP_KEY_FILE", path)
    try:
        return load_pem_private_key(content, None)
    except TypeError:
        raise CertificateError("The key in PBX_SIP_KEY_FILE has a password: the SIP engine needs it without.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateError("PBX_SIP_KEY_FILE has no key in it, or none in PEM.") from None


def _check(certificate: x509.Certificate, key: PrivateKeyTypes) -> None:
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise CertificateError("The key in PBX_SIP_KEY_FILE is not that of the certificate.")
    now = datetime.fromtimestamp(clock.wall(), UTC)
    if now > certificate.not_valid_after_utc:
        raise CertificateError("The certificate in PBX_SIP_CERTIFICATE_FILE has expired.")
    if now < certificate.not_valid_before_utc:
        raise CertificateError("The certificate in PBX_SIP_CERTIFICATE_FILE is not valid yet.")


def _read_certificates(variable: str, path: Path) -> Sequence[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(variable, path))
    except ValueError:
        raise CertificateError(f"{variable} has no certificate in it, or none in PEM.") from None


def _read(variable: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CertificateError(f"{variable} cannot be read ({error.strerror}).") from None


def _clear(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
