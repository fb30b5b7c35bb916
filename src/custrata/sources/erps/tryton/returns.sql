--% import "macros.sql" as m with context
-- What came back: returned sales, and credit notes that come from no returned sale; each with the sale it belongs to.
-- A returned sale names its sale itself, or a complaint that names it; a credit note names what it credits line by line,
-- or the complaint. An invoice that was cancelled after it was posted gives back what it charged for its sale; where a
-- credit note cancelled it, that credit note tells of the same money.
WITH {{ m.cancelled() }}, complained AS (
--% if has.complaints
  -- the sale behind a complaint, whatever it was about
  SELECT
    c.id AS complaint,
    COALESCE(
      {{ m.target('c.origin', 'sale.sale') }}, l.sale, vl.sale,
      (
        SELECT MIN(x.sale) FROM account_invoice_line v
        JOIN sale_line x ON x.id = {{ m.target('v.origin', 'sale.line') }}
        WHERE v.invoice = {{ m.target('c.origin', 'account.invoice') }}
      )
    ) AS sale,
    COALESCE({{ m.target('c.origin', 'account.invoice') }}, v.invoice) AS invoice,
    c.customer AS party
  FROM sale_complaint c
  LEFT JOIN sale_line l ON l.id = {{ m.target('c.origin', 'sale.line') }}
  LEFT JOIN account_invoice_line v ON v.id = {{ m.target('c.origin', 'account.invoice.line') }}
  LEFT JOIN sale_line vl ON vl.id = {{ m.target('v.origin', 'sale.line') }}
--% else
  SELECT NULL::int AS complaint, NULL::int AS sale, NULL::int AS invoice, NULL::int AS party WHERE FALSE
--% endif
), back AS (
  SELECT
    'sale.line,' || l.id AS _line, 'sale.sale,' || s.id AS document,
    GREATEST({{ m.changed('l') }}, {{ m.changed('s') }}) AS changed,
    {{ m.number('s') }} AS return_id, {{ m.number('o') }} AS order_id, COALESCE(o.party, s.party) AS party,
    COALESCE(s.sale_date, {{ m.local('s.create_date') }}::date) AS returned_at,
--% if has.freight and not with_freight
    CASE WHEN EXISTS (
      SELECT 1 FROM sale_line f WHERE f.sale = o.id AND f.product = l.product AND f.shipment_cost IS NOT NULL
    ) THEN 'freight' ELSE s.state END AS status,
--% else
    s.state AS status,
--% endif
    -({{ m.worth('COALESCE(l.actual_quantity, l.quantity)', 'l', 's', 'COALESCE(s.sale_date, CURRENT_DATE)') }}) AS amount,
    -COALESCE(l.actual_quantity, l.quantity)::numeric AS quantity, l.product
  FROM sale_line l
  JOIN sale_sale s ON s.id = l.sale
  JOIN company_company k ON k.id = s.company
  LEFT JOIN currency_currency y ON y.id = s.currency
  LEFT JOIN complained c ON c.complaint = {{ m.target('s.origin', 'sale.complaint') }}
  LEFT JOIN sale_sale o ON o.id = COALESCE({{ m.target('s.origin', 'sale.sale') }}, c.sale)
  WHERE l.type = 'line' AND l.quantity < 0 AND {{ m.ours('s.company') }}
    AND (s.origin LIKE 'sale.sale,%' OR s.origin LIKE 'sale.complaint,%')
  UNION ALL
  SELECT
    'account.invoice.line,' || l.id, 'account.invoice,' || i.id,
    GREATEST({{ m.changed('l') }}, {{ m.changed('i') }}, {{ m.changed('ci') }}),
    {{ m.invoice_number('i') }}, COALESCE({{ m.number('o') }}, {{ m.invoice_number('ci') }}), COALESCE(o.party, i.party),
    COALESCE(i.invoice_date, {{ m.local('i.create_date') }}::date),
    CASE WHEN ci.cancel_move = i.move THEN 'cancels an invoice'
--% if has.freight and not with_freight
      WHEN os.shipment_cost IS NOT NULL THEN 'freight'
--% endif
      ELSE i.state END,
    -({{ m.worth('l.quantity', 'l', 'i', 'COALESCE(i.invoice_date, CURRENT_DATE)') }}), -l.quantity::numeric, l.product
  FROM account_invoice_line l
  JOIN account_invoice i ON i.id = l.invoice
  JOIN company_company k ON k.id = i.company
  LEFT JOIN currency_currency y ON y.id = i.currency
  LEFT JOIN account_invoice_line cl ON cl.id = {{ m.target('l.origin', 'account.invoice.line') }}
  LEFT JOIN complained c ON c.complaint = {{ m.target('l.origin', 'sale.complaint') }}
  LEFT JOIN account_invoice ci ON ci.id = COALESCE(cl.invoice, c.invoice)
  LEFT JOIN sale_line os ON os.id = {{ m.target('cl.origin', 'sale.line') }}
  LEFT JOIN sale_sale o ON o.id = COALESCE(os.sale, c.sale)
  WHERE l.type = 'line' AND i.type = 'out' AND {{ m.ours('i.company') }}
    AND (l.origin LIKE 'account.invoice.line,%' OR l.origin LIKE 'sale.complaint,%')
  UNION ALL
  SELECT
    'cancelled sale.line,' || l.id, 'cancelled sale.line,' || l.id,
    GREATEST({{ m.changed('l') }}, {{ m.changed('s') }}, x.changed),
    x.number, {{ m.number('s') }}, s.party, x.day,
--% if has.freight and not with_freight
    CASE WHEN l.shipment_cost IS NOT NULL THEN 'freight' ELSE 'invoice cancelled' END,
--% else
    'invoice cancelled',
--% endif
    {{ m.worth('(x.sold - x.kept)', 'l', 's', 'COALESCE(s.sale_date, CURRENT_DATE)') }}, x.sold - x.kept, l.product
  FROM cancelled x
  JOIN sale_line l ON l.id = x.line
  JOIN sale_sale s ON s.id = l.sale
  JOIN company_company k ON k.id = s.company
  LEFT JOIN currency_currency y ON y.id = s.currency
  WHERE {{ m.ours('s.company') }}
), spread AS (
  -- A complaint credits a line whole and charges what is kept again: what is charged lowers what the rest gives back.
  SELECT
    b.*,
    SUM(b.amount) OVER (PARTITION BY b.document, b.order_id, b.status) AS total,
    SUM(GREATEST(b.amount, 0)) OVER (PARTITION BY b.document, b.order_id, b.status) AS positive
  FROM back b
)
SELECT
  s._line,
  s.changed AT TIME ZONE 'UTC' AS _changed,
  s.return_id,
  s.order_id,
  COALESCE(p.replaced_by, s.party) AS customer_id,
  s.returned_at,
  CASE WHEN s.amount <= 0 OR s.total <= 0 THEN 'taken back'
--% if walk_in
    WHEN s.order_id IS NULL AND s.party IN {{ walk_in }} THEN 'anonymous'
--% endif
    ELSE s.status END AS status,
  CASE WHEN s.amount <= 0 OR s.total <= 0 THEN 0 ELSE ROUND(s.amount * s.total / s.positive, 4) END AS amount,
  s.quantity,
  s.product AS product_id
FROM spread s
LEFT JOIN party_party p ON p.id = s.party
