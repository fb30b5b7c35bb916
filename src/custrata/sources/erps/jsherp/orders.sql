--% import "macros.sql" as m with context
-- What left the warehouse for customers, line by line. Sales orders (销售订单) are of type 其它 and are no sale yet.
-- Written for MySQL 5.7 too, which knows neither WITH nor windows.
SELECT
  h.number AS order_id,
  h.organ_id AS customer_id,
  h.oper_time AS ordered_at,
  {{ m.status('h', 'l') }} AS status,
  ROUND({{ m.listed('l') }} * {{ m.left('h') }}, 4) AS amount,
  l.basic_number AS quantity,
  CASE WHEN COALESCE(h.discount_money, 0) <> 0 THEN ROUND({{ m.listed('l') }} * (1 - {{ m.left('h') }}), 4) END AS discount,
  l.material_id AS product_id,
  h.sub_type AS channel,
--% if has.mobile
  CASE h.source WHEN '1' THEN '手机' ELSE '电脑' END AS source,
--% endif
  (
    -- ids of salespeople, as <17><18> or as 17,18
    SELECT GROUP_CONCAT(p.name ORDER BY p.id) FROM jsh_person p
    WHERE FIND_IN_SET(p.id, REPLACE(REPLACE(REPLACE(h.sales_man, '><', ','), '<', ''), '>', ''))
  ) AS salesperson
FROM jsh_depot_item l
JOIN jsh_depot_head h ON h.id = l.header_id
WHERE h.type = '出库' AND h.sub_type IN ('销售', '零售') AND {{ m.ours('h') }} AND COALESCE(l.delete_flag, '0') <> '1'
