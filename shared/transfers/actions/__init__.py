"""What is done with transfers: send, answer, take back, letters, publication, the sweep between two tenants."""

from shared.transfers.actions.answer import accept, note_number, refuse, withdraw
from shared.transfers.actions.letters import issue, note_receipt, reissue
from shared.transfers.actions.post import Post, carry_post
from shared.transfers.actions.receivers import publish
from shared.transfers.actions.send import Particulars, send_inside, send_outside, send_to_tenant

__all__ = [
    "Particulars",
    "Post",
    "accept",
    "carry_post",
    "issue",
    "note_number",
    "note_receipt",
    "publish",
    "refuse",
    "reissue",
    "send_inside",
    "send_outside",
    "send_to_tenant",
    "withdraw",
]
