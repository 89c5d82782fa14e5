"""Which configuration was used: a hash over the content of every file, whatever its layout and comments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any


def canonical_text(data: Mapping[str, Any]) -> str:
    """YAML content as JSON with sorted keys: the same for files that differ in order, spacing or comments only."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_encode)


def hash_configuration(content: Mapping[str, str]) -> str:
    """SHA-256 over named texts, independent of their order.

    Args:
        content: name (such as `site`) → canonical text.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name in sorted(content):
        for text in (name, content[name]):
            encoded = text.encode("utf-8")
            digest.update(len(encoded).to_bytes(8, "little"))
            digest.update(encoded)
    return digest.hexdigest()


def _encode(value: object) -> str:
    """Dates as ISO 8601."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical text")
