--% import "macros.sql" as m with context
-- Products as they are sold: variants, archived ones too.
SELECT
  p.id AS product_id,
  {{ m.named('t.name') }} AS product,
  {{ m.named('g.complete_name') }} AS category,
--% if has.brand
  {{ m.named('b.name') }} AS brand,
--% endif
  CASE WHEN t.type = 'service' THEN 'service' ELSE 'product' END AS kind,
  p.default_code AS code,
  p.barcode,
  t.list_price::numeric AS list_price,
  NOT (COALESCE(p.active, TRUE){% if has.archived_template %} AND COALESCE(t.active, TRUE){% endif %}) AS archived
FROM product_product p
JOIN product_template t ON t.id = p.product_tmpl_id
LEFT JOIN product_category g ON g.id = t.categ_id
--% if has.brand
LEFT JOIN product_brand b ON b.id = t.product_brand_id
--% endif
