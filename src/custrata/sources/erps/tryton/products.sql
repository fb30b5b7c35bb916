-- Products as they are sold: variants, those put out of use too. Categories for accounting are none of the customer's.
SELECT
  p.id AS product_id,
  t.name AS product,
  (
    SELECT MIN(g.name) FROM "product_template-product_category" r JOIN product_category g ON g.id = r.category
    WHERE r.template = t.id AND NOT COALESCE(g.accounting, FALSE)
  ) AS category,
  CASE WHEN t.type = 'service' THEN 'service' ELSE 'product' END AS kind,
  p.code,
  NOT (COALESCE(p.active, TRUE) AND COALESCE(t.active, TRUE)) AS archived
FROM product_product p
JOIN product_template t ON t.id = p.template
