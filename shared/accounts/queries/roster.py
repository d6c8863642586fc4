"""The tables of the roster and the tree that accounts reads, column by column."""

from typing import cast

from sqlalchemy import Table

from shared.members.models import Membership, Person, PersonTerm, Post
from shared.organisations.models import Unit

PERSON = cast(Table, Person.__table__)
PERSON_TERM = cast(Table, PersonTerm.__table__)
MEMBERSHIP = cast(Table, Membership.__table__)
POST = cast(Table, Post.__table__)
UNIT = cast(Table, Unit.__table__)
