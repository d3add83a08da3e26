-- What may be a duplicate and waits for a person to look at it.
alter table incident add column proposed boolean not null default false;
create index incident_proposed on incident (reported_at desc, incident_id desc) where proposed;
