-- The id first: it tells rows apart at once, the source hardly does.
alter table submission drop constraint submission_pkey;
alter table submission add primary key (id, source);

-- Not unique any more: the guard of each stream already lets every event in once, and this index is a third of the size.
alter table timeline drop constraint timeline_pkey;
create index timeline_incident on timeline (incident_id);
