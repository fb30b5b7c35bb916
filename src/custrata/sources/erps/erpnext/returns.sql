--% import "macros.sql" as m with context
-- What came back: credit notes with the invoice they return, and invoiced goods that a delivery note brought back and
-- nobody has credited yet.
WITH back AS (
  SELECT
    CONCAT('Sales Invoice Item,', l.name) AS _line, GREATEST(i.modified, l.modified) AS _changed, i.name AS return_id,
    -- what returns a whole shift's invoice names none of the sales that it sums up
    CASE WHEN {{ 'r.is_consolidated = 1' if has.pos else 'FALSE' }} THEN NULL ELSE NULLIF(i.return_against, '') END AS order_id,
    i.customer AS customer_id, TIMESTAMP(i.posting_date, COALESCE(i.posting_time, '00:00:00')) AS returned_at,
    {{ m.status('i', 'l', 'c', 'Sales Invoice') }} AS status, -({{ m.worth('l', 'i') }}) AS amount,
    -COALESCE(NULLIF(l.stock_qty, 0), l.qty) AS quantity, l.item_code AS product_id
  FROM `tabSales Invoice Item` l
  JOIN `tabSales Invoice` i ON i.name = l.parent
  LEFT JOIN `tabSales Invoice` r ON r.name = i.return_against
  LEFT JOIN tabCustomer c ON c.name = i.customer
  {{ m.taxes('Sales Invoice', 'i') }}
  WHERE i.is_return = 1 AND {{ m.ours('i.company') }}
--% if has.pos
  UNION ALL
  SELECT
    CONCAT('POS Invoice Item,', l.name), GREATEST(i.modified, l.modified), i.name, NULLIF(i.return_against, ''),
    i.customer, TIMESTAMP(i.posting_date, COALESCE(i.posting_time, '00:00:00')),
    {{ m.status('i', 'l', 'c', 'POS Invoice') }}, -({{ m.worth('l', 'i') }}),
    -COALESCE(NULLIF(l.stock_qty, 0), l.qty), l.item_code
  FROM `tabPOS Invoice Item` l
  JOIN `tabPOS Invoice` i ON i.name = l.parent
  LEFT JOIN tabCustomer c ON c.name = i.customer
  {{ m.taxes('POS Invoice', 'i') }}
  WHERE i.is_return = 1 AND {{ m.ours('i.company') }}
--% endif
), spread AS (
  -- a discount that is taken back lowers what the rest of the document gives back
  SELECT
    b.*,
    SUM(b.amount) OVER (PARTITION BY b.return_id, b.status) AS total,
    SUM(GREATEST(b.amount, 0)) OVER (PARTITION BY b.return_id, b.status) AS positive
  FROM back b
)
SELECT
  s._line, s._changed, s.return_id, s.order_id, s.customer_id, s.returned_at,
  CASE WHEN s.amount <= 0 OR s.total <= 0 THEN 'Taken back'
--% if walk_in
    WHEN s.order_id IS NULL AND s.customer_id IN {{ walk_in }} THEN 'Anonymous'
--% endif
    ELSE s.status END AS status,
  CASE WHEN s.amount <= 0 OR s.total <= 0 THEN 0 ELSE ROUND(s.amount * s.total / s.positive, 4) END AS amount,
  s.quantity, s.product_id
FROM spread s
--% if has.returned_goods
UNION ALL
-- An invoice line, what of it came back, and what of that was credited, whether through the delivery note or without it.
SELECT
  CONCAT('returned Sales Invoice Item,', l.name), GREATEST(i.modified, g.changed, COALESCE(n.changed, g.changed)),
  g.note, i.name, i.customer, g.returned_at,
  CASE WHEN g.returned <= COALESCE(n.credited, 0) THEN 'Credited'
    ELSE {{ m.status('i', 'l', 'c', 'Sales Invoice') | replace("'Submitted'", "'Returned'") }} END,
  ROUND({{ m.worth('l', 'i') }} / l.qty * GREATEST(0, LEAST(l.qty, g.returned) - COALESCE(n.credited, 0)), 4),
  GREATEST(0, LEAST(l.qty, g.returned) - COALESCE(n.credited, 0)), l.item_code
FROM (
  SELECT
    COALESCE(f.si_detail, v.name) AS line, -SUM(b.qty) AS returned, MAX(d.name) AS note,
    MAX(TIMESTAMP(d.posting_date, COALESCE(d.posting_time, '00:00:00'))) AS returned_at, MAX(d.modified) AS changed
  FROM `tabDelivery Note Item` b
  JOIN `tabDelivery Note` d ON d.name = b.parent AND d.docstatus = 1 AND d.is_return = 1 AND {{ m.ours('d.company') }}
  JOIN `tabDelivery Note Item` f ON f.name = b.dn_detail
  LEFT JOIN (
    SELECT y.dn_detail, MIN(y.name) AS name
    FROM `tabSales Invoice Item` y
    JOIN `tabSales Invoice` z ON z.name = y.parent AND z.docstatus = 1 AND z.is_return = 0
    WHERE COALESCE(y.dn_detail, '') <> ''
    GROUP BY y.dn_detail
  ) v ON v.dn_detail = f.name
  GROUP BY COALESCE(f.si_detail, v.name)
) g
JOIN `tabSales Invoice Item` l ON l.name = g.line AND l.qty > 0
JOIN `tabSales Invoice` i ON i.name = l.parent AND i.is_return = 0
LEFT JOIN tabCustomer c ON c.name = i.customer
{{ m.taxes('Sales Invoice', 'i') }}
LEFT JOIN (
  SELECT q.line, -SUM(q.qty) AS credited, MAX(q.changed) AS changed
  FROM (
    SELECT COALESCE(NULLIF(y.sales_invoice_item, ''), f.si_detail, v.name) AS line, y.qty, z.modified AS changed
    FROM `tabSales Invoice Item` y
    JOIN `tabSales Invoice` z ON z.name = y.parent AND z.docstatus = 1 AND z.is_return = 1
    LEFT JOIN `tabDelivery Note Item` b ON b.name = y.dn_detail
    LEFT JOIN `tabDelivery Note Item` f ON f.name = b.dn_detail
    LEFT JOIN (
      SELECT e.dn_detail, MIN(e.name) AS name
      FROM `tabSales Invoice Item` e
      JOIN `tabSales Invoice` h ON h.name = e.parent AND h.docstatus = 1 AND h.is_return = 0
      WHERE COALESCE(e.dn_detail, '') <> ''
      GROUP BY e.dn_detail
    ) v ON v.dn_detail = f.name
  ) q
  GROUP BY q.line
) n ON n.line = l.name
--% endif
