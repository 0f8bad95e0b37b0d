"""What PC/SC's status words mean to us (pcsclite.h; PC/SC part 5, clause 3): pure, standard library only.

Both Pythons read it. A code is one of `drivers.errors`; GONE_OR_ODD means that it takes a look at the reader to tell
a card that went away in the middle of a command from one that answered oddly.
"""

from __future__ import annotations

SUCCESS = 0x00000000
TIMEOUT = 0x8010000A
GONE_OR_ODD = "gone-or-odd"
ODD = "device-protocol"
"""What it is when the card is still there."""

_CODES = {
    0x80100001: "chip-service-missing",  # F_INTERNAL_ERROR: the service went away under the call
    0x8010001D: "chip-service-missing",  # E_NO_SERVICE
    0x8010001E: "chip-service-missing",  # E_SERVICE_STOPPED
    0x8010002E: "device-not-found",  # E_NO_READERS_AVAILABLE
    0x80100009: "device-lost",  # E_UNKNOWN_READER
    0x80100017: "device-lost",  # E_READER_UNAVAILABLE
    0x8010000B: "device-busy",  # E_SHARING_VIOLATION
    0x80100027: "device-access-denied",  # E_NO_ACCESS
    0x8010006A: "device-access-denied",  # W_SECURITY_VIOLATION: polkit says no
    0x8010000C: "card-removed",  # E_NO_SMARTCARD
    0x80100069: "card-removed",  # W_REMOVED_CARD
    0x80100068: "card-removed",  # W_RESET_CARD: it was taken away and laid down again, or somebody else reset it
    0x8010000D: "card-unresponsive",  # E_UNKNOWN_CARD
    0x8010000F: "card-unresponsive",  # E_PROTO_MISMATCH
    0x8010001C: "card-unresponsive",  # E_CARD_UNSUPPORTED
    0x80100065: "card-unresponsive",  # W_UNSUPPORTED_CARD
    0x80100066: "card-unresponsive",  # W_UNRESPONSIVE_CARD
    0x80100067: "card-unresponsive",  # W_UNPOWERED_CARD
    0x80100013: GONE_OR_ODD,  # F_COMM_ERROR
    0x80100016: GONE_OR_ODD,  # E_NOT_TRANSACTED
    0x8010002F: GONE_OR_ODD,  # E_COMM_DATA_LOST
    0x80100003: GONE_OR_ODD,  # E_INVALID_HANDLE
    0x80100008: GONE_OR_ODD,  # E_INSUFFICIENT_BUFFER
    0x80100015: GONE_OR_ODD,  # E_INVALID_VALUE
}


def code_of(status: int) -> str:
    """The code of an error's status; the reader's own fault where it says nothing that we know."""
    return _CODES.get(status & 0xFFFFFFFF, "device-fault")
