"""Opening an envelope as a stream: CMS AuthEnvelopedData (RFC 5083/5084), DER or the BER that streaming writers make.

Responsible for its structure, its limits and its decryption. What it hands to `write` is NOT yet authentic: only
when `decrypt` returns has the tag been verified, so the caller keeps the output out of everybody's reach until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from asn1crypto import cms, core
from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from appliance.errors import PackageRefused
from appliance.package.der import INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, SET, context
from appliance.package.envelope import AES256_GCM, AUTH_ENVELOPED_DATA, DATA, NONCE_BYTES, TAG_BYTES
from appliance.package.key_agreement import content_key

SMALL_LIMIT_BYTES = 1 << 16
_BUFFER_BYTES = 1 << 18
_EXPLICIT_0, _IMPLICIT_0 = context(0, constructed=True), context(0, constructed=False)


class _GcmParameters(core.Sequence):  # type: ignore[misc]  # asn1crypto is untyped
    _fields = [("nonce", core.OctetString), ("tag_bytes", core.Integer, {"default": 12})]  # noqa: RUF012 (asn1crypto's form)


def decrypt(
    source: BinaryIO,
    key: ec.EllipticCurvePrivateKey,
    certificate: x509.Certificate | None,
    write: Callable[[memoryview], object],
) -> None:
    """Decrypts `source` into `write`. Without a certificate every recipient is tried with the key.

    Raises PackageRefused (`package-envelope-malformed`, `package-algorithm-unsupported`, `package-not-for-us`,
    `package-envelope-altered`), OSError.
    """
    ber = _Ber(source)
    # 1. ContentInfo and AuthEnvelopedData open; their ends are checked at the very last.
    ends = [ber.enter(SEQUENCE)]
    if ber.small(OBJECT_IDENTIFIER).native_dotted != AUTH_ENVELOPED_DATA:
        raise _unsupported()
    ends += [ber.enter(_EXPLICIT_0), ber.enter(SEQUENCE)]
    if ber.small(INTEGER).content != b"\x00":
        raise _unsupported()
    # 2. Somebody among the recipients must be us.
    content = content_key(ber.small(SET).encoded, key, certificate)
    # 3. The content's type and cipher.
    content_ends = ber.enter(SEQUENCE)
    if ber.small(OBJECT_IDENTIFIER).native_dotted != DATA:
        raise _unsupported()
    nonce = _nonce(ber.small(SEQUENCE).encoded)
    # 4. The content, run by run.
    decryptor = Cipher(algorithms.AES(content), modes.GCM(nonce)).decryptor()
    buffer = bytearray(_BUFFER_BYTES + 15)
    window = memoryview(buffer)
    for chunk in ber.octets():
        count = decryptor.update_into(chunk, buffer)
        write(window[:count])
    ber.leave(content_ends)
    # 5. The tag. Authenticated attributes would come before it; nothing we read has them (the content is plain data).
    tag = ber.small(OCTET_STRING).content
    if len(tag) != TAG_BYTES:
        raise _malformed()
    for end in reversed(ends):
        ber.leave(end)
    ber.finished()
    try:
        decryptor.finalize_with_tag(tag)
    except InvalidTag as fault:
        raise PackageRefused(
            "The package was altered on its way: it does not decrypt.", code="package-envelope-altered"
        ) from fault


def _nonce(algorithm: bytes) -> bytes:
    """From an AlgorithmIdentifier that must be AES-256-GCM with a full tag."""
    try:
        identifier = cms.EncryptionAlgorithm.load(algorithm, strict=True)
        if identifier["algorithm"].dotted != AES256_GCM:
            raise _unsupported()
        parameters = _GcmParameters.load(identifier["parameters"].dump(), strict=True)
        nonce, tag_bytes = bytes(parameters["nonce"].native), int(parameters["tag_bytes"].native)
    except (ValueError, TypeError, LookupError) as fault:
        raise _malformed() from fault
    if len(nonce) != NONCE_BYTES or tag_bytes != TAG_BYTES:
        raise _unsupported()
    return nonce


class _Small:
    """A whole element that is small enough to be held."""

    def __init__(self, encoded: bytes, header_bytes: int) -> None:
        self.encoded = encoded
        self.content = encoded[header_bytes:]

    @property
    def native_dotted(self) -> str:
        try:
            return str(core.ObjectIdentifier.load(self.encoded, strict=True).dotted)
        except (ValueError, TypeError, LookupError) as fault:
            raise _malformed() from fault


class _Ber:
    """A forward-only reader (X.690 §8.1). Ends are absolute positions; None stands for the indefinite form."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._position = 0

    def enter(self, tag: int) -> int | None:
        """Opens a constructed element; the returned end goes to `leave`."""
        _, length = self._header(tag)
        return None if length is None else self._position + length

    def leave(self, end: int | None) -> None:
        if end is None:
            if self._exactly(2) != b"\x00\x00":
                raise _malformed()
        elif self._position != end:
            raise _malformed()

    def small(self, tag: int) -> _Small:
        encoded_header, length = self._header(tag)
        if length is None or length > SMALL_LIMIT_BYTES:
            raise _malformed()
        return _Small(encoded_header + self._exactly(length), len(encoded_header))

    def octets(self) -> Iterator[memoryview]:
        """The [0] IMPLICIT OCTET STRING that comes next: in one piece, or constructed of pieces."""
        head, length = self._header(_IMPLICIT_0, _EXPLICIT_0)
        if head[0] == _IMPLICIT_0:
            if length is None:
                raise _malformed()
            yield from self._run(length)
            return
        end = None if length is None else self._position + length
        while end is None or self._position < end:
            piece, size = self._header(OCTET_STRING, 0)
            if piece == b"\x00\x00" and end is None:
                return
            if piece[0] != OCTET_STRING or size is None:
                raise _malformed()
            yield from self._run(size)
        if self._position != end:
            raise _malformed()

    def finished(self) -> None:
        if self._source.read(1):
            raise _malformed()

    def _run(self, length: int) -> Iterator[memoryview]:
        while length:
            chunk = self._exactly(min(length, _BUFFER_BYTES))
            length -= len(chunk)
            yield memoryview(chunk)

    def _header(self, *tags: int) -> tuple[bytes, int | None]:
        encoded = self._exactly(2)
        if encoded[0] not in tags:
            raise _malformed()
        first = encoded[1]
        if first < 0x80:
            return encoded, first
        if first == 0x80:
            return encoded, None
        if first > 0x88:
            raise _malformed()
        octets = self._exactly(first & 0x7F)
        return encoded + octets, int.from_bytes(octets, "big")

    def _exactly(self, count: int) -> bytes:
        data = self._source.read(count)
        if len(data) != count:
            raise _malformed()
        self._position += count
        return data


def _malformed() -> PackageRefused:
    return PackageRefused("The encrypted package is damaged or incomplete.", code="package-envelope-malformed")


def _unsupported() -> PackageRefused:
    return PackageRefused(
        "The package is encrypted in a way that this program does not know.", code="package-algorithm-unsupported"
    )
