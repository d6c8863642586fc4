"""What is done with people: enter and change, begin and end memberships and posts, look at a hidden number."""

from shared.members.actions.belonging import change_status, end_membership, move_member
from shared.members.actions.people import add_person, change_contact, reveal, set_terms
from shared.members.actions.posts import end_post, give_post

__all__ = [
    "add_person",
    "change_contact",
    "change_status",
    "end_membership",
    "end_post",
    "give_post",
    "move_member",
    "reveal",
    "set_terms",
]
