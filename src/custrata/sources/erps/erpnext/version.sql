--% if has.version
SELECT app_version AS version FROM `tabInstalled Application` WHERE app_name = 'erpnext'
--% else
SELECT CAST(NULL AS CHAR) AS version
--% endif
