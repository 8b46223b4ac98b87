"""The observers' portal: how the transparency log stands, its entries, and how anybody checks them."""
