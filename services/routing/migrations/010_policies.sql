-- The policy versions this tier has started with: no incident here goes by any other, so that a start needs to look among
-- the open ones only when one of these is gone.
create table policy_seen (
    version text primary key
);
insert into policy_seen select distinct state::json ->> 'policy' from incident where live;
