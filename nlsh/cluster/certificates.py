"""Certificates of a cluster: an authority of its own, and one certificate that scheduler, workers and clients share.

Whoever holds the certificate may run code on every node, as with any Dask cluster; so the
files are readable by their owner alone, and a connection without one is turned away.
"""

import datetime
import os
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from nlsh.config import Folders
from nlsh.errors import NlshError, UsageError

if TYPE_CHECKING:
    from distributed.security import Security

YEARS = 1
_HOW = "nlsh cluster start makes them for this machine; copy the folder to the others"


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where the three files lie: the authority's certificate, the cluster's own, its key (all PEM)."""

    authority: Path
    certificate: Path
    key: Path

    def security(self) -> "Security":
        """What Dask needs of them; UsageError when they are not there."""
        missing = [path for path in (self.authority, self.certificate, self.key) if not path.is_file()]
        if missing:
            raise UsageError(f"there is no {missing[0]}", _HOW)
        from distributed.security import Security

        files = {"ca_file": str(self.authority)}
        for role in ("scheduler", "worker", "client"):
            files |= {f"{role}_cert": str(self.certificate), f"{role}_key": str(self.key)}
        return Security(require_encryption=True, **{f"tls_{name}": path for name, path in files.items()})


def certificates(folders: Folders) -> Certificates:
    """The places of this user's."""
    folder = folders.config / "cluster"
    return Certificates(folder / "ca.pem", folder / "node.pem", folder / "node.key")


def make(place: Certificates) -> None:
    """An authority, and a certificate that it signed; its key is forgotten, so that it signs no other."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now = datetime.datetime.now(datetime.UTC)
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nlsh cluster")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nlsh node")])

    def draft(subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(authority).public_key(key)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(
            now - datetime.timedelta(days=1)
        )
        return builder.not_valid_after(now + datetime.timedelta(days=365 * YEARS))

    top = draft(authority, root.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    usage = x509.KeyUsage(
        key_cert_sign=True, crl_sign=True, digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    top = top.add_extension(usage, critical=True)
    hosts = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    node = draft(name, own.public_key()).add_extension(hosts, critical=False)
    node = node.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    pem = serialization.Encoding.PEM
    secret = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        place.key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(place.authority, top.sign(root, hashes.SHA256()).public_bytes(pem))
        _write(place.certificate, node.sign(root, hashes.SHA256()).public_bytes(pem))
        _write(place.key, secret)
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise NlshError(
            "failed", f"the certificates cannot be written: {reason}", f"look at {place.key.parent}"
        ) from error


def _write(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".part")
    fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as writer:
        writer.write(data)
    os.replace(partial, path)
