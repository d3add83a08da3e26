-- What lies in the area of whoever asks: its code begins with theirs. A door names it for each of its transactions;
-- where nobody did, nothing is theirs. Two comparisons, because an index serves them whatever the area turns out to be:
-- a colon follows all digits.
create function of_caller(area text) returns boolean stable parallel safe language sql
    as $$
        select area ~>=~ nullif(current_setting('fengqiao.area', true), '')
            and area ~<~ (nullif(current_setting('fengqiao.area', true), '') || ':')
    $$;
-- What lies around their area: the codes theirs begins with.
create function around_caller(area text) returns boolean stable parallel safe language sql
    as $$ select starts_with(nullif(current_setting('fengqiao.area', true), ''), area) $$;
