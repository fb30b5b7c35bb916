-- What Tryton 8.0 wrote when it lived through story.py; tests/sources/erps/tryton_erp.py makes it.
CREATE TABLE "company_company" (id int4, party int4, currency int4);
INSERT INTO "company_company" VALUES
  (1, 1, 1);
CREATE TABLE "currency_currency" (id int4, code varchar, digits int4);
INSERT INTO "currency_currency" VALUES
  (1, 'CNY', 2),
  (2, 'USD', 2);
CREATE TABLE "currency_currency_rate" (currency int4, date date, rate numeric);
INSERT INTO "currency_currency_rate" VALUES
  (1, '2024-01-01', 1),
  (2, '2024-01-01', 0.14),
  (2, '2024-03-20', 0.125);
CREATE TABLE "party_party" (id int4, name varchar, code varchar, active bool, replaced_by int4, create_date timestamp, write_date timestamp);
INSERT INTO "party_party" VALUES
  (1, '华夏贸易', '1', True, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (2, '华东贸易', 'HD', True, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (3, '张三', '2', True, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (4, '停用客户', '3', False, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (5, '报价客户', '4', True, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (6, '投诉客户', '5', True, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (7, '张三（旧）', '6', False, 3, '2024-02-29 20:00', '2024-03-31 20:00'),
  (8, '快递', '7', True, NULL, '2024-02-29 20:00', '2024-03-31 20:00');
CREATE TABLE "party_address" (id int4, party int4, sequence int4, active bool, city varchar, postal_code varchar, country int4, subdivision int4);
INSERT INTO "party_address" VALUES
  (1, 1, NULL, True, NULL, NULL, NULL, NULL),
  (2, 2, NULL, True, '杭州', '310000', NULL, NULL),
  (3, 3, NULL, True, NULL, NULL, NULL, NULL),
  (4, 4, NULL, True, NULL, NULL, NULL, NULL),
  (5, 5, NULL, True, NULL, NULL, NULL, NULL),
  (6, 6, NULL, True, NULL, NULL, NULL, NULL),
  (7, 3, NULL, False, NULL, NULL, NULL, NULL),
  (8, 8, NULL, True, NULL, NULL, NULL, NULL);
CREATE TABLE "country_country" (id int4, code varchar);
CREATE TABLE "country_subdivision" (id int4, name varchar);
CREATE TABLE "party_category" (id int4, name varchar);
INSERT INTO "party_category" VALUES
  (1, '经销商');
CREATE TABLE "product_product" (id int4, template int4, code varchar, active bool);
INSERT INTO "product_product" VALUES
  (1, 1, NULL, True),
  (2, 2, NULL, True),
  (3, 3, NULL, True),
  (4, 4, NULL, True);
CREATE TABLE "product_template" (id int4, name varchar, type varchar, active bool);
INSERT INTO "product_template" VALUES
  (1, '机器', 'goods', True),
  (2, '维修', 'service', True),
  (3, '折扣', 'service', True),
  (4, '运费', 'service', True);
CREATE TABLE "product_category" (id int4, name varchar, accounting bool);
INSERT INTO "product_category" VALUES
  (1, 'Untaxed', True),
  (2, 'Taxed', True),
  (3, '机器类', False);
CREATE TABLE "product_template-product_category" (template int4, category int4);
INSERT INTO "product_template-product_category" VALUES
  (1, 3);
CREATE TABLE "company_employee" (id int4, party int4);
CREATE TABLE "sale_sale" (id int4, number varchar, company int4, party int4, state varchar, sale_date date, currency int4, origin varchar, untaxed_amount_cache numeric, total_amount_cache numeric, confirmed_by int4, create_date timestamp, write_date timestamp);
INSERT INTO "sale_sale" VALUES
  (1, '1', 1, 2, 'processing', '2024-03-05', 1, NULL, 555.0, 620.0, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (2, NULL, 1, 5, 'draft', '2024-03-05', 1, NULL, NULL, NULL, NULL, '2024-02-29 20:00', NULL),
  (3, '2', 1, 5, 'quotation', '2024-03-05', 1, NULL, NULL, NULL, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (4, NULL, 1, 5, 'cancelled', '2024-03-05', 1, NULL, 900.0, 1017.0, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (5, '3', 1, 3, 'processing', '2024-03-05', 2, NULL, 28.0, 28.0, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (6, '4', 1, 4, 'done', '2024-03-05', 1, NULL, 60.0, 60.0, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (7, '5', 1, 3, 'processing', '2024-03-05', 1, NULL, 180.0, 180.0, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (8, '6', 1, 3, 'done', '2024-03-05', 1, NULL, 120.0, 120.0, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (9, '7', 1, 3, 'done', '2024-03-05', 1, NULL, 45.0, 45.0, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (10, '8', 1, 3, 'processing', '2024-03-05', 1, NULL, 100.0, 113.0, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (11, '9', 1, 3, 'processing', '2024-03-05', 1, NULL, 30.0, 30.0, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (12, '10', 1, 2, 'processing', '2024-03-12', 1, 'sale.sale,1', -100.0, -113.0, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (13, NULL, 1, 2, 'draft', '2024-03-12', 1, 'sale.sale,1', NULL, NULL, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (14, '11', 1, 2, 'processing', '2024-03-12', 1, 'sale.complaint,1', -60.0, -60.0, NULL, '2024-02-29 20:00', '2024-03-31 20:00');
CREATE TABLE "sale_line" (id int4, sale int4, type varchar, product int4, quantity float8, actual_quantity float8, unit_price numeric, create_date timestamp, write_date timestamp, shipment_cost numeric);
INSERT INTO "sale_line" VALUES
  (1, 1, 'line', 1, 5, 5, 100.0, '2024-02-29 20:00', '2024-03-31 20:00', NULL),
  (2, 1, 'line', 2, 1, 1, 60.0, '2024-02-29 20:00', '2024-03-31 20:00', NULL),
  (3, 1, 'line', 3, 1, 1, -20, '2024-02-29 20:00', '2024-03-31 20:00', NULL),
  (4, 1, 'comment', NULL, NULL, NULL, NULL, '2024-02-29 20:00', NULL, NULL),
  (5, 1, 'line', 4, 1, 1, 15.0, '2024-02-29 20:00', '2024-03-31 20:00', 15.0),
  (6, 2, 'line', 1, 7, NULL, 100.0, '2024-02-29 20:00', NULL, NULL),
  (7, 2, 'comment', NULL, NULL, NULL, NULL, '2024-02-29 20:00', NULL, NULL),
  (8, 3, 'line', 1, 8, NULL, 100.0, '2024-02-29 20:00', NULL, NULL),
  (9, 3, 'comment', NULL, NULL, NULL, NULL, '2024-02-29 20:00', NULL, NULL),
  (10, 4, 'line', 1, 9, NULL, 100.0, '2024-02-29 20:00', NULL, NULL),
  (11, 4, 'comment', NULL, NULL, NULL, NULL, '2024-02-29 20:00', NULL, NULL),
  (12, 5, 'line', 2, 2, 2, 14, '2024-02-29 20:00', '2024-03-31 20:00', NULL),
  (13, 5, 'comment', NULL, NULL, NULL, NULL, '2024-02-29 20:00', NULL, NULL),
  (14, 6, 'line', 2, 1, 1, 60.0, '2024-02-29 20:00', '2024-03-31 20:00', NULL),
  (15, 6, 'comment', NULL, NULL, NULL, NULL, '2024-02-29 20:00', NULL, NULL),
  (16, 7, 'line', 2, 3, 3, 60.0, '2024-02-29 20:00', '2024-03-31 20:00', NULL),
  (17, 7, 'comment', NULL, NULL, NULL, NULL, '2024-02-29 20:00', NULL, NULL),
  (18, 8, 'line', 2, 2, 0, 60.0, '2024-02-29 20:00', '2024-03-31 20:00', NULL),
  (19, 8, 'comment', NULL, NULL, NULL, NULL, '2024-02-29 20:00', NULL, NULL),
  (20, 9, 'line', 2, 1, 0, 45, '2024-02-29 20:00', '2024-03-31 20:00', NULL),
  (21, 9, 'comment', NULL, NULL, NULL, NULL, '2024-02-29 20:00', NULL, NULL),
  (22, 10, 'line', 1, 2, 2, 100.0, '2024-02-29 20:00', '2024-03-31 20:00', NULL),
  (23, 10, 'line', 1, -1, -1, 100.0, '2024-02-29 20:00', '2024-03-31 20:00', NULL),
  (24, 10, 'comment', NULL, NULL, NULL, NULL, '2024-02-29 20:00', NULL, NULL),
  (25, 11, 'line', 2, 1, 1, 30, '2024-02-29 20:00', '2024-03-31 20:00', NULL),
  (26, 11, 'comment', NULL, NULL, NULL, NULL, '2024-02-29 20:00', NULL, NULL),
  (27, 12, 'line', 1, -1, -1, 100.0, '2024-02-29 20:00', '2024-03-31 20:00', NULL),
  (32, 13, 'line', 1, -5, NULL, 100.0, '2024-02-29 20:00', NULL, NULL),
  (33, 13, 'line', 2, -1, NULL, 60.0, '2024-02-29 20:00', NULL, NULL),
  (34, 13, 'line', 3, -1, NULL, -20, '2024-02-29 20:00', NULL, NULL),
  (35, 13, 'comment', NULL, NULL, NULL, NULL, '2024-02-29 20:00', NULL, NULL),
  (36, 13, 'line', 4, -1, NULL, 15.0, '2024-02-29 20:00', '2024-03-31 20:00', NULL),
  (37, 14, 'line', 2, -1, -1, 60.0, '2024-02-29 20:00', '2024-03-31 20:00', NULL);
CREATE TABLE "account_move" (id int4, date date);
INSERT INTO "account_move" VALUES
  (3, '2024-03-06'),
  (5, '2024-03-06'),
  (8, '2024-03-12'),
  (10, '2024-03-06'),
  (12, '2024-03-06'),
  (14, '2024-03-06'),
  (16, '2024-03-06'),
  (18, '2024-03-12'),
  (20, '2024-03-12'),
  (22, '2024-03-12'),
  (24, '2024-03-06');
CREATE TABLE "account_invoice" (id int4, number varchar, company int4, party int4, type varchar, state varchar, invoice_date date, move int4, cancel_move int4, currency int4, untaxed_amount_cache numeric, total_amount_cache numeric, create_date timestamp, write_date timestamp);
INSERT INTO "account_invoice" VALUES
  (1, '1', 1, 2, 'out', 'posted', '2024-03-06', 3, NULL, 1, 555.0, 620.0, '2024-02-29 20:00', '2024-03-31 20:00'),
  (2, NULL, 1, 3, 'out', 'draft', NULL, NULL, NULL, 2, NULL, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (3, '2', 1, 4, 'out', 'paid', '2024-03-06', 5, NULL, 1, 60.0, 60.0, '2024-02-29 20:00', '2024-03-31 20:00'),
  (4, '3', 1, 3, 'out', 'posted', '2024-03-06', 10, NULL, 1, 180.0, 180.0, '2024-02-29 20:00', '2024-03-31 20:00'),
  (5, '4', 1, 3, 'out', 'cancelled', '2024-03-06', 12, 22, 1, 120.0, 120.0, '2024-02-29 20:00', '2024-03-31 20:00'),
  (6, '5', 1, 3, 'out', 'cancelled', '2024-03-06', 14, 24, 1, 45.0, 45.0, '2024-02-29 20:00', '2024-03-31 20:00'),
  (7, NULL, 1, 3, 'out', 'draft', NULL, NULL, NULL, 1, NULL, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (8, NULL, 1, 3, 'out', 'draft', NULL, NULL, NULL, 1, NULL, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (9, '6', 1, 3, 'out', 'posted', '2024-03-06', 16, NULL, 1, 50.0, 50.0, '2024-02-29 20:00', '2024-03-31 20:00'),
  (10, NULL, 1, 2, 'out', 'draft', NULL, NULL, NULL, 1, NULL, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (11, NULL, 1, 2, 'out', 'draft', NULL, NULL, NULL, 1, NULL, NULL, '2024-02-29 20:00', '2024-03-31 20:00'),
  (12, '7', 1, 2, 'out', 'posted', '2024-03-12', 18, NULL, 1, -40.0, -45.2, '2024-02-29 20:00', '2024-03-31 20:00'),
  (13, '8', 1, 3, 'out', 'posted', '2024-03-12', 20, NULL, 1, -180.0, -180.0, '2024-02-29 20:00', '2024-03-31 20:00'),
  (16, '9', 1, 3, 'out', 'paid', '2024-03-12', 22, NULL, 1, -120.0, -120.0, '2024-02-29 20:00', '2024-03-31 20:00');
CREATE TABLE "account_invoice_line" (id int4, invoice int4, type varchar, product int4, quantity float8, unit_price numeric, origin varchar, account int4, create_date timestamp, write_date timestamp);
INSERT INTO "account_invoice_line" VALUES
  (1, 1, 'line', 1, 5, 100.0, 'sale.line,1', 99, '2024-02-29 20:00', NULL),
  (2, 1, 'line', 2, 1, 60.0, 'sale.line,2', 99, '2024-02-29 20:00', NULL),
  (3, 1, 'line', 3, 1, -20, 'sale.line,3', 99, '2024-02-29 20:00', NULL),
  (4, 1, 'line', 4, 1, 15.0, 'sale.line,5', 99, '2024-02-29 20:00', NULL),
  (5, 2, 'line', 2, 2, 14, 'sale.line,12', 99, '2024-02-29 20:00', NULL),
  (6, 3, 'line', 2, 1, 60.0, 'sale.line,14', 99, '2024-02-29 20:00', NULL),
  (7, 4, 'line', 2, 3, 60.0, 'sale.line,16', 99, '2024-02-29 20:00', NULL),
  (8, 5, 'line', 2, 2, 60.0, 'sale.line,18', 99, '2024-02-29 20:00', NULL),
  (9, 6, 'line', 2, 1, 45, 'sale.line,20', 99, '2024-02-29 20:00', NULL),
  (10, 7, 'line', 1, 2, 100.0, 'sale.line,22', 99, '2024-02-29 20:00', NULL),
  (11, 7, 'line', 1, -1, 100.0, 'sale.line,23', 99, '2024-02-29 20:00', NULL),
  (12, 8, 'line', 2, 1, 30, 'sale.line,25', 99, '2024-02-29 20:00', NULL),
  (13, 9, 'line', 2, 1, 50, NULL, 99, '2024-02-29 20:00', NULL),
  (14, 10, 'line', 1, -1, 100.0, 'sale.line,27', 99, '2024-02-29 20:00', NULL),
  (15, 11, 'line', 2, -1, 60.0, 'sale.line,37', 99, '2024-02-29 20:00', NULL),
  (16, 12, 'line', 1, -1, 100.0, 'sale.complaint,2', 99, '2024-02-29 20:00', NULL),
  (17, 12, 'line', 1, 1, 60.0, 'sale.complaint,2', 99, '2024-02-29 20:00', NULL),
  (18, 13, 'line', 2, -3, 60.0, 'account.invoice.line,7', 99, '2024-02-29 20:00', NULL),
  (21, 16, 'line', 2, -2, 60.0, 'account.invoice.line,8', 99, '2024-02-29 20:00', NULL);
CREATE TABLE "ir_configuration" (series varchar);
INSERT INTO "ir_configuration" VALUES
  ('8.0');
CREATE TABLE "sale_complaint" (id int4, number varchar, customer int4, company int4, date date, type int4, origin varchar, description text, state varchar, create_date timestamp, write_date timestamp);
INSERT INTO "sale_complaint" VALUES
  (1, '1', 2, 1, '2024-03-08', 1, 'sale.line,2', '没修好', 'done', '2024-02-29 20:00', '2024-03-31 20:00'),
  (2, '2', 2, 1, '2024-03-09', 2, 'account.invoice.line,1', '太贵', 'done', '2024-02-29 20:00', '2024-03-31 20:00'),
  (3, '3', 6, 1, '2024-03-10', 3, NULL, '没人理', 'draft', '2024-02-29 20:00', NULL);
CREATE TABLE "sale_complaint_type" (id int4, name varchar);
INSERT INTO "sale_complaint_type" VALUES
  (1, '投诉 sale.line'),
  (2, '投诉 account.invoice.line'),
  (3, '投诉 sale.sale');
CREATE TABLE "party_party-party_category" (party int4, category int4);
INSERT INTO "party_party-party_category" VALUES
  (2, 1);
