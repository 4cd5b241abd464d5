"""Named actions with a reason: who moved a record, when and why, on its page and in lists."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.utils.translation import gettext_lazy

from prisoners.models import Record
from prisoners.reading.review import steps_of

# On the page of a record; all of them are in its history.
SHOWN: Final = 5
LONGEST_REASON: Final = 1000
REASON: Final = "reason"


class WithReason(ActionForm):
    """What a list asks for beside the action: why."""

    reason = forms.CharField(label=gettext_lazy("Why:"), max_length=LONGEST_REASON, required=False)


def reason_of(posted: Any) -> str:
    """Return the reason that was typed beside an action, on one page or in a list."""
    # PostgreSQL stores no NUL; no form looks at what is typed here.
    return str(posted.get(REASON, "")).replace("\0", "").strip()[:LONGEST_REASON]


def steps_shown(record: Record) -> dict[str, Any]:
    """Return what a page shows of the steps: the last ones, and a word to the author."""
    steps = steps_of(record, SHOWN)
    back = steps[0] if steps and steps[0].is_sent_back else None
    return {"steps": steps, "sent_back": back}
