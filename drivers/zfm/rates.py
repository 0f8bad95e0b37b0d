"""At which speed a module speaks, and how it is made to speak faster: the two talks of an opening about the line;
and what an image costs there.

A module keeps its speed over a loss of power, and whoever used it last may have set it: it is looked for, not assumed.
Every wait is short and finite. Not responsible for which speeds are wanted (`driver`) nor for the port.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from drivers.errors import DeviceProtocolError, DeviceTimedOut, OptionInvalid
from drivers.transport.link import SerialByteLink
from drivers.transport.uart import BITS_A_BYTE
from drivers.zfm.codec import Command, Confirmation, baud_argument, image_bytes
from drivers.zfm.conversation import Conversation

BY_LIKELIHOOD: Final = (57600, 115200, 9600, 19200, 38400, 76800, 96000, 48000, 28800, 67200, 86400, 105600)
"""Every speed there is: the makers' default, the fastest, those that other programs know, then the rest."""
_ANSWER_S: Final = 0.3
_PROOF_S: Final = 1.0
"""A module that has begun to answer is given more time: the computer may be the one that is busy."""
_READ_S: Final = 0.1
"""A link's own wait, by which each of ours may be overrun."""
_KNOCKS: Final = 3
_PROOFS: Final = 4
"""Answers of 28 bytes that must come whole at a new speed: what a line can barely carry shows in one of a few."""

SEARCH_S: Final = (len(BY_LIKELIHOOD) + 2) * (_ANSWER_S + 2 * _READ_S)
CHANGE_S: Final = 2 * ((_KNOCKS + 1) * (_ANSWER_S + 2 * _READ_S) + _PROOFS * (_PROOF_S + _READ_S))
"""The longest that `find` and `change` take, apart from the answers that are waited for in full: two and one."""


def image_transfer_s(baud: int) -> float:
    """How long the largest image is on the line, in the smallest packets there are: 8.1 s at 57600 baud."""
    return image_bytes() * BITS_A_BYTE / baud


def candidates(*first: int) -> tuple[int, ...]:
    """Every speed once: `first` in their order, then by likelihood."""
    return tuple(dict.fromkeys((*first, *BY_LIKELIHOOD)))


class Tuner:
    """One opening's talk about the speed of its line. `password` is the argument of VfyPwd.

    Errors are those of the link and of the conversation, as well as those that are named.
    """

    def __init__(self, link: SerialByteLink, talk: Conversation, password: bytes, answer_timeout_s: float) -> None:
        self._link = link
        self._talk = talk
        self._password = password
        self._answer_timeout_s = answer_timeout_s
        self._short_s = min(_ANSWER_S, answer_timeout_s)

    def find(self, *likeliest: int) -> tuple[int, bytes]:
        """The first speed at which the module answers, and its answer to our password, whatever it is.

        DeviceTimedOut if it answers at none. A module that is still busy with an earlier talk is deaf to the first
        round: `likeliest`, at most two, are tried again at the end, with all the time that an answer may take.
        """
        first_round = [(baud, self._short_s) for baud in candidates(*likeliest)]
        in_full = [(baud, self._answer_timeout_s) for baud in dict.fromkeys(likeliest)]
        for baud, within_s in first_round + in_full:
            # What this port cannot do, no module behind it speaks.
            with suppress(OptionInvalid):
                self._link.speak_at(baud)
                if (answer := self._greet(within_s)) is not None:
                    return baud, answer
        raise DeviceTimedOut(
            "The fingerprint module answers at no speed: check its cable, then unplug it and plug it in again."
        )

    def change(self, baud: int, to_baud: int) -> int:
        """Have the module speak at `to_baud` in place of `baud`; at which of the two it does so afterwards.

        Its own word for it does not count, only whole answers at the new speed. DeviceTimedOut if it is heard at
        neither: the next opening looks for it.
        """
        answer = self._talk.try_ask(Command.SET_PARAMETER, baud_argument(to_baud), within_s=self._answer_timeout_s)
        if answer is not None and answer[0] != Confirmation.OK:
            return baud
        # No answer may be one that came at the new speed already.
        with suppress(OptionInvalid):
            self._link.speak_at(to_baud)
            if self._is_understood():
                return to_baud
            # It may hear what we cannot: it is called back before we go back.
            self._talk.try_ask(Command.SET_PARAMETER, baud_argument(baud), within_s=self._short_s)
        self._link.speak_at(baud)
        if not self._is_understood():
            raise DeviceTimedOut("The fingerprint module fell silent when it was told to speak faster: try again.")
        # Some keep a new speed for when they are next powered on: it must not be one that was never heard.
        self._talk.try_ask(Command.SET_PARAMETER, baud_argument(baud), within_s=self._short_s)
        return baud

    def _greet(self, within_s: float) -> bytes | None:
        """The answer to our password. What comes first may belong to an earlier talk: then it is asked once more."""
        with suppress(DeviceProtocolError):
            answer = self._talk.try_ask(Command.VERIFY_PASSWORD, self._password, within_s=within_s)
            if answer is None or answer[0] != Confirmation.PACKET_RECEIVE_ERROR:
                return answer
        # The rest of an image that was interrupted, or the verdict on what was said at another speed.
        self._talk.settle(answer_owed=False)
        return self._talk.try_ask(Command.VERIFY_PASSWORD, self._password, within_s=within_s)

    def _is_understood(self) -> bool:
        """Whether the module answers, and goes on answering, at the link's speed."""
        greetings = (self._greet(self._short_s) for _ in range(_KNOCKS))
        if not any(answer == bytes([Confirmation.OK]) for answer in greetings):
            return False
        return all(self._describes_itself() for _ in range(_PROOFS))

    def _describes_itself(self) -> bool:
        within_s = min(_PROOF_S, self._answer_timeout_s)
        answer = self._talk.try_ask(Command.READ_PARAMETERS, within_s=within_s)
        return answer is not None and answer[0] == Confirmation.OK
