-- Every rebuild that has corrected something: how many events it counted, how many figures differed, and the digest of
-- what stood afterwards. The number lets one of two rebuilds that ran at once change nothing.
create table rebuild (
    number int primary key,
    at timestamptz not null default now(),
    events bigint not null,
    differing bigint not null,
    digest text not null
);

-- What each of them added to which cells: figures of the past never change silently.
create table rebuilt_cell (
    rebuild int not null references rebuild,
    area text not null,
    day text not null,
    category text not null,
    channel text not null,
    changes json not null,
    primary key (rebuild, area, day, category, channel)
);
