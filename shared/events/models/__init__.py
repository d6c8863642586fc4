"""What was held and what is to be held: events with their attendance, meetings, minutes, hours of study."""

from shared.events.models.event import Attendance as Attendance
from shared.events.models.event import Correction as Correction
from shared.events.models.event import Event as Event
from shared.events.models.event import EventFile as EventFile
from shared.events.models.meeting import Invitation as Invitation
from shared.events.models.meeting import Meeting as Meeting
from shared.events.models.meeting import Series as Series
from shared.events.models.minutes import Guest as Guest
from shared.events.models.minutes import JointOffer as JointOffer
from shared.events.models.minutes import Minutes as Minutes
from shared.events.models.minutes import Resolution as Resolution
from shared.events.models.minutes import Vote as Vote
from shared.events.models.study import StudyHours as StudyHours
