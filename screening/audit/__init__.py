"""The audit chain: append-only entries linked by their hashes, how they are verified and proved, and receipts.

Pure: no clock, no disk, no database. Built on canonical JSON alone.
"""

from screening.audit.chain import GENESIS, Chain, Entry, Head
from screening.audit.digests import Algorithm, digest
from screening.audit.proof import prove, verify_proof
from screening.audit.verify import Fault, FaultKind, Verification, verify_lines

__all__ = [
    "GENESIS",
    "Algorithm",
    "Chain",
    "Entry",
    "Fault",
    "FaultKind",
    "Head",
    "Verification",
    "digest",
    "prove",
    "verify_lines",
    "verify_proof",
]
