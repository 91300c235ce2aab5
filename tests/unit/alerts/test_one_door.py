"""Every mail leaves by one door: `finish`, which no name, subject or council gets round."""

from __future__ import annotations

from pathlib import Path

import monitor

_MAKES = ("EmailMessage(", "MIMEText(", "MIMEMultipart(", "MIMEBase(")
_DOOR = "alerts/message.py"


def test_no_other_module_makes_a_message() -> None:
    """So that what is shown of `finish` for any words holds for each kind of mail."""
    home = Path(monitor.__file__).parent
    makers = {
        path.relative_to(home).as_posix()
        for path in home.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in _MAKES)
    }
    # The demo's people write with programmes of their own.
    assert makers - {"demo/telephone.py"} == {_DOOR}
