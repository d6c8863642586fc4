import cProfile,pstats,time
from shared.access.actor import SYSTEM
from shared.db import db, transaction
from shared.tenancy import tenant
from shared.imports.actions.upload import upload
from services.worker.jobs import run
from tests.factories.rosters import roster
def test_prof(app, world):
    t=world.organ.tenant_id
    data=roster(20000,units=400)
    with app.app_context(), tenant(t):
        with transaction():
            b=upload(SYSTEM,data=data,name="r.xlsx",form_key="a"); j=b.job_id
        db.session.remove()
    pr=cProfile.Profile(); a=time.time(); pr.enable()
    run(tenant_id=t,job_id=j)
    pr.disable(); print("T",time.time()-a)
    pstats.Stats(pr).sort_stats("tottime").print_stats(38)
