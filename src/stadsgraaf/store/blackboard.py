"""Memory that a lane and one of its workers share: what the worker is at, and what it did.

Each word is written by one of the two only, and at once. What a word announces is written before it, so
that the lane can see how far the worker had come, whenever that was killed::

    board, descriptor = Blackboard.made()
    theirs = Blackboard(descriptor)
    theirs.begin(3); theirs.end(3, 120)
    board.read() == [(3, 120)]

What is read while the other writes comes in the order in which it was written where the processor keeps
to that (x86-64). On others (ARM) an answer may rarely be charged to another connection; what is read
after a worker's end is right everywhere.
"""

import fcntl
import mmap
import os
from enum import IntEnum
from typing import Final, NamedTuple

__all__ = ["PLACES", "Blackboard", "Sending", "Stage"]

#: Connections that one worker has at most.
PLACES: Final = 64
#: Answers that are remembered until they are read.
_RING: Final = 4096
#: Questions that are remembered, the latest of those that share a place.
_ASKED: Final = 8192
_WORD: Final = 8
#: Words of a note, of which there are two: the next is written beside the one that is read. Bits of its
#: length, which stand before its number.
_NOTE: Final = 32
_TWO: Final = 2
_LENGTH: Final = 16
_LONGEST: Final = (1 << _LENGTH) - 1

# Words, by their place.
_STAGE, _PLACE, _NUMBER, _REQUEST, _ANSWER, _WRITTEN, _READ = range(7)
_LEAVING: Final = 8
_NOTED: Final = _LEAVING + PLACES
_NOTES: Final = _NOTED + PLACES
_ANSWERS: Final = _NOTES + PLACES * _TWO * _NOTE
_PRINTS: Final = _ANSWERS + _RING
_WORDS: Final = _PRINTS + _ASKED
_MASK: Final = 0xFFFF_FFFF


class Stage(IntEnum):
    """What a worker is at: nothing, a question, or its answer, which is on its way out."""

    IDLE = 0
    ANSWERING = 1
    SENDING = 2


_STAGES: Final = frozenset(Stage)


class Sending(NamedTuple):
    """An answer on its way out: bytes of its request and its own, and what went before on this connection."""

    request: int
    answer: int
    written: int
    read: int


class Blackboard:
    """One side's view of it. The descriptor may be closed."""

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, _WORDS * _WORD)
        self._words = memoryview(self._memory).cast("Q")
        self._bytes = memoryview(self._memory)
        self._seen = 0

    @classmethod
    def made(cls) -> tuple["Blackboard", int]:
        """A new one, and a descriptor for the other side, to be closed when it is passed on.

        Its size is sealed: reading what another process cut off would end ours.
        """
        descriptor = os.memfd_create("lane", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(descriptor, _WORDS * _WORD)
        seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
        return cls(descriptor), descriptor

    def close(self) -> None:
        """Let go of the memory."""
        self._words.release()
        self._bytes.release()
        self._memory.close()

    # --- what the worker writes -----------------------------------------------------------------

    def begin(self, place: int) -> None:
        """It looks at what came on a connection."""
        self._words[_PLACE] = place
        self._words[_STAGE] = Stage.ANSWERING

    def send(self, sending: Sending) -> None:
        """It is about to send an answer, and then to take the request."""
        self._words[_REQUEST], self._words[_ANSWER], self._words[_WRITTEN], self._words[_READ] = (
            sending
        )
        self._words[_STAGE] = Stage.SENDING

    def end(self, place: int, microseconds: int) -> None:
        """It has answered."""
        number = self._words[_NUMBER]
        self._words[_ANSWERS + number % _RING] = place << 32 | min(microseconds, _MASK)
        self._words[_NUMBER] = number + 1
        self._words[_STAGE] = Stage.IDLE

    def leave(self) -> None:
        """It has not, and somebody else does."""
        self._words[_STAGE] = Stage.IDLE

    def was_asked(self, fingerprint: int) -> bool:
        """Whether a question with this fingerprint, of 64 bits, was there before; it is there now."""
        place = _PRINTS + fingerprint % _ASKED
        was, self._words[place] = self._words[place] == fingerprint, fingerprint
        return was

    # --- what the lane writes -------------------------------------------------------------------

    def call_back(self, place: int) -> None:
        """The worker answers no more on a connection."""
        self._words[_LEAVING + place] = 1

    def welcome(self, place: int, note: bytes) -> None:
        """A connection comes; see `write`."""
        self._words[_LEAVING + place] = 0
        self.write(place, note)

    def write(self, place: int, note: bytes) -> None:
        """What answers on a connection say from now on."""
        number = (self._words[_NOTED + place] >> _LENGTH) + 1
        begin = _begin(place, number)
        self._bytes[begin : begin + len(note)] = note
        self._words[_NOTED + place] = number << _LENGTH | len(note)

    # --- what they read -------------------------------------------------------------------------

    def is_leaving(self, place: int) -> bool:
        """Whether a connection is called back."""
        return bool(self._words[_LEAVING + place])

    def note(self, place: int) -> bytes:
        """What answers on a connection say. A note that another took the place of is read again."""
        noted = -1
        while noted != (latest := self._words[_NOTED + place]):
            noted = latest
            begin = _begin(place, noted >> _LENGTH)
            found = bytes(self._bytes[begin : begin + (noted & _LONGEST)])
        return found

    @property
    def stage(self) -> Stage:
        """What the worker is at; one that writes nonsense is at a question, and it will not be for long."""
        found = self._words[_STAGE]
        return Stage(found) if found in _STAGES else Stage.ANSWERING

    @property
    def place(self) -> int:
        """Of which connection, if it is at something."""
        return self._words[_PLACE]

    @property
    def number(self) -> int:
        """How many answers it has given."""
        return self._words[_NUMBER]

    @property
    def sending(self) -> Sending:
        """The answer that is on its way out."""
        return Sending(*self._words[_REQUEST : _READ + 1])

    def read(self) -> list[tuple[int, int]]:
        """The answers since the last time: of which connection, and microseconds."""
        number = self.number
        first = max(self._seen, number - _RING)
        words = [self._words[_ANSWERS + each % _RING] for each in range(first, number)]
        self._seen = number
        return [(word >> 32, word & _MASK) for word in words]


def _begin(place: int, number: int) -> int:
    """Where the note with this number is, in bytes."""
    return (_NOTES + (place * _TWO + number % _TWO) * _NOTE) * _WORD
