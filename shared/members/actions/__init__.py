"""What is done with people: enter, correct and change, begin and end memberships, stays and posts, look at a number."""

from shared.members.actions.belonging import change_relation, change_status, end_membership, move_member
from shared.members.actions.correcting import correct_person
from shared.members.actions.entering import add_person, take_in
from shared.members.actions.mobile import end_stay, note_contact, register_stay
from shared.members.actions.people import change_contact, set_terms
from shared.members.actions.posts import end_post, give_post
from shared.members.actions.registering import Register, change_register
from shared.members.actions.revealing import reveal

__all__ = [
    "Register",
    "add_person",
    "change_contact",
    "change_register",
    "change_relation",
    "change_status",
    "correct_person",
    "end_membership",
    "end_post",
    "end_stay",
    "give_post",
    "move_member",
    "note_contact",
    "register_stay",
    "reveal",
    "set_terms",
    "take_in",
]
