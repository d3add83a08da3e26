-- Run once by the image, on an empty disk. Each service of each tier has a role and a database, as elsewhere, and its HTTP
-- door a role that owns nothing.
\getenv password POSTGRES_PASSWORD
\getenv doors DOORS_PASSWORD
select format('create role %I login password %L', service || '_' || tier, :'password')
from unnest(array['intake', 'routing', 'followup', 'metrics']) as service,
    unnest(array['county', 'town', 'village']) as tier
\gexec
select format('create database %I owner %I', service || '_' || tier, service || '_' || tier)
from unnest(array['intake', 'routing', 'followup', 'metrics']) as service,
    unnest(array['county', 'town', 'village']) as tier
\gexec
select format('create role %I login noinherit password %L', service || '_' || tier || '_door', :'doors')
from unnest(array['intake', 'routing', 'followup', 'metrics']) as service,
    unnest(array['county', 'town', 'village']) as tier
\gexec
