-- What every door does with the tables of delivery, which belong to no area: it keeps its answers under the names that
-- callers gave their requests, numbers what it decided, and puts it into the queue. It reads no event of anybody.
grant select, insert on answered to "door";
grant select, insert, update (last_seq) on sequence to "door";
grant insert on outbox to "door";
grant select, insert on unsent to "door";
grant usage on sequence unsent_id_seq to "door";
