--% if has.version
SELECT MAX(series)::text AS version FROM ir_configuration
--% else
SELECT NULL::text AS version
--% endif
