--% import "macros.sql" as m with context
-- Sales line by line, and customer invoices that come from no sale. What a return takes back stands among the returns.
-- Cancelled documents stay, with a status that does not count: otherwise what was read of them before would remain.
WITH {{ m.cancelled() }}, sold AS (
  SELECT
    'sale.line,' || l.id AS _line,
    GREATEST({{ m.changed('l') }}, {{ m.changed('s') }}, x.changed) AS changed,
    {{ m.number('s') }} AS order_id,
    s.party,
    COALESCE(s.sale_date, {{ m.local('s.create_date') }}::date) AS ordered_at,
--% if has.freight and not with_freight
    CASE WHEN l.shipment_cost IS NOT NULL THEN 'freight' ELSE s.state END AS status,
--% else
    s.state AS status,
--% endif
    {{ m.worth('COALESCE(x.sold, l.actual_quantity, l.quantity)', 'l', 's', 'COALESCE(s.sale_date, CURRENT_DATE)') }} AS amount,
    COALESCE(x.sold, l.actual_quantity, l.quantity)::numeric AS quantity,
    l.product,
    {% if has.shop %}CASE WHEN s.web_shop IS NOT NULL THEN 'web' ELSE 'sales' END{% else %}'sales'{% endif %} AS channel,
    s.confirmed_by,
    s.company
  FROM sale_line l
  JOIN sale_sale s ON s.id = l.sale
  JOIN company_company k ON k.id = s.company
  LEFT JOIN currency_currency y ON y.id = s.currency
  LEFT JOIN cancelled x ON x.line = l.id
  WHERE l.type = 'line' AND {{ m.ours('s.company') }}
    AND NOT (l.quantity < 0 AND (COALESCE(s.origin, '') LIKE 'sale.sale,%' OR COALESCE(s.origin, '') LIKE 'sale.complaint,%'))
--% if has.invoices
  UNION ALL
  SELECT
    'account.invoice.line,' || l.id,
    GREATEST({{ m.changed('l') }}, {{ m.changed('i') }}),
    {{ m.invoice_number('i') }},
    i.party,
    COALESCE(i.invoice_date, {{ m.local('i.create_date') }}::date),
    CASE WHEN COALESCE(l.origin, '') LIKE 'sale.advance\_payment%' THEN 'down payment'
--% if has.deposits
      WHEN t.deposit THEN 'down payment'
--% endif
      ELSE i.state END,
    {{ m.worth('l.quantity', 'l', 'i', 'COALESCE(i.invoice_date, CURRENT_DATE)') }},
    l.quantity::numeric,
    l.product,
    'invoice',
    NULL::int,
    i.company
  FROM account_invoice_line l
  JOIN account_invoice i ON i.id = l.invoice
  JOIN company_company k ON k.id = i.company
  LEFT JOIN currency_currency y ON y.id = i.currency
--% if has.deposits
  LEFT JOIN account_account a ON a.id = l.account
  LEFT JOIN account_account_type t ON t.id = a.type
--% endif
  WHERE l.type = 'line' AND i.type = 'out' AND {{ m.ours('i.company') }}
    AND COALESCE(l.origin, '') NOT LIKE 'sale.line,%' AND COALESCE(l.origin, '') NOT LIKE 'sale.complaint,%'
    AND COALESCE(l.origin, '') NOT LIKE 'account.invoice.line,%'
--% endif
)
SELECT
  s._line,
  s.changed AT TIME ZONE 'UTC' AS _changed,
  s.order_id,
  COALESCE(p.replaced_by, s.party) AS customer_id,
  s.ordered_at,
  s.status,
  s.amount,
  s.quantity,
  -- a line that only takes off money is a purchase of nothing
  CASE WHEN s.amount < 0 AND s.quantity > 0 THEN NULL ELSE s.product END AS product_id,
  s.channel,
  e.name AS salesperson,
  c.name AS company
FROM sold s
LEFT JOIN party_party p ON p.id = s.party
LEFT JOIN company_employee w ON w.id = s.confirmed_by
LEFT JOIN party_party e ON e.id = w.party
LEFT JOIN company_company k ON k.id = s.company
LEFT JOIN party_party c ON c.id = k.party
