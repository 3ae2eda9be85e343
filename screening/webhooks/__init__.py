"""Telling other systems what happened: CloudEvents 1.0, signed after Standard Webhooks, each told at least once."""

from screening.webhooks.events import cloud_event
from screening.webhooks.sender import Sender
from screening.webhooks.settings import WebhookSettings, WebhookSettingsError, read_webhook_settings
from screening.webhooks.signing import new_secret, signature
from screening.webhooks.targets import Target, TargetError, read_target

__all__ = [
    "Sender",
    "Target",
    "TargetError",
    "WebhookSettings",
    "WebhookSettingsError",
    "cloud_event",
    "new_secret",
    "read_target",
    "read_webhook_settings",
    "signature",
]
