"""One run over one channel: claim, compose, send by lines, note. At most OUTCOMES are sent and not yet noted.

While one packet is on its way, the next is claimed and composed and the one before is noted; so what is waited for is
the mail server's answer, not the database's as well.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError

from services.worker.channels import CHANNELS
from services.worker.channels.outgoing import Composed, Outgoing, Send, packed
from shared.db import db, transaction
from shared.errors import Undelivered
from shared.messages.actions import OUTCOMES, Outcome, Parcel, claim_batch, give_back, note_outcomes
from shared.settings import settings
from shared.tenancy import current_tenant

log = structlog.get_logger()

#: Claimed and composed at a time.
CLAIM = 50
#: Two packets may be unnoted at once: one that has arrived and the one on its way.
PACKET = OUTCOMES // 2
#: Channels that carry nothing (the row is the message) are noted many at a time: nothing can be doubled there.
CARRYING_NOTHING = frozenset({"in_app"})
AT_ONCE = 200
#: Connections of one worker. Their transports work by themselves, without the database.
LINES = {"email": 2}
#: Seconds that a claim is given to be sent, even when the time of the run is up.
LEAST = 1.0
#: Seconds between the tries to note while the database is away; what is in hand is known to nobody else.
PATIENCE = (0.2, 0.5, 1, 2, 4, 8, 8)

Compose = Callable[[list[Parcel]], dict[int, Composed | str]]


@dataclass(slots=True)
class Packet:
    """Some messages of one claim. `until`: when none of them may be begun any more, for the lease would not last."""

    todo: deque[tuple[Parcel, Composed, Outgoing]]
    until: float
    outcomes: list[Outcome] = field(default_factory=list)
    flights: list[Future[None]] = field(default_factory=list)

    def landed(self) -> None:
        for flight in self.flights:
            flight.result()


@dataclass(slots=True)
class Run:
    """Sends what waits by one channel until nothing does, the time is up, or the server is away."""

    channel: str
    since: datetime | None
    compose: Compose
    seconds: float
    done: int = 0
    #: There was more when the time was up.
    more: bool = False
    away: Undelivered | None = None
    #: Some had to be given back: their lease would not have lasted.
    late: bool = False

    def go(self) -> None:
        end = time.monotonic() + self.seconds
        with ExitStack() as stack:
            opened = CHANNELS[self.channel]
            lines = [stack.enter_context(opened()) for _line in range(LINES.get(self.channel, 1))]
            db.session.rollback()
            pool = (
                stack.enter_context(ThreadPoolExecutor(len(lines), "line")) if self.channel in LINES else None
            )
            flying: Packet | None = None
            try:
                for packet in self._packets(end):
                    if flying is not None:
                        flying.landed()
                    before, flying = flying, packet
                    self._start(packet, lines, pool)
                    if before is not None:
                        self._note(before)
            finally:
                if flying is not None:
                    flying.landed()
                    self._note(flying)

    def _packets(self, end: float) -> Iterator[Packet]:
        size = AT_ONCE if self.channel in CARRYING_NOTHING else PACKET
        limit = max(CLAIM, size)
        while self.away is None:
            began = time.monotonic()
            if began >= end or self.late:
                self.more = True
                return
            with transaction():
                parcels = claim_batch(channel=self.channel, limit=limit, since=self.since)
            if not parcels:
                return
            self.done += len(parcels)
            going = self._composed(parcels)
            # The second half of the lease is for the message that is just being sent. However long the composing
            # took, some of it goes out.
            until = min(began + settings().job_lease, max(end, time.monotonic() + LEAST))
            for start in range(0, len(going), size):
                yield Packet(deque(going[start : start + size]), until)
            if len(parcels) < limit:
                return

    def _composed(self, parcels: list[Parcel]) -> list[tuple[Parcel, Composed, Outgoing]]:
        """What goes out; what does not is noted with its reason."""
        composed = self.compose(parcels)
        # Reading has begun a transaction; nothing may be open while a server is spoken to.
        db.session.rollback()
        self._write(
            [
                Outcome(parcel, "suppressed", message)
                for parcel in parcels
                if isinstance(message := composed.get(parcel.id), str)
            ]
        )
        tenant_id = current_tenant()
        return [
            (parcel, message, packed(message, message_id=parcel.message_id(tenant_id), kind=parcel.kind))
            for parcel in parcels
            if isinstance(message := composed.get(parcel.id), Composed)
        ]

    def _start(self, packet: Packet, lines: list[Send], pool: ThreadPoolExecutor | None) -> None:
        if pool is None:
            self._carry(packet, lines[0])
        else:
            packet.flights = [pool.submit(self._carry, packet, line) for line in lines]

    def _carry(self, packet: Packet, send: Send) -> None:
        """One line's share of a packet; a line with nothing left to do takes what the others have not begun."""
        while time.monotonic() < packet.until:
            try:
                parcel, message, outgoing = packet.todo.popleft()
            except IndexError:
                return
            packet.outcomes.append(self._one(parcel, message, outgoing, send))

    def _one(self, parcel: Parcel, message: Composed, outgoing: Outgoing, send: Send) -> Outcome:
        try:
            if self.away is not None:
                raise self.away
            reference = send(outgoing)
        except Undelivered as error:
            if self.away is None:
                log.warning("undelivered", delivery=parcel.id, channel=parcel.channel, reason=error.reason)
            if error.away:
                # A server that is away is not asked again for each message of the run.
                self.away = error
            return Outcome(parcel, "failed", error.reason, error.permanent, away=error.away, wait=error.wait)
        except Exception as error:
            log.exception(
                "transport failed", delivery=parcel.id, channel=parcel.channel, error=type(error).__name__
            )
            return Outcome(parcel, "failed", "fault", permanent=False)
        return Outcome(
            parcel,
            "sent",
            subject=message.subject,
            body=message.text,
            reference=reference,
            page=message.link.removeprefix(settings().base_url),
        )

    def _note(self, packet: Packet) -> None:
        self.late = self.late or bool(packet.todo)
        self._write(packet.outcomes, back=[parcel for parcel, _message, _outgoing in packet.todo])

    def _write(self, outcomes: list[Outcome], back: list[Parcel] | None = None) -> None:
        """Note it, and try again while the database is away: nobody else knows what was sent."""
        if not outcomes and not back:
            return
        for pause in (*PATIENCE, None):
            try:
                with transaction():
                    note_outcomes(outcomes)
                    give_back(back or [])
                return
            except DBAPIError as error:
                db.session.rollback()
                if pause is None or not (error.connection_invalidated or _away(error)):
                    raise
                log.warning("database away", unnoted=len(outcomes))
                time.sleep(pause)


def _away(error: DBAPIError) -> bool:
    """No connection could be had, or the server is stopping or starting."""
    state = getattr(error.orig, "sqlstate", None)
    return state is None or str(state)[:3] in ("57P", "080")
