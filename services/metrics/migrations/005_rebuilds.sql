-- Every rebuild that has corrected something: how many events it counted, how many figures differed, and the digest of
-- what stood afterwards. The number lets one of two rebuilds that ran at once change nothing.
create table rebuild (
    number int primary key,
    at timestamptz not null default now(),
    events bigint not null,
    differing bigint not null,
    digest text not null
);
