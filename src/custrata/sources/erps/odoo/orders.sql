--% import "macros.sql" as m with context
-- Sales line by line: sales orders, point-of-sale orders, invoices that come from neither.
-- Cancelled documents stay, with a status that does not count: otherwise what was read of them before would remain.
WITH billed AS (
  -- the sales order behind an invoice line
  SELECT r.invoice_line_id AS line_id, MIN(l.order_id) AS order_id
  FROM sale_order_line_invoice_rel r
  JOIN sale_order_line l ON l.id = r.order_line_id
  GROUP BY r.invoice_line_id
), behind AS (
  -- the sales order behind a whole invoice, where it is a single one
  SELECT ml.move_id, MIN(b.order_id) AS order_id
  FROM billed b
  JOIN account_move_line ml ON ml.id = b.line_id
  GROUP BY ml.move_id
  HAVING MIN(b.order_id) = MAX(b.order_id)
), sold AS (
  SELECT
    'sale.order.line,' || l.id AS _line,
    GREATEST(l.write_date, o.write_date, p.write_date) AS changed,
    {{ m.number('o') }} AS order_id,
    p.id AS contact_id,
    {{ m.local('o.date_order') }} AS ordered_at,
    CASE WHEN l.is_downpayment THEN 'down payment'
--% if has.freight and not with_freight
      WHEN l.is_delivery THEN 'freight'
--% endif
      ELSE o.state END AS status,
    {{ m.converted('l.price_total' if with_tax else 'l.price_subtotal', 'o') }} AS amount,
    l.product_uom_qty::numeric AS quantity,
    l.discount::numeric AS percent,
    {{ m.converted('l.price_unit * l.product_uom_qty', 'o') }} AS listed,
    l.product_id,
    {% if has.shop %}CASE WHEN o.website_id IS NOT NULL THEN 'web' ELSE 'sales' END{% else %}'sales'{% endif %} AS channel,
    o.user_id,
    o.team_id,
    NULL::text AS shop,
    o.company_id
  FROM sale_order_line l
  JOIN sale_order o ON o.id = l.order_id
  JOIN res_partner p ON p.id = o.partner_id
  WHERE l.display_type IS NULL AND {{ m.ours('o.company_id') }}
--% if has.pos
  UNION ALL
  SELECT
    'pos.order.line,' || l.id,
    GREATEST(l.write_date, o.write_date, p.write_date),
    {{ m.number('o') }},
    p.id,
    {{ m.local('o.date_order') }},
--% if has.pos_sale
    -- a sales order paid at the till is counted as the sales order that it is
    CASE WHEN l.sale_order_line_id IS NOT NULL THEN 'sales order' ELSE o.state END,
--% else
    o.state,
--% endif
    {{ m.at_till('l.price_subtotal_incl' if with_tax else 'l.price_subtotal') }},
    l.qty::numeric,
    l.discount::numeric,
    {{ m.at_till('l.price_unit * l.qty') }},
    l.product_id,
    'pos',
    o.user_id,
    NULL::int,
    g.name::text,
    o.company_id
  FROM pos_order_line l
  JOIN pos_order o ON o.id = l.order_id
  LEFT JOIN res_partner p ON p.id = o.partner_id
  LEFT JOIN pos_session e ON e.id = o.session_id
  LEFT JOIN pos_config g ON g.id = e.config_id
  WHERE l.qty >= 0 AND {{ m.ours('o.company_id') }}
--% endif
--% if has.invoices
  UNION ALL
  SELECT
    'account.move.line,' || l.id,
    GREATEST(l.write_date, i.write_date, p.write_date),
    COALESCE({{ m.number('o') }}, {% if has.debit_notes %}{{ m.number('f') }}, {% endif %}{{ m.number('i') }}),
    p.id,
    COALESCE(i.invoice_date, i.date)::timestamp,
    i.state,
    {{ m.worth('l') }},
    l.quantity::numeric,
    l.discount::numeric,
    NULL::numeric,
    l.product_id,
    'invoice',
    COALESCE(o.user_id, i.invoice_user_id),
    o.team_id,
    NULL::text,
    i.company_id
  FROM account_move i
  JOIN account_move_line l ON l.move_id = i.id AND l.display_type = 'product'
  LEFT JOIN billed b ON b.line_id = l.id
--% if has.debit_notes
  -- a debit note raises the invoice that it belongs to
  LEFT JOIN account_move f ON f.id = i.debit_origin_id
  LEFT JOIN behind h ON h.move_id = COALESCE(f.id, i.id)
--% else
  LEFT JOIN behind h ON h.move_id = i.id
--% endif
  LEFT JOIN sale_order o ON o.id = h.order_id
  LEFT JOIN res_partner p ON p.id = COALESCE(o.partner_id, i.partner_id)
  WHERE i.move_type IN ('out_invoice', 'out_receipt') AND b.line_id IS NULL AND {{ m.ours('i.company_id') }}
--% if has.pos_tables
    AND NOT EXISTS (SELECT 1 FROM pos_order x WHERE x.account_move = i.id)
--% endif
--% endif
)
SELECT
  s._line,
  s.changed AT TIME ZONE 'UTC' AS _changed,
  s.order_id,
  c.commercial_partner_id AS customer_id,
  s.ordered_at,
  s.status,
  s.amount,
  s.quantity,
  CASE WHEN s.percent = 100 THEN s.listed ELSE {{ m.taken_off('s.amount', 's.percent') }} END AS discount,
  -- a line that only takes off money is a purchase of nothing
  CASE WHEN s.amount < 0 AND s.quantity > 0 THEN NULL ELSE s.product_id END AS product_id,
  s.channel,
  s.contact_id,
  c.name AS contact,
  u.name AS salesperson,
  {{ m.named('t.name') }} AS sales_team,
  s.shop,
  y.name AS company
FROM sold s
LEFT JOIN res_partner c ON c.id = s.contact_id
LEFT JOIN res_users w ON w.id = s.user_id
LEFT JOIN res_partner u ON u.id = w.partner_id
LEFT JOIN crm_team t ON t.id = s.team_id
LEFT JOIN res_company y ON y.id = s.company_id
