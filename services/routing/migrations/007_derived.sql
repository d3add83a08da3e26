-- Which incident another one derives from: a row for the few that do.
create table derived (
    incident_id text primary key,
    origin text not null
);
create index derived_origin on derived (origin);
