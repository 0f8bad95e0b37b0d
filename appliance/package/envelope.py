"""Encrypting for AIMA: CMS AuthEnvelopedData (RFC 5083) with AES-256-GCM (RFC 5084), written as a stream.

The plaintext's size is known beforehand, so all lengths are definite (DER) and nothing is ever held but one buffer.
Responsible for the envelope's outside and its content; who can open it is `key_agreement.py`, reading is
`envelope_reader.py`. The content cipher is named in the envelope: another one is another value there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from cryptography import x509
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from appliance.errors import SealingFailed
from appliance.package.der import (
    OCTET_STRING,
    SEQUENCE,
    SET,
    context,
    element,
    header,
    object_identifier,
    small_integer,
)
from appliance.package.key_agreement import recipient_info

AUTH_ENVELOPED_DATA = "1.2.840.113549.1.9.16.1.23"
DATA = "1.2.840.113549.1.7.1"
AES256_GCM = "2.16.840.1.101.3.4.1.46"
NONCE_BYTES, TAG_BYTES = 12, 16
_BUFFER_BYTES = 1 << 18
_GCM_SLACK = 15


def encrypt(
    plaintext: Iterable[bytes | memoryview],
    size: int,
    recipient: x509.Certificate,
    write: Callable[[bytes | memoryview], None],
) -> None:
    """Hands the envelope to `write`, piece by piece; each piece is valid only during that call.

    `size` is the plaintext's length in bytes. The authentication tag goes last: until then, what was written opens
    for nobody. Raises SealingFailed when the plaintext has another size or the certificate cannot be used, and
    whatever `plaintext` or `write` raise.
    """
    key, nonce = os.urandom(32), os.urandom(NONCE_BYTES)
    write(_head(size, nonce, recipient_info(key, recipient)))
    encryptor = Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor()
    buffer = bytearray(_BUFFER_BYTES + _GCM_SLACK)
    window, seen = memoryview(buffer), 0
    for chunk in plaintext:
        for start in range(0, len(chunk), _BUFFER_BYTES):
            count = encryptor.update_into(chunk[start : start + _BUFFER_BYTES], buffer)
            seen += count
            write(window[:count])
    encryptor.finalize()
    if seen != size:
        raise SealingFailed("The package came out in another size than announced.", code="sealing-failed")
    write(element(OCTET_STRING, encryptor.tag))


def _head(size: int, nonce: bytes, recipient: bytes) -> bytes:
    """Everything before the first encrypted byte."""
    parameters = element(SEQUENCE, element(OCTET_STRING, nonce), small_integer(TAG_BYTES))
    algorithm = element(SEQUENCE, object_identifier(AES256_GCM), parameters)
    content = object_identifier(DATA) + algorithm + header(context(0, constructed=False), size)
    enveloped = small_integer(0) + element(SET, recipient) + header(SEQUENCE, len(content) + size) + content
    tag_size = len(header(OCTET_STRING, TAG_BYTES)) + TAG_BYTES
    inner = header(SEQUENCE, len(enveloped) + size + tag_size) + enveloped
    wrapped = header(context(0, constructed=True), len(inner) + size + tag_size) + inner
    outer = object_identifier(AUTH_ENVELOPED_DATA) + wrapped
    return header(SEQUENCE, len(outer) + size + tag_size) + outer
