--% import "macros.sql" as m with context
-- Invoices line by line. Credit notes stand among the returns; a debit note raises the invoice that it belongs to.
-- Cancelled invoices stay, with a status that does not count: otherwise what was read of them before would remain.
SELECT
  s._line, s._changed, s.order_id, s.customer_id, s.ordered_at, s.status, s.amount, s.quantity, s.discount,
  -- a line that only takes off money is a purchase of nothing
  CASE WHEN s.amount < 0 AND s.quantity > 0 THEN NULL ELSE s.product_id END AS product_id,
  s.channel, s.shop,
  (
    SELECT p.sales_person FROM `tabSales Team` p
    WHERE p.parent = s.document AND p.parenttype = s.document_type ORDER BY p.idx LIMIT 1
  ) AS salesperson,
  s.company
FROM (
  SELECT
    CONCAT('Sales Invoice Item,', l.name) AS _line,
    GREATEST(i.modified, l.modified) AS _changed,
    CASE WHEN i.is_debit_note = 1 AND COALESCE(i.return_against, '') <> '' THEN i.return_against ELSE i.name END AS order_id,
    i.customer AS customer_id,
    TIMESTAMP(i.posting_date, COALESCE(i.posting_time, '00:00:00')) AS ordered_at,
    {{ m.status('i', 'l', 'c', 'Sales Invoice') }} AS status,
    {{ m.worth('l', 'i') }} AS amount,
    COALESCE(NULLIF(l.stock_qty, 0), l.qty) AS quantity,
    CASE WHEN l.discount_amount > 0 THEN ROUND(l.discount_amount * l.qty * i.conversion_rate, 4) END AS discount,
    l.item_code AS product_id,
    CASE WHEN i.is_pos = 1 THEN 'pos' WHEN o.order_type = 'Shopping Cart' THEN 'web' ELSE 'sales' END AS channel,
    NULL AS shop,
    i.company,
    i.name AS document,
    'Sales Invoice' AS document_type
  FROM `tabSales Invoice Item` l
  JOIN `tabSales Invoice` i ON i.name = l.parent
  LEFT JOIN tabCustomer c ON c.name = i.customer
  LEFT JOIN `tabSales Order` o ON o.name = l.sales_order
  {{ m.taxes('Sales Invoice', 'i') }}
  WHERE i.is_return = 0 AND {{ m.ours('i.company') }}
--% if has.pos
  UNION ALL
  SELECT
    CONCAT('POS Invoice Item,', l.name), GREATEST(i.modified, l.modified), i.name, i.customer,
    TIMESTAMP(i.posting_date, COALESCE(i.posting_time, '00:00:00')),
    {{ m.status('i', 'l', 'c', 'POS Invoice') }},
    {{ m.worth('l', 'i') }}, COALESCE(NULLIF(l.stock_qty, 0), l.qty),
    CASE WHEN l.discount_amount > 0 THEN ROUND(l.discount_amount * l.qty * i.conversion_rate, 4) END,
    l.item_code, 'pos', i.pos_profile, i.company, i.name, 'POS Invoice'
  FROM `tabPOS Invoice Item` l
  JOIN `tabPOS Invoice` i ON i.name = l.parent
  LEFT JOIN tabCustomer c ON c.name = i.customer
  {{ m.taxes('POS Invoice', 'i') }}
  WHERE i.is_return = 0 AND {{ m.ours('i.company') }}
--% endif
) s
