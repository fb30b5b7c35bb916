--% if has.version
SELECT latest_version::text AS version FROM ir_module_module WHERE name = 'base'
--% else
SELECT NULL::text AS version
--% endif
