{#- A name that Odoo keeps in one language (text) or in several (a JSON object), whichever this version does. #}
{%- macro named(column) -%}
CASE jsonb_typeof(to_jsonb({{ column }}))
    WHEN 'object' THEN COALESCE(to_jsonb({{ column }}) ->> {{ language }}, to_jsonb({{ column }}) ->> 'en_US')
    ELSE to_jsonb({{ column }}) #>> '{}'
  END
{%- endmacro %}

{#- A time as Odoo keeps it, in UTC, as the local time of the scheme's zone. #}
{%- macro local(column) -%}
(({{ column }} AT TIME ZONE 'UTC') AT TIME ZONE {{ timezone }})
{%- endmacro %}

{#- The number of a document; numbers of several companies may be the same. #}
{%- macro number(document) -%}
{% if several %}{{ document }}.company_id || '/' || {% endif %}{{ document }}.name
{%- endmacro %}

{#- Whether a document belongs to the company that is read, or to one of its branches. #}
{%- macro ours(column) -%}
{% if not company -%}
TRUE
{%- elif has.branches -%}
{{ column }} IN (
    SELECT b.id FROM res_company b
    WHERE b.id = {{ company }} OR '/' || COALESCE(b.parent_path, '') LIKE '%/{{ company }}/%'
  )
{%- else -%}
{{ column }} = {{ company }}
{%- endif %}
{%- endmacro %}

{#- What an invoice line is worth in the company's currency, sales positive; the balance is that without tax. #}
{%- macro worth(line) -%}
ROUND(-{{ line }}.balance::numeric{% if with_tax %}
    * COALESCE({{ line }}.price_total::numeric / NULLIF({{ line }}.price_subtotal::numeric, 0), 1){% endif %}, 4)
{%- endmacro %}

{#- An amount in the document's currency in the company's, at the rate that Odoo stored with the document. #}
{%- macro converted(amount, document) -%}
ROUND(({{ amount }})::numeric / COALESCE(NULLIF({{ document }}.currency_rate, 0), 1)::numeric, 4)
{%- endmacro %}

{#- The same at the till, where older versions know no other currency. #}
{%- macro at_till(amount) -%}
{% if has.pos_rate %}{{ converted(amount, 'o') }}{% else %}ROUND(({{ amount }})::numeric, 4){% endif %}
{%- endmacro %}

{#- What a percentage took off an amount that is what remained. #}
{%- macro taken_off(amount, percent) -%}
CASE WHEN {{ percent }} > 0 AND {{ percent }} < 100
    THEN ROUND({{ amount }} * {{ percent }}::numeric / (100 - {{ percent }}::numeric), 4) END
{%- endmacro %}
