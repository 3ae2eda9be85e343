"""Proof that an entry belongs to the chain that ends at a head: the entries on the way back to it, each held by hash.

From the head the way takes the skip link where that does not pass the entry, and otherwise the link to the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from screening.audit.chain import Entry, Head
from screening.audit.digests import Algorithm


def way_back(head: int, seq: int) -> tuple[int, ...]:
    """The numbers of the entries from `head` back to `seq`, both included. Raises ValueError where seq is past the head."""
    if not 0 <= seq <= head:
        raise ValueError(f"entry {seq} is not before {head}")
    found = [head]
    while found[-1] != seq:
        here = found[-1]
        far = here & (here - 1)
        found.append(far if far >= seq else here - 1)
    return tuple(found)


def prove(head: int, seq: int, entry_of: Callable[[int], Entry]) -> tuple[Entry, ...]:
    """The entries that lead from the head back to entry `seq`."""
    return tuple(entry_of(number) for number in way_back(head, seq))


def verify_proof(algorithm: Algorithm, head: Head, seq: int, proof: Sequence[Entry]) -> str:
    """Why `proof` does not lead from the head back to entry `seq`; empty where it does."""
    if head.seq < seq:
        return f"the head {head.seq} is before entry {seq}"
    if tuple(entry.seq for entry in proof) != way_back(head.seq, seq):
        return f"the proof does not go from entry {head.seq} back to entry {seq}"
    expected = head.hash
    for entry, after in zip(proof, (*(one.seq for one in proof[1:]), None), strict=True):
        if entry.hash(algorithm) != expected:
            return f"entry {entry.seq} of the proof is not the one whose hash is held"
        if after is not None:
            # For an odd number both links lead to the same entry, and both must say so.
            links = [
                link
                for number, link in ((entry.seq - 1, entry.prev), (entry.seq & (entry.seq - 1), entry.skip))
                if number == after
            ]
            if len(set(links)) != 1:
                return f"entry {entry.seq} of the proof holds two hashes of entry {after}"
            expected = links[0]
    return ""
