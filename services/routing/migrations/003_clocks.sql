-- Deadlines that were counted through a year whose holidays are not known yet: counted again when they are.
alter table deadline add column provisional boolean not null default false;
create index deadline_provisional on deadline (incident_id) where provisional;
