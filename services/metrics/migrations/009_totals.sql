-- A total changes with nearly every batch. Where the moment of that is in an index, each change writes both indexes of the
-- table anew instead of none. The few rows there are, one for each area and tier, are sooner read whole by whoever looks
-- for what changed, and always were.
drop index total_changed;
