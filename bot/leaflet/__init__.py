"""The leaflet: the table's rows on paper, as a PDF, with her own dates where she told them."""
