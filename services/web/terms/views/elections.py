"""Recording an election or a by-election on one filled form."""

import secrets

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from services.web.edge import actor, requires
from services.web.fields import show_problem
from services.web.terms.forms import (
    ByElectionForm,
    Committee,
    ElectionForm,
    committee_codes,
    person_named,
    proposed_committee,
    sent_committee,
)
from services.web.terms.views.listing import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.db import db, transaction
from shared.duties.actions.terms.dates import regular_end, rule_for
from shared.duties.actions.terms.elections import by_election as fill_office
from shared.duties.actions.terms.elections import renew as record_election
from shared.duties.queries.terms import electorate, living_tenure, offered_names, seated
from shared.errors import Conflict, Invalid
from shared.events.queries import last_event
from shared.i18n import _
from shared.members.models import Person
from shared.members.posts import post_name
from shared.organisations.models import Unit
from shared.reminders.actions.handover import tell


def _unit(unit_id: int, *, lock: bool = False) -> Unit:
    return fetch(Unit, unit_id, actor=actor(), may=Permission.MEMBER_EDIT, lock=lock)


def _page(
    form: ElectionForm, unit: Unit, committee: Committee, *, said: str = "", status: int = 200
) -> tuple[str, int]:
    on = today()
    rule = rule_for(unit, on)
    return (
        render_template(
            "terms/renew.html",
            form=form,
            unit=unit,
            lines=committee.with_spare(),
            committee_said=said,
            codes=committee_codes(unit),
            offered=offered_names(unit),
            rule=rule,
            regular=regular_end(rule, form.held_on.data or on),
            tenure=living_tenure(unit.id),
        ),
        status,
    )


@blueprint.get("/units/<int:unit_id>/election")
@requires(Permission.MEMBER_EDIT)
def renew_form(unit_id: int) -> tuple[str, int]:
    """The form comes filled: today, the next number, everybody due present, the present committee."""
    unit = _unit(unit_id)
    on = today()
    tenure = living_tenure(unit.id)
    last = last_event(unit.id, "term_election") or last_event(unit.id)
    voters = electorate(unit, on)
    form = ElectionForm(
        formdata=None,
        data={
            "held_on": on,
            "number": tenure.number + 1 if tenure is not None and tenure.number else None,
            "body": "members" if voters < 500 else "delegates",
            "due_count": voters,
            "present_count": voters,
            "place": last.place if last is not None else "",
            "form_key": secrets.token_hex(12),
        },
    )
    return _page(form, unit, proposed_committee(unit, seated(unit.id), voters))


@blueprint.post("/units/<int:unit_id>/election")
@requires(Permission.MEMBER_EDIT)
def renew(unit_id: int) -> Response | tuple[str, int]:
    unit = _unit(unit_id, lock=True)
    form = ElectionForm()
    committee = sent_committee(unit)
    valid = form.validate_on_submit()
    if not valid or committee.wrong:
        return _page(form, unit, committee, status=422)
    try:
        with transaction():
            done = record_election(
                actor(),
                unit=unit,
                election=form.election(committee),
                form_key=f"election:{form.form_key.data}",
            )
            for offered in done.handovers:
                tell(actor(), offered, person_id=offered.to_person_id, what="offered")
            passed = len(done.handovers)
    except Invalid as problem:
        db.session.rollback()
        said = str(problem.fields.get("committee", ""))
        show_problem(form, problem)
        return _page(form, _unit(unit_id), committee, said=said, status=422)
    if done.fresh:
        _say(done.given, done.ended, passed)
    else:
        flash(_("This election is recorded already."), "run")
    return redirect(url_for("terms.show", unit_id=unit_id), 303)


def _say(given: int, ended: int, passed: int) -> None:
    more = [_("%(given)s offices given, %(ended)s ended.", given=given, ended=ended)]
    if passed:
        more.append(_("The new holder finds the hand-over on the first page."))
    flash({"title": _("The election is recorded"), "text": "".join(more)}, "ok")  # type: ignore[arg-type]


def _by_page(form: ByElectionForm, unit: Unit, *, status: int = 200) -> tuple[str, int]:
    return (
        render_template("terms/by_election.html", form=form, unit=unit, offered=offered_names(unit)),
        status,
    )


@blueprint.get("/units/<int:unit_id>/by-election")
@requires(Permission.MEMBER_EDIT)
def by_election_form(unit_id: int) -> tuple[str, int]:
    unit = _unit(unit_id)
    form = ByElectionForm(formdata=None, data={"on": today()})
    form.offer(unit)
    return _by_page(form, unit)


@blueprint.post("/units/<int:unit_id>/by-election")
@requires(Permission.MEMBER_EDIT)
def by_election(unit_id: int) -> Response | tuple[str, int]:
    unit = _unit(unit_id, lock=True)
    form = ByElectionForm()
    form.offer(unit)
    if not form.validate_on_submit():
        return _by_page(form, unit, status=422)
    try:
        with transaction():
            person = fetch(
                Person,
                person_named(unit, form.name.data or ""),
                actor=actor(),
                may=Permission.MEMBER_EDIT,
            )
            post, offered = fill_office(
                actor(),
                unit=unit,
                person=person,
                code=form.code.data,
                basis=form.basis.data,
                on=form.on.data or today(),
                document=form.document.data or "",
            )
            if offered is not None:
                tell(actor(), offered, person_id=offered.to_person_id, what="offered")
            said = _("%(name)s is now %(post)s", name=person.name, post=post_name(post.code))
    except Invalid as problem:
        db.session.rollback()
        if "since" in problem.fields:
            problem.fields["on"] = problem.fields.pop("since")
        show_problem(form, problem)
        return _by_page(form, _unit(unit_id), status=422)
    except Conflict as problem:
        db.session.rollback()
        form.form_errors.append(str(problem))
        return _by_page(form, _unit(unit_id), status=409)
    flash(said, "ok")
    return redirect(url_for("terms.show", unit_id=unit_id), 303)
