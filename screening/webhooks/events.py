"""What a subscriber is told, as a CloudEvent 1.0 in the structured JSON form."""

from __future__ import annotations

import json
from typing import Final

from screening.store import Delivery, time_text

MEDIA_TYPE: Final = "application/cloudevents+json; charset=utf-8"
TYPE_PREFIX: Final = "screening."


def cloud_event(delivery: Delivery, source: str) -> bytes:
    """The event of a delivery. Sent again it has the same bytes, and its `id` says that it is the same.

    `source` (a URI reference) names this service; `data` stands in it byte for byte as it was recorded.
    """
    head = {
        "specversion": "1.0",
        "id": delivery.id,
        "source": source,
        "type": TYPE_PREFIX + delivery.event,
        "subject": delivery.subject,
        "time": time_text(delivery.at),
        "datacontenttype": "application/json",
    }
    return json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "data": ' + delivery.data + b"}"
