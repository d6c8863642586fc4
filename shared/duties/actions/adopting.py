"""Rules as shipped, taken into a tenant."""

from sqlalchemy import text

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.duties.packs import EVERYBODYS

#: A shipped rule is the pack's own text: a new release may correct it; the tenant's version stands in a row of its own.
_ADOPT = text(
    """
    insert into duty_rule (key, kind, unit_kinds, sectors, cadence, times, from_month, to_month,
        years, notice_months, years_choice, postpone_months, level, source, grade, origin, valid_from, valid_to,
        enabled, starts_on)
    select shipped.key, content->>'kind',
        array(select jsonb_array_elements_text(content->'unit_kinds')),
        case when content ? 'sectors' then array(select jsonb_array_elements_text(content->'sectors')) end,
        content->>'cadence', coalesce((content->>'times')::smallint, 1),
        (content->>'from_month')::smallint, (content->>'to_month')::smallint,
        (content->>'years')::smallint,
        case when content ? 'notice_months'
            then array(select jsonb_array_elements_text(content->'notice_months')::smallint) end,
        case when content ? 'years_choice'
            then array(select jsonb_array_elements_text(content->'years_choice')::smallint) end,
        (content->>'postpone_months')::smallint,
        content->>'level', content->>'source', content->>'grade', 'pack',
        valid_from, (content->>'valid_to')::date,
        -- A newer version of a rule follows what the tenant chose of the older one; else what the pack says: a rule
        -- that is only offered comes in switched off.
        coalesce(known.enabled, (content->>'enabled')::boolean, true),
        -- A rule that is new to a tenant at work asks nothing of the time before it came.
        case when known.key is not null then known.starts_on
            when exists (select from duty_rule where origin = 'pack') then cast(:today as date) end
    from platform.rule_pack as shipped
    left join lateral (
        select duty_rule.key, duty_rule.enabled, duty_rule.starts_on from duty_rule
        where duty_rule.key = shipped.key and duty_rule.origin = 'pack'
        order by duty_rule.valid_from desc limit 1
    ) as known on true
    where pack = any(cast(:packs as text[]))
    on conflict (tenant_id, key, origin, valid_from) do update
    set kind = excluded.kind, unit_kinds = excluded.unit_kinds, sectors = excluded.sectors,
        cadence = excluded.cadence, times = excluded.times, from_month = excluded.from_month,
        to_month = excluded.to_month, years = excluded.years, notice_months = excluded.notice_months,
        years_choice = excluded.years_choice, postpone_months = excluded.postpone_months,
        level = excluded.level, source = excluded.source,
        grade = excluded.grade, valid_to = excluded.valid_to
    where (duty_rule.kind, duty_rule.unit_kinds, duty_rule.sectors, duty_rule.cadence, duty_rule.times,
        duty_rule.from_month, duty_rule.to_month, duty_rule.years, duty_rule.notice_months, duty_rule.years_choice,
        duty_rule.postpone_months, duty_rule.level, duty_rule.source, duty_rule.grade,
        duty_rule.valid_to)
        is distinct from (excluded.kind, excluded.unit_kinds, excluded.sectors, excluded.cadence, excluded.times,
        excluded.from_month, excluded.to_month, excluded.years, excluded.notice_months, excluded.years_choice,
        excluded.postpone_months, excluded.level, excluded.source, excluded.grade, excluded.valid_to)
    """
)


def adopt_pack(actor: Actor, *, pack: str) -> int:
    """Copy a shipped pack (bureau, union) and everybody's into the open tenant, or follow their newer text.

    A rule shipped as offered (`enabled = false`) comes in switched off; one that is new to a tenant which has rules
    already asks from today on. Repeating it changes nothing. Returns the number of rules that came in or changed; a
    change is planned by the next plan_year.
    """
    changed = db.session.execute(_ADOPT, {"packs": [pack, *EVERYBODYS], "today": today()})
    count: int = changed.rowcount  # type: ignore[attr-defined]
    if count:
        record(actor, verb="rule.adopt", object_type="rule_pack", detail={"pack": pack, "rules": count})
    return count
