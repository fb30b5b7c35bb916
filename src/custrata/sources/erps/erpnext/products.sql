-- An item without stock is a service, unless it is a bundle of items.
SELECT
  i.name AS product_id,
  i.item_name AS product,
  i.item_group AS category,
  i.brand,
  CASE WHEN i.is_stock_item = 0 AND b.new_item_code IS NULL THEN 'service' ELSE 'product' END AS kind,
  i.disabled = 1 AS archived
FROM tabItem i
LEFT JOIN (SELECT DISTINCT new_item_code FROM `tabProduct Bundle`) b ON b.new_item_code = i.name
