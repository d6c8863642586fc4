"""Organisational life by person: leaders in their own branch, lectures, talks, political birthdays."""

from shared.events.queries.life.birthdays import (
    Birthday,
    BirthdayFilter,
    BirthdayPage,
    birthday_counts,
    birthdays_page,
)
from shared.events.queries.life.leaders import (
    LeaderPage,
    LeaderRow,
    LifeEvent,
    leaders_page,
    own_life,
)
from shared.events.queries.life.lectures import Lecture, LecturerPage, LecturerRow, Quota, lecturers_page
from shared.events.queries.life.scope import LifeFilter
from shared.events.queries.life.talks import BRANCHES, TalkBoard, TalkRow, talk_board, talks_page

__all__ = [
    "BRANCHES",
    "Birthday",
    "BirthdayFilter",
    "BirthdayPage",
    "LeaderPage",
    "LeaderRow",
    "Lecture",
    "LecturerPage",
    "LecturerRow",
    "LifeEvent",
    "LifeFilter",
    "Quota",
    "TalkBoard",
    "TalkRow",
    "birthday_counts",
    "birthdays_page",
    "leaders_page",
    "lecturers_page",
    "own_life",
    "talk_board",
    "talks_page",
]
