-- Whose case an incident is, and whether it is listed: a row for the few that are led, so that ordinary ones cost nothing.
create table supervised (
    incident_id text primary key,
    leader text not null,
    listed boolean not null
);
create index supervised_leader on supervised (leader);
create index supervised_listed on supervised (incident_id) where listed;
