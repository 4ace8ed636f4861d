"""The audit log as a hash chain: how a whole log is judged (its entries: :mod:`portal.domain.compliance.audit_entry`).

An entry is canonical JSON (keys sorted, no spaces, UTF-8, numbers as texts); its hash is SHA-256 of a zero byte, the
hash of the entry before and the entry. So an entry cannot be changed, taken out or moved without the hash of another
one failing. Who may write everything anew can make a chain that fits; that, and a cut tail, is seen by a *head* that
was kept elsewhere: the number of entries, the last hash and the Merkle root at a moment.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from portal.domain.compliance.audit_entry import BEFORE_FIRST
from portal.domain.compliance.merkle import EMPTY, GrowingTree

MAY_GO_BACK = timedelta(seconds=1)


class Row(NamedTuple):
    """An entry of a stored log: its number, its hash, its text, and the columns that copy its fields, if any."""

    seq: int
    hash: bytes
    entry: str
    copies: tuple[datetime, str, str, str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a log at a moment, kept outside it; ``name`` says where it comes from."""

    entries: int
    hash: bytes
    root: bytes
    name: str


class Flaw(StrEnum):
    """What can be wrong with a log."""

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    CUT = "cut"
    REWRITTEN = "rewritten"
    UNREADABLE = "unreadable"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What :func:`judge` found; ``seq`` is the first bad entry, None when all is well or no entry is to blame."""

    entries: int
    hash: bytes
    root: bytes
    flaw: Flaw | None = None
    seq: int | None = None
    sentence: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.flaw is None


def judge(rows: Iterable[Row], heads: Sequence[Head] = ()) -> Judgement:
    """Read a log from its first entry to its last, and say what is wrong with it first.

    Parameters
    ----------
    rows : iterable of Row
        The log in the order in which it is stored.
    heads : sequence of Head
        Ends of the log that were kept elsewhere and whose signatures were checked.

    Returns
    -------
    Judgement
        The first flaw, or none. After a flaw the rest is read only to tell a moved entry from a missing one.
    """
    waiting = sorted(heads, key=lambda head: head.entries)
    reader = _Reader()
    stream = iter(rows)
    for head in waiting:
        if head.entries == 0:
            continue
        while reader.size < head.entries:
            row = next(stream, None)
            if row is None:
                return reader.cut(head)
            if not reader.take(row):
                return reader.explain(stream)
        if not reader.agrees(head):
            return reader.rewritten(head)
    for row in stream:
        if not reader.take(row):
            return reader.explain(stream)
    return reader.whole(waiting)


class _Reader:
    """Reads rows, and remembers where the log stands and what is wrong with it."""

    def __init__(self) -> None:
        self.size = 0
        self._hash = BEFORE_FIRST
        self._tree = GrowingTree()
        self._flaw: tuple[Flaw, int, str] | None = None
        self._missing: range | None = None
        self._at: datetime | None = None
        self._backwards = 0
        self._agreed: Head | None = None

    def take(self, row: Row) -> bool:
        """Read the next row; False when something is wrong with it."""
        seq, before = self.size + 1, self._hash
        text = row.entry.encode("utf-8", "surrogatepass")
        if row.seq != seq:
            self._out_of_step(row.seq, seq)
            return False
        found = sha256(b"\x00" + before + text).digest()
        if found != row.hash:
            self._not_following(row, seq)
            return False
        if not self._reads(row, seq):
            return False
        self.size, self._hash = seq, found
        self._tree.add(sha256(b"\x00" + text).digest())
        return True

    def _out_of_step(self, got: int, seq: int) -> None:
        if got > seq:
            self._missing = range(seq, got)
            gone = f"Entry {seq} is" if got == seq + 1 else f"Entries {seq} to {got - 1} are"
            where = (
                f"after entry {seq - 1} comes entry {got}" if seq > 1 else f"the log begins with entry {got}"
            )
            self._flaw = (Flaw.MISSING, seq, f"{gone} missing: {where}.")
        else:
            self._flaw = (
                Flaw.REORDERED,
                got,
                f"Entry {got} stands where entry {seq} should: entries were moved or repeated.",
            )

    def _not_following(self, row: Row, seq: int) -> None:
        """Tell an entry that was moved from one that was changed."""
        told = _number_in(row.entry)
        if told is not None and told != seq:
            self._flaw = (
                Flaw.REORDERED,
                seq,
                f"Row {seq} holds the content of entry {told}: entries were moved or renumbered.",
            )
            return
        before = f" and the hash of entry {seq - 1}" if seq > 1 else ""
        self._flaw = (
            Flaw.CHANGED,
            seq,
            f"Entry {seq} was changed: its hash does not follow from its content{before}.",
        )

    def _reads(self, row: Row, seq: int) -> bool:
        try:
            content = json.loads(row.entry)
            at = datetime.fromisoformat(content["at"])
            fields = (
                content["actor"],
                content["action"],
                content["kind"],
                content["ref"],
                content["outcome"],
            )
            told = int(content["seq"])
        except (ValueError, KeyError, TypeError):
            self._flaw = (
                Flaw.UNREADABLE,
                seq,
                f"Entry {seq} cannot be read: it is no entry of an audit log.",
            )
            return False
        if told != seq:
            self._flaw = (
                Flaw.REORDERED,
                seq,
                f"Row {seq} holds entry {told}: entries were renumbered, and the chain was made anew.",
            )
            return False
        if row.copies is not None and (row.copies[0] != at or row.copies[1:] != fields):
            self._flaw = (
                Flaw.CHANGED,
                seq,
                f"The searchable columns of entry {seq} do not say what the entry says: they were changed.",
            )
            return False
        if self._at is not None and at < self._at - MAY_GO_BACK:
            self._backwards += 1
        self._at = at
        return True

    def explain(self, rest: Iterable[Row]) -> Judgement:
        """Return the flaw; a missing entry that stands further on was moved, not taken out."""
        assert self._flaw is not None  # noqa: S101  (take said so)
        flaw, seq, sentence = self._flaw
        if self._missing is not None:
            for row in rest:
                if row.seq in self._missing:
                    flaw = Flaw.REORDERED
                    sentence = (
                        f"Entry {row.seq} stands out of its place, behind entry {self._missing.stop}: "
                        "entries were moved."
                    )
                    break
        return self._judged(flaw, seq, sentence)

    def agrees(self, head: Head) -> bool:
        """Tell whether the log so far ends as ``head`` says."""
        if head.hash == self._hash and head.root == self._tree.root():
            self._agreed = head
            return True
        return False

    def cut(self, head: Head) -> Judgement:
        """Return that the log is shorter than it was."""
        lost = head.entries - self.size
        gone = "entry is" if lost == 1 else f"{lost} entries are"
        return self._judged(
            Flaw.CUT,
            self.size + 1,
            f"The tail is cut: {head.name} counts {head.entries} entries, but the log ends with entry {self.size}; "
            f"the last {gone} gone.",
        )

    def rewritten(self, head: Head) -> Judgement:
        """Return that the log is another one than it was."""
        since = self._agreed.entries + 1 if self._agreed else 1
        where = f"entry {since}" if since == head.entries else f"one of the entries {since} to {head.entries}"
        return self._judged(
            Flaw.REWRITTEN,
            since,
            f"The log was rewritten with a new chain: {head.name} does not agree with it. The chain fits together, but "
            f"{where} is not what was signed.",
        )

    def whole(self, heads: Sequence[Head]) -> Judgement:
        """Return that nothing is wrong."""
        remarks: tuple[str, ...] = ()
        if self._backwards:
            remarks = (
                f"The time goes back by more than a second at {self._backwards} entries: look at the clocks.",
            )
        known = [head for head in heads if head.entries]
        agreed = f" It agrees with {known[-1].name}." if known else ""
        return self._judged(
            None,
            None,
            f"{self.size} entries, without gaps; each follows from the one before.{agreed}",
            remarks,
        )

    def _judged(
        self, flaw: Flaw | None, seq: int | None, sentence: str, remarks: tuple[str, ...] = ()
    ) -> Judgement:
        root = self._tree.root() if self.size else EMPTY
        return Judgement(self.size, self._hash, root, flaw, seq, sentence, remarks)


def _number_in(entry: str) -> int | None:
    """Return the number that the content of an entry gives itself."""
    try:
        return int(json.loads(entry)["seq"])
    except (ValueError, KeyError, TypeError):
        return None
