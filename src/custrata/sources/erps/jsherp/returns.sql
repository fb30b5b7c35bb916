--% import "macros.sql" as m with context
-- What customers brought back, with the document they brought it back from.
SELECT
  h.number AS return_id,
  NULLIF(h.link_number, '') AS order_id,
  h.organ_id AS customer_id,
  h.oper_time AS returned_at,
  -- nobody knows who brings back what nobody knows who bought
  CASE
    WHEN COALESCE(h.link_number, '') = '' AND h.organ_id IS NULL THEN 'anonymous'
--% if walk_in
    WHEN COALESCE(h.link_number, '') = '' AND h.organ_id IN {{ walk_in }} THEN 'anonymous'
--% endif
    ELSE {{ m.status('h', 'l') }} END AS status,
  ROUND({{ m.listed('l') }} * {{ m.left('h') }}, 4) AS amount,
  ABS(l.basic_number) AS quantity,
  l.material_id AS product_id
FROM jsh_depot_item l
JOIN jsh_depot_head h ON h.id = l.header_id
WHERE h.type = '入库' AND h.sub_type IN ('销售退货', '零售退货') AND {{ m.ours('h') }} AND COALESCE(l.delete_flag, '0') <> '1'
