import time
from sqlalchemy import text
from shared.db import db, transaction
from shared.tenancy import tenant
from shared.reminders.actions.digest import remind_due
from shared.reminders.queries.press import press_preview, press_ids
from shared.reminders.actions.press import press
from shared.duties.queries import DueFilter
from shared.access.actor import Actor, Grant
from tests.factories.due_items import due_items

def test_big(app, world):
    side = world.organ
    due_items(app, side, [side.branch], __import__("datetime").date(2026, 6, 1))
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            db.session.execute(text("insert into unit (parent_id, path, kind, line, name, duties_since) select :m, u.path || lpad((1000000+g)::text,10,'0')||'.', 'party_branch','party','n'||g,'2026-01-01' from generate_series(1,5000) g, unit u where u.id=:m"), {"m": side.middle})
            db.session.execute(text("insert into person (name, email) select 'p'||g, 'p'||g||'@x.test' from generate_series(1,5000) g"))
            db.session.execute(text("insert into role_grant (person_id, role, unit_id, since) select p.id,'secretary',u.id,'2026-01-01' from (select id, row_number() over (order by id) n from person where name like 'p%@%' or email like 'p%@x.test') p join (select id, row_number() over (order by id) n from unit where name like 'n%') u using (n)"))
            db.session.execute(text("insert into due_item (rule_id, unit_id, kind, year, period, opens_on, due_on) select r.id, u.id, 'theme_day', 2026, '2026-'||lpad(m::text,2,'0'), make_date(2026,m,1), make_date(2026,m,28) from duty_rule r, unit u, generate_series(1,4) m where u.name like 'n%'"))
        db.session.remove()
        for i in range(3):
            t=time.perf_counter()
            with transaction(): print(remind_due())
            print("plan+bundle", time.perf_counter()-t)
        actor = Actor(name="x", tenant_id=side.tenant_id, person_id=side["admin"].person_id, grants=(Grant("admin"),))
        f = DueFilter(2026)
        t=time.perf_counter(); print(press_preview(actor, f)); print("preview", time.perf_counter()-t)
        db.session.rollback()
        from services.worker.messages import send_batch
        t=time.perf_counter(); n=0
        for i in range(12): n+=send_batch()
        print("sent", n, time.perf_counter()-t)
        db.session.rollback()
        import shared.reminders.actions.press as pm
        pm.AT_ONCE = 10**9
        t=time.perf_counter()
        with transaction(): print(press(actor, given=f, form_key="k"))
        print("press", time.perf_counter()-t)
        db.session.remove()
