import json
from pathlib import Path
from shared.access.actor import Actor, SYSTEM
from shared.db import db, transaction
from shared.tenancy import tenant
from shared.imports.actions.upload import upload
from shared.imports.actions.commit import order_commit
from shared.imports.actions.undo import order_undo, plan_undo
from shared.imports.models import Batch, Row
from shared.imports.queries import rows_of, opened, standing
from shared.members.models import Person, Membership, Post
from shared.organisations.models import Unit
from shared.duties.models import DueItem
from shared.tenants.queries import keys
from sqlalchemy import select, func
from shared.jobs import Job
P=Path("/work/shared/samples/roster-party.xlsx")
def test_probe(app, world, work):
    t=world.organ.tenant_id
    def n(m): return db.session.scalar(select(func.count()).select_from(m))
    with app.app_context(), tenant(t):
        print("before",[n(m) for m in (Unit,Person,Membership,Post,DueItem)])
        with transaction():
            b=upload(SYSTEM,data=P.read_bytes(),name="r.xlsx",form_key="a")
            bid=b.id
        db.session.remove()
    work(t)
    with app.app_context(), tenant(t):
        b=db.session.scalars(select(Batch)).one()
        j=db.session.scalars(select(Job).order_by(Job.id.desc())).first()
        print(j.kind,j.state,j.problem,b.state,b.counts,b.problem)
        print(json.dumps(b.mapping,ensure_ascii=False)[:900])
        k=keys()
        for r in rows_of(bid):
            o=opened(r,k); print(r.sheet,r.row_no,r.verdict,o.content.get("f"),o.content.get("o"))
        print(standing(b))
        with transaction():
            order_commit(SYSTEM,b)
        db.session.remove()
    work(t)
    with app.app_context(), tenant(t):
        b=db.session.scalars(select(Batch)).one()
        j=db.session.scalars(select(Job).order_by(Job.id.desc())).first()
        print(j.kind,j.state,j.problem,j.result,b.state)
        print("after",[n(m) for m in (Unit,Person,Membership,Post,DueItem)])
        p=plan_undo(b); print(p.counts(),p.reasons())
        with transaction():
            b2=upload(SYSTEM,data=P.read_bytes(),name="r.xlsx",form_key="b")
        db.session.remove()
    work(t)
    with app.app_context(), tenant(t):
        b2=db.session.scalars(select(Batch).order_by(Batch.id.desc())).first()
        print("again",b2.state,b2.counts,b2.problem)
        b=db.session.scalars(select(Batch).order_by(Batch.id)).first()
        with transaction():
            order_undo(SYSTEM,b)
        db.session.remove()
    work(t)
    with app.app_context(), tenant(t):
        j=db.session.scalars(select(Job).order_by(Job.id.desc())).first()
        print(j.kind,j.state,j.problem,j.result)
        print("after undo",[n(m) for m in (Unit,Person,Membership,Post,DueItem)])
        db.session.remove()
