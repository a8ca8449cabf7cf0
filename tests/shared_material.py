"""The field material kept beside a developer's checkout; a stranger's clone has none and skips what needs it."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the field material (../shared) is not part of the repository"
)
