"""What the rules ask of the units of a year, as SQL that planning writes by and a preview only counts by.

WANTED holds `scope` (the units) and `wanted`: unit, kind, period, ordinal, window, rule, and the exempt period that
spares it. CHANGES compares them with what stands, as `changes`. A statement is WANTED (or that of the terms), CHANGES
and what is made of them.
"""

#: Wanted are rows of (unit, kind, period, ordinal). A tenant's own version of a rule takes the pack's place from the
#: first period that begins on or after its valid_from; of two rules for one kind the tenant's, then the more frequent
#: wins. What falls due in an exempt period of the unit is spared by it.
WANTED = """
    with asked as (
        select distinct on (rule.kind, unit_kind, sector, period.label, ordinal)
            rule.id as rule_id, rule.kind, unit_kind, sector, period.label as period, ordinal,
            span.opens_on, span.due_on
        from duty_rule as rule
        join unnest(
            cast(:cadences as text[]), cast(:labels as text[]), cast(:firsts as date[]), cast(:lasts as date[])
        ) as period (cadence, label, first, last) on period.cadence = rule.cadence
        cross join lateral (
            select
                case when rule.cadence = 'year' and rule.from_month is not null
                    then make_date(:year, rule.from_month, 1) else period.first end as opens_on,
                (case when rule.cadence = 'year' and rule.to_month is not null
                    then (make_date(:year, rule.to_month, 1)
                        + case when rule.to_month < rule.from_month then interval '13 months'
                            else interval '1 month' end - interval '1 day')::date
                    else period.last end) - rule.early_days as due_on
        ) as span
        cross join unnest(rule.unit_kinds) as unit_kind
        cross join unnest(coalesce(rule.sectors, cast(:sectors as text[]))) as sector
        cross join generate_series(1, rule.times) as ordinal
        where rule.enabled
            and (cast(:kinds as text[]) is null or rule.kind = any(cast(:kinds as text[])))
            and rule.valid_from <= period.first
            and (rule.valid_to is null or rule.valid_to >= period.first)
            and (rule.starts_on is null or rule.starts_on <= span.due_on)
            and not (rule.origin = 'pack' and exists (
                select from duty_rule as own
                where own.key = rule.key and own.origin = 'tenant' and own.enabled
                    and own.valid_from <= period.first and (own.valid_to is null or own.valid_to >= period.first)))
        order by rule.kind, unit_kind, sector, period.label, ordinal, rule.origin desc, rule.times desc, rule.id
    ), scope as (
        select unit.id, unit.kind, unit.sector, unit.state, unit.duties_since, unit.term_ends_on,
            exists (select from exemption where exemption.unit_id = unit.id) as spared
        from unit
        where (cast(:unit_ids as bigint[]) is null or unit.id = any(cast(:unit_ids as bigint[])))
            and (cast(:path as text) is null or starts_with(unit.path, cast(:path as text)))
    ), wanted as materialized (
        select scope.id as unit_id, asked.rule_id, asked.kind, asked.period, asked.ordinal, asked.opens_on,
            asked.due_on, cast(:year as int) as year, spared.id as exemption_id, spared.reason as spared_for
        from asked join scope on scope.kind = asked.unit_kind and scope.sector = asked.sector
        left join lateral (
            select exemption.id, exemption.reason from exemption
            where scope.spared and exemption.unit_id = scope.id
                and asked.due_on between exemption.since and exemption.spares_until
                and (exemption.kinds is null or asked.kind = any(exemption.kinds))
            order by exemption.since, exemption.id limit 1
        ) as spared on true
        where scope.state = 'active' and scope.duties_since <= asked.due_on
    )
    """

#: Only what is open, or spared by an exempt period, is changed: what is done, or exempt for another reason, never is. A
#: returned record is mended, and never spared. `what`: come, spared (it comes or stands, but an exempt period spares
#: it), moved (its window changes), same (the same window by another rule), gone.
CHANGES = """
    , changes as (
        select item.id as item_id,
            case when aim.exemption_id is not null and item.exemption_id is distinct from aim.exemption_id then 'spared'
                when item.id is null or item.state = 'withdrawn' or item.exemption_id is distinct from aim.exemption_id
                    then 'come'
                when (item.opens_on, item.due_on) = (wanted.opens_on, wanted.due_on) then 'same'
                else 'moved' end as what,
            wanted.rule_id, wanted.unit_id, wanted.kind, wanted.year, wanted.period, wanted.ordinal, wanted.opens_on,
            wanted.due_on, item.due_on as was, aim.exemption_id, aim.reason
        from wanted
        left join due_item as item on item.unit_id = wanted.unit_id and item.kind = wanted.kind
            and item.period = wanted.period and item.ordinal = wanted.ordinal
        cross join lateral (
            select case when item.returned_event_id is null then wanted.exemption_id end as exemption_id,
                case when item.returned_event_id is null then wanted.spared_for else item.reason end as reason
        ) as aim
        where item.id is null or item.state = 'withdrawn'
            or ((item.state = 'open' or (item.state = 'exempt' and item.exemption_id is not null))
                and (item.rule_id, item.opens_on, item.due_on, item.exemption_id)
                    is distinct from (wanted.rule_id, wanted.opens_on, wanted.due_on, aim.exemption_id))
        union all
        select item.id, 'gone', item.rule_id, item.unit_id, item.kind, item.year, item.period, item.ordinal,
            item.opens_on, null, item.due_on, null,
            case when scope.state = 'dissolved' then 'dissolved' else 'not_asked' end
        from scope join due_item as item on item.unit_id = scope.id
        where (item.state = 'open' or (item.state = 'exempt' and item.exemption_id is not null))
            and (cast(:year as int) is null or item.year = :year)
            and (cast(:kinds as text[]) is null or item.kind = any(cast(:kinds as text[])))
            and not item.kind = any(cast(:term_kinds as text[]))
            and item.followed_from is null
            and not exists (
                select from wanted
                where wanted.unit_id = item.unit_id and wanted.kind = item.kind
                    and wanted.period = item.period and wanted.ordinal = item.ordinal)
    )
    """

#: All parts see the table as it was before, so a row just added is neither mended nor gone.
WRITE = """
    , added as (
        insert into due_item
            (rule_id, unit_id, kind, year, period, ordinal, opens_on, due_on, state, reason, exemption_id)
        select rule_id, unit_id, kind, year, period, ordinal, opens_on, due_on,
            case when exemption_id is null then 'open' else 'exempt' end, reason, exemption_id
        from changes where item_id is null
        on conflict (tenant_id, unit_id, kind, period, ordinal) do nothing
        returning 1
    ), mended as (
        update due_item as item
        set state = case when changes.exemption_id is null then 'open' else 'exempt' end, reason = changes.reason,
            exemption_id = changes.exemption_id, rule_id = changes.rule_id, opens_on = changes.opens_on,
            due_on = changes.due_on, planned_at = :at
        from changes where item.id = changes.item_id and changes.what <> 'gone'
        returning 1
    ), gone as (
        update due_item as item
        set state = 'withdrawn', planned_at = :at, exemption_id = null, reason = changes.reason
        from changes where item.id = changes.item_id and changes.what = 'gone'
        returning 1
    )
    select (select count(*) from added) as added, (select count(*) from mended) as mended,
        (select count(*) from gone) as gone
    """
