"""A certificate authority of the test's own, and what it signs."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority of a test")])
        self._serial = 0
        self.certificate = self._sign(
            self._key, self._name, x509.BasicConstraints(ca=True, path_length=None), x509.KeyUsage(
                digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
                key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
            ),
        )  # fmt: skip

    def _sign(
        self,
        key: ec.EllipticCurvePrivateKey,
        name: x509.Name,
        *extensions: x509.ExtensionType,
        days: int = 1,
        since: int = -3,
    ) -> x509.Certificate:
        self._serial += 1
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(
            self._name, name, key.public_key(), self._serial, now + timedelta(days=since), now + timedelta(days=days)
        )
        for extension in (
            *extensions,
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
        ):
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self._key, hashes.SHA256())

    def file(self, folder: Path, *names: x509.GeneralName, days: int = 1, since: int = -3) -> Path:
        """Write a certificate for `names` and its key into one file, and return that."""
        key = ec.generate_private_key(ec.SECP256R1())
        # What knows nothing of alternative names takes the common one, such as the address of a host.
        texts = [str(name.value) for name in names if isinstance(name, x509.DNSName | x509.IPAddress)]
        common = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text) for text in texts[:1]])
        certificate = self._sign(key, common, x509.SubjectAlternativeName(names), days=days, since=since)
        path = folder / "server.pem"
        path.write_bytes(pem_of(key) + certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def signed_by(self, other: "Authority") -> bytes:
        """Return the certificate that makes this an authority by another one, as PEM."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority between")])
        return other._sign(self._key, name, x509.BasicConstraints(True, None)).public_bytes(serialization.Encoding.PEM)

    def own_file(self, folder: Path) -> Path:
        """Write the authority's own certificate into a file, and return that."""
        path = folder / "authority.pem"
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def server(self, folder: Path, *names: x509.GeneralName, days: int = 1) -> ssl.SSLContext:
        """Return the context of a server that is called `names`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file(folder, *names, days=days))
        return context


def pem_of(key: ec.EllipticCurvePrivateKey, password: bytes = b"") -> bytes:
    """Return a key as PEM."""
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
