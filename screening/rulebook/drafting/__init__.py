"""From the words of a published clause to a proposed condition: deterministic, without a network, for a person to accept.

A proposal only narrows whom a clause asks, and only by words it has read. What was not read widens it.
"""
