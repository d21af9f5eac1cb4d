//! The catalogue.

use super::statements;

statements! {
    /// What can be bought, with every price, in the operator's order; the shop's page.
    PRODUCTS = "SELECT p.product_id, p.name AS product_name, \
        p.description AS product_description, nullif(r.period_months, 0) AS period_months, \
        r.currency, r.unit_amount_minor \
        FROM products p CROSS JOIN prices r ON r.product_id = p.product_id WHERE p.active = 1 \
        ORDER BY p.position, p.product_id, r.currency, r.period_months LIMIT 1000";
    /// The prices that a cart asks for; ?1 is a JSON array of product ids, ?2 the currency. What a product
    /// issues names the product that it makes free, as it is called now.
    PRICES = "SELECT p.product_id, p.name AS product_name, \
        p.description AS product_description, nullif(r.period_months, 0) AS period_months, \
        r.currency, r.unit_amount_minor, json_patch(p.issues, json_object('terms', \
            json_object('product_name', (SELECT f.name FROM products f \
            WHERE f.product_id = p.issues ->> '$.terms.product')))) AS issues \
        FROM json_each(?1) wanted CROSS JOIN products p ON p.product_id = wanted.value \
        CROSS JOIN prices r ON r.product_id = p.product_id AND r.currency = ?2 \
        WHERE p.active = 1";
    /// The periods that the products of ?1, a JSON array of ids, are sold for.
    PLANS = "SELECT DISTINCT r.product_id, p.name AS product_name, \
        nullif(r.period_months, 0) AS period_months \
        FROM json_each(?1) wanted CROSS JOIN products p ON p.product_id = wanted.value \
        CROSS JOIN prices r ON r.product_id = p.product_id LIMIT 1000";
    /// The tax rates of a place, the region's and the country's, and first of all some region's: where
    /// there is one, tax depends on the region. A row may come twice. ?2 is a region as regions are compared.
    TAX_RATES = "SELECT * FROM (SELECT country, region, percent, tax_name FROM tax_rates \
        WHERE country = ?1 AND region > '' ORDER BY region LIMIT 3) \
        UNION ALL SELECT country, region, percent, tax_name FROM tax_rates \
        WHERE country = ?1 AND region IN (?2, '')";
}
