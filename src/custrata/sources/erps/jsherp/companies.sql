SELECT
  h.tenant_id AS id,
  {{ "COALESCE(t.name, h.tenant_id)" if has.tenants else "h.tenant_id" }} AS name,
  CAST(NULL AS CHAR) AS currency
FROM (SELECT DISTINCT tenant_id FROM jsh_depot_head WHERE tenant_id IS NOT NULL) h
--% if has.tenants
LEFT JOIN (SELECT tenant_id, MIN(login_name) AS name FROM jsh_tenant GROUP BY tenant_id) t ON t.tenant_id = h.tenant_id
--% endif
ORDER BY h.tenant_id
