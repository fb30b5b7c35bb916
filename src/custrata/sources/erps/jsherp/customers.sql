--% import "macros.sql" as m with context
-- Customers (客户) and members (会员), not suppliers, which stand in the same table; deleted ones as far as they bought.
SELECT
  s.id AS customer_id,
  s.supplier AS name,
  s.type AS customer_type,
  s.contacts AS contact,
  COALESCE(NULLIF(s.telephone, ''), NULLIF(s.phone_num, '')) AS phone,
  s.address,
  NULLIF(s.tax_num, '') AS tax_number,
  CASE WHEN s.enabled + 0 = 0 OR COALESCE(s.delete_flag, '0') = '1' THEN 1 ELSE 0 END AS archived
FROM jsh_supplier s
WHERE s.type IN ('客户', '会员')
--% if company
  AND s.tenant_id = {{ company }}
--% endif
--% if walk_in
  AND s.id NOT IN {{ walk_in }}
--% endif
  AND (COALESCE(s.delete_flag, '0') <> '1' OR EXISTS (
    SELECT 1 FROM jsh_depot_head h
    WHERE h.organ_id = s.id AND h.type = '出库' AND h.sub_type IN ('销售', '零售') AND {{ m.ours('h') }}
  ))
