-- Columns of a batch as one text each, see messaging/columns.py.
create function texts(joined text) returns text[] immutable parallel safe language sql
    as $$ select (string_to_array(joined, e'\x1f'))[2:] $$;
create function numbers(joined text) returns bigint[] immutable parallel safe language sql
    as $$ select string_to_array(joined, ',')::bigint[] $$;
