-- What somebody has to work on and whose deadline was missed is said again and again, until it is done. Until now its
-- clock had ended with the first time. Since when that ran was not always kept: then since the step before was done.
update incident i
set state = (
    i.state::jsonb || jsonb_build_object('clock_from', coalesce(
        case i.status when 'accepted' then i.state::jsonb -> 'accepted_at' end,
        nullif(i.state::jsonb -> 'opened_at', 'null'), i.state::jsonb -> 'reported_at'
    ))
)::text
where live and i.state::json ->> 'due_at' is null and i.state::json ->> 'clock_from' is null
    and (i.state::json ->> 'backfill')::boolean is not true;

-- They get a row, and it is said of them at once.
insert into deadline (incident_id, step, due_at, try_at)
    select incident_id, 'alarm', (state::json ->> 'clock_from')::timestamptz, now()
    from incident
    where live and state::json ->> 'due_at' is null and (state::json ->> 'backfill')::boolean is not true
        and state::json ->> 'suspended_at' is null and state::json -> 'ties' ->> 'lead' is null
    on conflict (incident_id) do nothing;
