"""The report one shows one's boss: `html.render` for a page, `xlsx.write` for a workbook."""
