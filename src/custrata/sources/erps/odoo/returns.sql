--% import "macros.sql" as m with context
-- What came back: credit notes, refunds at the till, and goods returned that nobody has credited yet; each with the
-- order that it belongs to. One row a line.
WITH billed AS (
  SELECT
    r.invoice_line_id AS line_id, MIN(l.order_id) AS order_id, MIN(l.id) AS order_line_id,
    BOOL_OR(COALESCE(l.is_downpayment, FALSE)) AS down_payment,
    BOOL_OR({{ 'COALESCE(l.is_delivery, FALSE)' if has.freight and not with_freight else 'FALSE' }}) AS freight
  FROM sale_order_line_invoice_rel r
  JOIN sale_order_line l ON l.id = r.order_line_id
  GROUP BY r.invoice_line_id
), behind AS (
  SELECT ml.move_id, MIN(b.order_id) AS order_id
  FROM billed b
  JOIN account_move_line ml ON ml.id = b.line_id
  GROUP BY ml.move_id
  HAVING MIN(b.order_id) = MAX(b.order_id)
), settled AS (
  -- what was credited and invoiced again was not given back: of a line's credits that share counts that takes it below
  -- what was ordered
  SELECT
    l.id AS order_line_id, t.changed,
    CASE WHEN l.price_subtotal > 0 AND t.refunded > 0
      THEN GREATEST(0, t.refunded - GREATEST(0, t.invoiced - l.price_subtotal::numeric)) / t.refunded ELSE 1 END AS share
  FROM (
    SELECT
      b.order_line_id, GREATEST(MAX(i.write_date), MAX(ml.write_date)) AS changed,
      SUM(CASE WHEN i.move_type = 'out_invoice' THEN ml.price_subtotal ELSE 0 END)::numeric AS invoiced,
      SUM(CASE WHEN i.move_type = 'out_refund' THEN ml.price_subtotal ELSE 0 END)::numeric AS refunded
    FROM billed b
    JOIN account_move_line ml ON ml.id = b.line_id
    JOIN account_move i ON i.id = ml.move_id
    WHERE i.state = 'posted' AND i.move_type IN ('out_invoice', 'out_refund')
    GROUP BY b.order_line_id
  ) t
  JOIN sale_order_line l ON l.id = t.order_line_id
), credited AS (
  -- the order is the line's own, else the credit note's, else that of the invoice it takes back, else that invoice
  SELECT
    'account.move.line,' || l.id AS _line, 'account.move,' || i.id AS document,
    GREATEST(i.write_date, l.write_date, d.changed) AS changed, {{ m.number('i') }} AS return_id,
    COALESCE({{ m.number('o') }}, {{ m.number('v') }}) AS order_id,
    COALESCE(o.partner_id, v.partner_id, i.partner_id) AS contact_id,
    COALESCE(i.invoice_date, i.date)::timestamp AS returned_at,
    CASE WHEN b.down_payment THEN 'down payment' WHEN b.freight THEN 'freight' ELSE i.state END AS status,
    ROUND(-({{ m.worth('l') }}) * COALESCE(d.share, 1), 4) AS amount, l.quantity::numeric AS quantity, l.product_id,
    b.line_id IS NULL AND v.id IS NULL AS loose
  FROM account_move i
  JOIN account_move_line l ON l.move_id = i.id AND l.display_type = 'product'
  LEFT JOIN billed b ON b.line_id = l.id
  LEFT JOIN settled d ON d.order_line_id = b.order_line_id
  LEFT JOIN behind h ON h.move_id = i.id
  LEFT JOIN account_move v ON v.id = i.reversed_entry_id
  LEFT JOIN behind k ON k.move_id = v.id
  LEFT JOIN sale_order o ON o.id = COALESCE(b.order_id, h.order_id, k.order_id)
  WHERE i.move_type = 'out_refund' AND {{ m.ours('i.company_id') }}
--% if has.pos_tables
    -- a refund at the till that was invoiced is read as the refund at the till
    AND NOT EXISTS (SELECT 1 FROM pos_order x WHERE x.account_move = i.id)
--% endif
--% if has.pos
  UNION ALL
  SELECT
    'pos.order.line,' || l.id, 'pos.order,' || o.id, GREATEST(o.write_date, l.write_date), {{ m.number('o') }},
--% if has.pos_sale
    COALESCE({{ m.number('so') }}, {{ m.number('ro') }}), COALESCE(so.partner_id, ro.partner_id, o.partner_id),
--% else
    {{ m.number('ro') }}, COALESCE(ro.partner_id, o.partner_id),
--% endif
    {{ m.local('o.date_order') }},
    -- nobody knows who brought back what nobody knows who bought
    CASE WHEN o.partner_id IS NULL AND ro.id IS NULL THEN 'anonymous'
--% if has.pos_sale
      WHEN l.sale_order_line_id IS NOT NULL AND r.id IS NULL THEN 'sales order'
--% endif
      ELSE o.state END,
    -{{ m.at_till('l.price_subtotal_incl' if with_tax else 'l.price_subtotal') }},
    -l.qty::numeric, l.product_id, r.id IS NULL
  FROM pos_order_line l
  JOIN pos_order o ON o.id = l.order_id
  LEFT JOIN pos_order_line r ON r.id = l.refunded_orderline_id
  LEFT JOIN pos_order ro ON ro.id = r.order_id
--% if has.pos_sale
  LEFT JOIN sale_order_line sl ON sl.id = r.sale_order_line_id
  LEFT JOIN sale_order so ON so.id = sl.order_id
--% endif
  WHERE l.qty < 0 AND {{ m.ours('o.company_id') }}
--% endif
), spread AS (
  -- a discount that is taken back lowers what the rest of the document gives back
  SELECT
    g.*,
    SUM(g.amount) OVER (PARTITION BY g.document, g.order_id, g.status) AS total,
    SUM(GREATEST(g.amount, 0)) OVER (PARTITION BY g.document, g.order_id, g.status) AS positive
  FROM credited g
), returned AS (
  SELECT
    _line, changed, return_id, order_id, contact_id, returned_at,
    CASE WHEN amount <= 0 OR total <= 0 THEN 'taken back' ELSE status END AS status,
    CASE WHEN amount <= 0 OR total <= 0 THEN 0 ELSE ROUND(amount * total / positive, 4) END AS amount,
    quantity, product_id, loose
  FROM spread
--% if has.returned_goods
--% set done = 'quantity' if has.done_quantity else 'product_uom_qty'
  UNION ALL
  SELECT
    'returned sale.order.line,' || d.id, d.changed, d.return_id, d.order_id, d.contact_id, d.returned_at,
    CASE WHEN d.owed > 0 THEN 'returned' ELSE 'credited' END, GREATEST(d.owed, 0),
    CASE WHEN d.unit <> 0 THEN ROUND(GREATEST(d.owed, 0) / d.unit, 4) END, d.product_id, FALSE
  FROM (
    -- what was returned to be refunded, but not more than what the line is worth beyond what was kept and credited
    SELECT
      x.id, x.changed, x.return_id, x.order_id, x.contact_id, x.returned_at, x.product_id, x.unit,
      ROUND(LEAST(x.unit * x.came_back, x.amount - x.unit * x.kept - x.credited), 4) AS owed
    FROM (
      SELECT
        l.id, GREATEST(b.changed, e.changed, l.write_date, o.write_date) AS changed, {{ m.number('o') }} AS order_id,
        'sale.order.line,' || l.id AS return_id, o.partner_id AS contact_id,
        {{ m.local('b.returned_at') }} AS returned_at,
        l.product_id, COALESCE(n.amount * e.share, 0) AS credited, COALESCE(l.qty_delivered, 0)::numeric AS kept,
        a.amount, a.amount / NULLIF(l.product_uom_qty, 0)::numeric AS unit,
        CASE WHEN l.qty_delivered > 0 AND b.delivered > b.returned
          THEN l.qty_delivered::numeric * b.returned / (b.delivered - b.returned)
          ELSE l.product_uom_qty::numeric END AS came_back
      FROM (
        SELECT
          v.sale_line_id,
          SUM(CASE WHEN g.usage = 'customer' THEN v.{{ done }} ELSE 0 END)::numeric AS delivered,
          SUM(CASE WHEN f.usage = 'customer' AND v.to_refund THEN v.{{ done }} ELSE 0 END)::numeric AS returned,
          MAX(CASE WHEN f.usage = 'customer' AND v.to_refund THEN v.date END) AS returned_at,
          MAX(v.write_date) AS changed
        FROM stock_move v
        JOIN stock_location f ON f.id = v.location_id
        JOIN stock_location g ON g.id = v.location_dest_id
        WHERE v.state = 'done' AND v.sale_line_id IS NOT NULL
        GROUP BY v.sale_line_id
      ) b
      JOIN sale_order_line l ON l.id = b.sale_line_id
      JOIN sale_order o ON o.id = l.order_id
      CROSS JOIN LATERAL (
        SELECT {{ m.converted('l.price_total' if with_tax else 'l.price_subtotal', 'o') }} AS amount
      ) a
      LEFT JOIN (
        SELECT r.order_line_id, SUM(-({{ m.worth('ml') }})) AS amount
        FROM billed r
        JOIN account_move_line ml ON ml.id = r.line_id
        JOIN account_move i ON i.id = ml.move_id
        WHERE i.move_type = 'out_refund' AND i.state = 'posted'
        GROUP BY r.order_line_id
      ) n ON n.order_line_id = l.id
      LEFT JOIN settled e ON e.order_line_id = l.id
      WHERE b.returned > 0 AND o.state IN ('sale', 'done') AND {{ m.ours('o.company_id') }}
    ) x
  ) d
--% endif
)
SELECT
  s._line,
  GREATEST(s.changed, c.write_date) AT TIME ZONE 'UTC' AS _changed,
  s.return_id,
  s.order_id,
  c.commercial_partner_id AS customer_id,
  s.returned_at,
--% if walk_in
  CASE WHEN s.loose AND c.commercial_partner_id IN {{ walk_in }} THEN 'anonymous' ELSE s.status END AS status,
--% else
  s.status,
--% endif
  s.amount,
  s.quantity,
  s.product_id
FROM returned s
LEFT JOIN res_partner c ON c.id = s.contact_id
