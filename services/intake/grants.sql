-- What intake's door does: it takes reports, activities, batches and declarations, and says what became of them. What is
-- personal it puts into the vault and never reads there; the keys it may see open what a request that comes again told.
grant select, insert on report, activity, offer, eligible, item, data_key to "door";
grant select, insert, update (lines) on batch to "door";
grant select on link, timeline, erasure to "door";
grant insert on comparable to "door";
grant insert (incident_id, fields, sealed) on vault to "door";
grant execute on function taken_numbers, compared_with to "door";
