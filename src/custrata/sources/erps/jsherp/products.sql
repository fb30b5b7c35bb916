-- jshERP knows no services: every material is a product. Deleted ones stay for what was sold of them.
SELECT
  p.id AS product_id,
  p.name AS product,
  c.name AS category,
  u.name AS parent_category,
--% if has.brand
  NULLIF(p.brand, '') AS brand,
--% else
  NULLIF(p.mfrs, '') AS brand,
--% endif
  'product' AS kind,
  NULLIF(p.model, '') AS model,
  NULLIF(p.standard, '') AS standard,
  CASE WHEN p.enabled + 0 = 0 OR COALESCE(p.delete_flag, '0') = '1' THEN 1 ELSE 0 END AS archived
FROM jsh_material p
LEFT JOIN jsh_material_category c ON c.id = p.category_id
LEFT JOIN jsh_material_category u ON u.id = c.parent_id
--% if company
WHERE p.tenant_id = {{ company }}
--% endif
