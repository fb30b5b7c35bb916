{#- When a record was last changed; Tryton leaves write_date empty until it is changed for the first time. #}
{%- macro changed(record) -%}
COALESCE({{ record }}.write_date, {{ record }}.create_date)
{%- endmacro %}

{#- A time as Tryton keeps it, in UTC, as the local time of the scheme's zone. #}
{%- macro local(column) -%}
(({{ column }} AT TIME ZONE 'UTC') AT TIME ZONE {{ timezone }})
{%- endmacro %}

{#- The number of a sale, or its id while it has none; numbers of several companies may be the same. #}
{%- macro number(sale) -%}
{% if several %}{{ sale }}.company || '/' || {% endif %}COALESCE({{ sale }}.number, 'sale.sale,' || {{ sale }}.id)
{%- endmacro %}

{#- The number of an invoice, marked as such: sales and invoices are counted apart, from 1 on. #}
{%- macro invoice_number(invoice) -%}
'invoice ' || {% if several %}{{ invoice }}.company || '/' || {% endif %}COALESCE({{ invoice }}.number, {{ invoice }}.id::text)
{%- endmacro %}

{#- Whether a document belongs to the company that is read. #}
{%- macro ours(column) -%}
{% if company %}{{ column }} = {{ company }}{% else %}TRUE{% endif %}
{%- endmacro %}

{#- The id behind a reference such as `sale.line,12`, where it is one of that model. #}
{%- macro target(column, model) -%}
CASE WHEN {{ column }} LIKE '{{ model }},%' THEN NULLIF(SPLIT_PART({{ column }}, ',', 2), '')::int END
{%- endmacro %}

{#- What one unit of a currency was worth in the company's on a day; null where no rate is known: such a row waits in
    quarantine. Tryton's rates say how much of a currency one unit of the base is. #}
{%- macro rate(document, day) -%}
CASE WHEN {{ document }}.currency = k.currency THEN 1 ELSE (
      SELECT r.rate FROM currency_currency_rate r
      WHERE r.currency = k.currency AND r.date <= {{ day }} ORDER BY r.date DESC LIMIT 1
    ) / (
      SELECT r.rate FROM currency_currency_rate r
      WHERE r.currency = {{ document }}.currency AND r.date <= {{ day }} ORDER BY r.date DESC LIMIT 1
    ) END
{%- endmacro %}

{#- What a line is worth in the company's currency; tax is known of the whole document only. #}
{%- macro worth(quantity, line, document, day) -%}
ROUND(
      ROUND({{ quantity }}::numeric * {{ line }}.unit_price, COALESCE(y.digits, 2)) * {{ rate(document, day) }}{% if with_tax %}
      * COALESCE({{ document }}.total_amount_cache / NULLIF({{ document }}.untaxed_amount_cache, 0), 1){% endif %}, 4)
{%- endmacro %}

{#- Sale lines whose invoice was cancelled after it had been posted: how much of them, and what other invoices charge.
    Tryton takes what was cancelled out of a line's actual quantity, unless goods were shipped or it was invoiced again;
    `sold` is what there was before, `kept` what the customer has in the end. #}
{%- macro cancelled() -%}
cancelled AS (
  SELECT
    t.line, t.day, t.changed, t.number,
    LEAST(t.actual + t.gone - t.taken, GREATEST(t.quantity, t.actual)) AS sold, t.actual - t.taken AS kept
  FROM (
    SELECT x.*, GREATEST(0, LEAST(x.gone, x.actual - x.charged)) AS taken
    FROM (
      SELECT
        l.id AS line, MAX(v.date) AS day, GREATEST(MAX({{ changed('i') }}), MAX({{ changed('b') }})) AS changed,
        MIN({{ invoice_number('i') }}) FILTER (WHERE i.state = 'cancelled' AND i.cancel_move IS NOT NULL) AS number,
        l.quantity::numeric AS quantity, COALESCE(l.actual_quantity, l.quantity)::numeric AS actual,
        SUM(CASE WHEN i.state = 'cancelled' AND i.cancel_move IS NOT NULL THEN b.quantity ELSE 0 END)::numeric AS gone,
        SUM(CASE WHEN i.state <> 'cancelled' THEN b.quantity ELSE 0 END)::numeric AS charged
      FROM account_invoice_line b
      JOIN account_invoice i ON i.id = b.invoice AND i.type = 'out'
      JOIN sale_line l ON l.id = {{ target('b.origin', 'sale.line') }} AND l.quantity > 0
      LEFT JOIN account_move v ON v.id = i.cancel_move
      GROUP BY l.id, l.quantity, l.actual_quantity
    ) x
    WHERE x.gone > 0
  ) t
)
{%- endmacro %}
