-- A cell has a number, so that what is locked, written and published need be found by its five names only once, and its
-- counts are kept as they were written: json is cheaper to store than jsonb, and is taken apart only by who asks for
-- figures. Rows are written once; indexes are built and constraints are named when the table has its name.
create table cell_after (
    id bigint,
    version bigint,
    tier text,
    area text,
    day text,
    category text,
    channel text,
    counts json
-- room for a new version of each row on its page, so that counting touches no index
) with (fillfactor = 50);
insert into cell_after
select row_number() over (), version, tier, area, day, category, channel, counts::json from cell;

-- This tier's cells whose present counts have not been published, as of the version that is to be.
-- A table of its own: a flag on the cell would rewrite the whole cell, and an index, whenever it changes.
create table unpublished (
    cell bigint primary key,
    version bigint not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
insert into unpublished
select cell_after.id, cell_after.version
from cell_after join cell using (area, day, category, channel, tier) where cell.unpublished;

drop table cell;
alter table cell_after rename to cell;
alter table cell
    add primary key (id),
    add unique (area, day, category, channel, tier),
    alter version set not null,
    alter tier set not null,
    alter area set not null,
    alter day set not null,
    alter category set not null,
    alter channel set not null,
    alter counts set not null;
alter table cell alter id add generated always as identity;
select setval('cell_id_seq', count(*) + 1, false) from cell;
analyze cell;

alter table total alter column counts type json using counts::json;
