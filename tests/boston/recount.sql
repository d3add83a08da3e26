-- The city's file counted again by a database, from nothing but its columns and what the mapping says in words:
-- times are Boston's own, a time that comes twice in the autumn is the first of the two, "Ward 5", "05" and "5" are the
-- same ward, a ward counts only within a neighbourhood, and a case that was closed before it was opened is refused.
create view line as
select
    CASE_ENQUIRY_ID as id,
    trim(Department) as department,
    coalesce(trim(neighborhood), '') as neighbourhood,
    nullif(regexp_extract(coalesce(ward, ''), '([0-9]+)\s*$', 1), '') :: integer as ward,
    strptime(OPEN_DT, '%m/%d/%Y %I:%M:%S %p') as opened,
    strptime(TARGET_DT, '%m/%d/%Y %I:%M:%S %p') as target,
    strptime(CLOSED_DT, '%m/%d/%Y %I:%M:%S %p') as closed,
    CASE_STATUS as status,
    OnTime_Status as said
from read_csv(getvariable('file'), header = true, all_varchar = true);

create macro moment(wall) as least(
    wall at time zone 'America/New_York',
    (wall - interval 1 hour) at time zone 'America/New_York' + interval 1 hour
);

create table case_of_the_city as
select
    id, department, neighbourhood, status, said, opened, target, closed,
    case when neighbourhood = '' then null else ward end as ward,
    closed < opened as refused,
    epoch(moment(closed)) :: bigint - epoch(moment(opened)) :: bigint as seconds
from line;

-- A case is received in the month it was opened, and everything else is counted in the month it was closed.
create view figure as
select department, neighbourhood, ward, strftime(opened, '%Y-%m') as month, 'received' as measure
from case_of_the_city where refused is not true
union all
select department, neighbourhood, ward, strftime(closed, '%Y-%m'), unnest(
    ['resolved']
    || case when target is not null then ['with_target'] else [] end
    || case when moment(closed) <= moment(target) then ['on_time'] else [] end
)
from case_of_the_city where closed is not null and refused is not true;

create view duration as
select neighbourhood, ward, strftime(closed, '%Y-%m') as month, seconds
from case_of_the_city where closed is not null and refused is not true;
