SELECT name AS id, name, default_currency AS currency FROM tabCompany ORDER BY name
